"""Which time counts when the machine's clock may be wrong. Pure: clock readings in, time out.

Two clocks are compared: the wall clock, which anybody can set, and the boot time, which counts
the seconds since the machine was started, sleep included, and which nobody can set. A mark
ties them together: at that boot time it was surely this late. From a mark of the same boot on,
time goes at least as fast as the boot time; after a restart it is at least what it was. So
setting the clock back lengthens no life.

A wall clock that is a little ahead is right: it was corrected, or the machine was off. One
that is far ahead may be wrong (a typing error, a dead battery), and what is destroyed by it
cannot be brought back. Then time is in doubt: nothing that would be past its end by the
claimed time is shown, and nothing is destroyed by it before somebody said so, or until the
machine has run for another day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

FAR_AHEAD = timedelta(hours=26)
"""A wall clock further than this ahead of the boot time is not believed: a day, a change of
clocks, and an hour for whoever typed the wrong zone."""

FAR_START = timedelta(days=45)
"""The longest that a machine is taken to have been off without asking."""

LONG_START = timedelta(days=7)
"""A machine that was off for longer is asked about when much would go: no end that counts from
reading is further away, so by then all that had been read is past it."""

MUCH = 5
"""Jobs; more than these, and more than half of all, is much to destroy by one jump."""

PATIENCE = timedelta(hours=24)
"""Running time after which a claim that nobody answered is taken for true."""

_NONE = timedelta()


@dataclass(frozen=True, slots=True)
class Reading:
    """What the machine's clocks say at one moment. boot_id tells one start from the next."""

    wall: datetime
    boot_id: str
    boot_s: float


@dataclass(frozen=True, slots=True)
class Mark:
    """At this reading it was at least as late as at. This is what the vault remembers."""

    at: datetime
    reading: Reading
    ahead: timedelta = _NONE
    """It may have been so much later: the clock ran on while the machine was off, but it was
    behind before. Counts until it is answered."""
    refused: timedelta = _NONE
    """In this boot, a wall clock so far ahead was said to be wrong."""
    doubted: timedelta = _NONE
    """For how long the machine has run since time came into doubt."""

    @property
    def lead(self) -> timedelta:
        """How far the wall clock was ahead."""
        return self.reading.wall - self.at

    @property
    def is_refused(self) -> bool:
        """Whether the wall clock was far ahead, and somebody said that it is wrong."""
        return self.lead > FAR_AHEAD and _NONE < self.lead <= self.refused + FAR_AHEAD

    @property
    def is_doubtful(self) -> bool:
        """Whether it may have been far later."""
        return self.ahead > FAR_AHEAD or (self.lead > FAR_AHEAD and not self.is_refused)


@dataclass(frozen=True, slots=True)
class Toll:
    """How many jobs would go by a jump, and how many there are."""

    going: int
    living: int

    @property
    def is_much(self) -> bool:
        """Whether the jump is to be asked about because of them."""
        return self.living > MUCH and self.going * 2 > self.living


