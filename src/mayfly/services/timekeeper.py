"""The one clock of all services: the machine's own, corrected by what the vault remembers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import ceil

from mayfly.domain.ports import Clock
from mayfly.domain.timekeeping import (
    Mark,
    Reading,
    Standing,
    TimeNews,
    confirm,
    first_mark,
    join,
    news,
    no_toll,
    refuse,
    stand,
)
from mayfly.domain.vault_port import TimeMemory

_SAVE_EVERY = timedelta(minutes=5)
"""A power cut loses so much of the mark; every minute would wake a sleeping disk."""

_CLOCK_WAS_SET = timedelta(seconds=10)
"""After a restart it counts how far the wall clock went on from what it was set to."""

_GLANCE_S = 0.05
"""A look at the clocks takes 30 µs, and a window asks for every cell that it paints."""


class Timekeeper:
    """Implements the Clock port; any thread may ask for the time.

    Before begin it is the wall clock. begin, keep, confirm and refuse belong on the vault lane.
    """

    def __init__(self, machine: Clock) -> None:
        self._machine = machine
        self._gate = threading.Lock()
        self._mark: Mark | None = None
        self._glanced = (float("-inf"), datetime.min)

    def now(self) -> datetime:
        """Return the time that counts for every end; it never runs back."""
        return self.stand().now

    def shown_by(self) -> datetime:
        """Return the time by which things are shown: later than now while time is in doubt."""
        return self.stand().shown_by

    def glance(self) -> datetime:
        """Return shown_by as it was up to a twentieth of a second ago: cheap, for painting."""
        seen_s, shown_by = self._glanced
        now_s = self._machine.monotonic_s()
        if now_s - seen_s >= _GLANCE_S:
            shown_by = self.shown_by()
            self._glanced = (now_s, shown_by)
        return shown_by

    def claimed(self) -> datetime | None:
        """Return the later time that is in doubt; None while there is no doubt."""
        return self.stand().claimed

    def wall(self) -> datetime:
        """Return what the machine's clock says, right or wrong."""
        return self._machine.now()

    def lag(self) -> timedelta:
        """Return how far the machine's clock is ahead of the time that counts, or behind it.

        Whole seconds, never too few: whoever waits for the machine's clock to show a moment
        must not look too early.
        """
        return timedelta(seconds=ceil((self.wall() - self.now()) / timedelta(seconds=1)))

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards."""
        return self._machine.monotonic_s()

    def boot_s(self) -> float:
        """Return seconds since the machine was started."""
        return self._machine.boot_s()

    def boot_id(self) -> str:
        """Return a word for this start of the machine."""
        return self._machine.boot_id()

    def stand(self) -> Standing:
        """Return where time stands now."""
        with self._gate:
            reading = self._read()
            if self._mark is None:
                return Standing(first_mark(reading))
            return self._go_on(self._mark, reading)

    # --- on the vault lane -----------------------------------------------------------

    def begin(self, memory: TimeMemory) -> None:
        """Take up what a vault remembers, and have it remember this start of the machine."""
        known = memory.load()
        with self._gate:
            reading = self._read()
            mark = stand(known, reading, memory.toll).mark if known else first_mark(reading)
            self._mark = join(self._mark, mark) if self._mark else mark
        self.keep(memory)

    def keep(self, memory: TimeMemory) -> Standing:
        """Take over what other processes wrote down, and write down what is worth it.

        VaultNotWritable, DiskFull, ...: this process knows the time all the same.
        """
        return self._note(memory, lambda standing: standing.mark, None)

    def confirm(self, memory: TimeMemory) -> Standing:
        """Take the claimed time for true, for every process.

        VaultNotWritable, ...: in this process it holds all the same.
        """
        return self._note(memory, confirm, TimeNews.CONFIRMED)

    def refuse(self, memory: TimeMemory) -> Standing:
        """Take the claimed time for wrong, for every process; errors as confirm."""
        return self._note(memory, refuse, TimeNews.REFUSED)

    def _note(
        self, memory: TimeMemory, answer: Callable[[Standing], Mark], answered: TimeNews | None
    ) -> Standing:
        known = memory.load()
        with self._gate:
            reading = self._read()
            mark = self._mark or first_mark(reading)
            standing = self._go_on(join(mark, known) if known else mark, reading)
            was_doubtful = standing.claimed is not None
            standing = self._go_on(answer(standing), reading)
        told = answered if answered and was_doubtful else news(known, standing.mark)
        self._save(memory, standing.mark, known, told)
        return standing

    def _go_on(self, mark: Mark, reading: Reading) -> Standing:
        """Move the mark on to the reading; with the gate in hand."""
        standing = stand(mark, reading, no_toll)
        self._mark = standing.mark
        return standing

    def _read(self) -> Reading:
        machine = self._machine
        # In UTC: subtracting moments of one zone would leave out a change of clocks between them.
        return Reading(machine.now().astimezone(UTC), machine.boot_id(), machine.boot_s())

    def _save(
        self, memory: TimeMemory, mark: Mark, known: Mark | None, told: TimeNews | None
    ) -> None:
        if (
            told is not None
            or known is None
            or known.reading.boot_id != mark.reading.boot_id
            or known.refused != mark.refused
            or abs(known.lead - mark.lead) > _CLOCK_WAS_SET
            or not timedelta() <= mark.at - known.at < _SAVE_EVERY
        ):
            memory.save(mark, told)