def no_toll(_sure: datetime, _claimed: datetime) -> Toll:
    """Tell of nothing that would go: where there is no vault."""
    return Toll(0, 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where time stands: now counts for every end; claimed is a later time that is in doubt."""

    mark: Mark
    claimed: datetime | None = None

    @property
    def now(self) -> datetime:
        """The time that counts."""
        return self.mark.at

    @property
    def shown_by(self) -> datetime:
        """What is past its end at this time is not shown."""
        return self.claimed or self.mark.at

    @property
    def patience_left(self) -> timedelta:
        """For how long the machine must run on until the claim is taken for true."""
        return PATIENCE - self.mark.doubted if self.claimed else _NONE


class TimeNews(StrEnum):
    """How a doubt began or ended, for the audit log."""

    DOUBTED = "doubted"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WAITED = "waited"
    """Nobody answered for a day of running time: taken for true."""
    PUT_RIGHT = "put_right"
    """The clock does not claim it any more."""


@dataclass(frozen=True, slots=True)
class TimeState:
    """Where time stands, for whoever asks the user. The counts are of living jobs."""

    now: datetime
    """The time that counts."""
    wall: datetime
    """What the machine's clock says."""
    claimed: datetime | None
    """In doubt: is it this late already? None: time is not in doubt."""
    decided_in: timedelta
    """Running time until the claim is taken for true without an answer; 0 without doubt."""
    hidden: int
    """Jobs of which something is hidden, and is destroyed on yes."""

    @property
    def doubtful(self) -> bool:
        """Whether the user is to be asked."""
        return self.claimed is not None


def first_mark(reading: Reading) -> Mark:
    """Return the mark of a vault that has none: the wall clock is all there is."""
    return Mark(reading.wall, reading)


def stand(mark: Mark, reading: Reading, toll: Callable[[datetime, datetime], Toll]) -> Standing:
    """Return where time stands at a reading, and the mark to go on from.

    toll(sure, claimed) says what would go by a jump; asked after a restart only.
    """
    if mark.reading.boot_id == reading.boot_id:
        return _settle(_run_on(mark, reading))
    return _start(mark, reading, toll)


def confirm(standing: Standing) -> Mark:
    """Return the mark when the claimed time is right; without a doubt nothing changes."""
    if standing.claimed is None:
        return standing.mark
    return Mark(standing.claimed, standing.mark.reading)


def refuse(standing: Standing) -> Mark:
    """Return the mark when the claimed time is wrong: time goes on from what is sure."""
    if standing.claimed is None:
        return standing.mark
    mark = standing.mark
    return Mark(mark.at, mark.reading, refused=max(mark.lead, _NONE))


def news(known: Mark | None, mark: Mark) -> TimeNews | None:
    """Tell what changed since what was known, if nobody answered; None for nothing of note."""
    was_doubtful = known is not None and known.is_doubtful
    if was_doubtful is mark.is_doubtful:
        return None
    if known is None or mark.is_doubtful:
        return TimeNews.DOUBTED
    is_same_start = known.reading.boot_id == mark.reading.boot_id
    sure = _run_on(known, mark.reading).at if is_same_start else known.at
    return TimeNews.WAITED if mark.at - sure > FAR_AHEAD else TimeNews.PUT_RIGHT


def join(mark: Mark, other: Mark) -> Mark:
    """Return what this process knows, and what another one of the same vault wrote down."""
    if mark.reading.boot_id != other.reading.boot_id:
        return replace(mark, at=max(mark.at, other.at))
    older, newer = sorted((mark, other), key=lambda one: one.reading.boot_s)
    moved = _run_on(older, newer.reading)
    return replace(
        newer,
        at=max(moved.at, newer.at),
        # An answer, in whichever of them, ends it.
        ahead=min(moved.ahead, newer.ahead),
        refused=max(moved.refused, newer.refused),
        doubted=max(moved.doubted, newer.doubted),
    )


def _run_on(mark: Mark, reading: Reading) -> Mark:
    """Move a mark on by the boot time that has passed; it never runs back."""
    passed = timedelta(seconds=max(reading.boot_s - mark.reading.boot_s, 0.0))
    doubted = mark.doubted + passed if mark.is_doubtful else _NONE
    return replace(mark, at=mark.at + passed, reading=reading, doubted=doubted)


def _settle(mark: Mark) -> Standing:
    """Believe the wall clock, or doubt it. The mark was made at the present reading."""
    if mark.is_doubtful:
        claimed = mark.at + max(mark.lead, mark.ahead)
        if mark.doubted >= PATIENCE:
            return Standing(Mark(claimed, mark.reading))
        return Standing(mark, claimed)
    if mark.is_refused:
        return Standing(replace(mark, doubted=_NONE))
    return Standing(Mark(max(mark.at, mark.reading.wall), mark.reading))


def _start(mark: Mark, reading: Reading, toll: Callable[[datetime, datetime], Toll]) -> Standing:
    """Take time up again after a restart: for how long the machine was off, the clock says."""
    wall, before = reading.wall, mark.reading.wall
    # Where the clock only went on as it was, right or wrong, it is this late.
    steady = mark.at + max(wall - before, _NONE)
    latest = steady + mark.ahead
    is_put_right = wall >= mark.at
    if is_put_right and wall >= before and mark.lead >= -FAR_START and abs(mark.lead) > FAR_AHEAD:
        # It was far off. It was put right meanwhile, or it is as wrong as ever: nobody knows.
        return _doubt(mark, reading, sure=min(wall, steady), claimed=max(wall, latest))
    # One that was off by more than that and is not behind any more can only have been put right.
    claimed = wall if is_put_right and mark.lead < -FAR_START else max(wall, steady)
    if mark.ahead:
        claimed = max(claimed, latest)
    jump = claimed - mark.at
    is_far = (
        mark.ahead > FAR_AHEAD
        or jump > FAR_START
        or (jump > LONG_START and toll(mark.at, claimed).is_much)
    )
    if is_far:
        return _doubt(mark, reading, sure=mark.at, claimed=claimed)
    return Standing(Mark(claimed, reading))


def _doubt(mark: Mark, reading: Reading, *, sure: datetime, claimed: datetime) -> Standing:
    # What the wall clock itself claims ends with the wall clock being put right.
    ahead = claimed - sure if claimed > reading.wall else _NONE
    return Standing(Mark(sure, reading, ahead=ahead, doubted=mark.doubted), claimed)
