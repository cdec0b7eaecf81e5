"""Which time counts: each rule of domain.timekeeping by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mayfly.domain.timekeeping import (
    Mark,
    Reading,
    Standing,
    Toll,
    confirm,
    first_mark,
    join,
    no_toll,
    refuse,
    stand,
)

NOON = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
FIRST = Reading(NOON, "first", 1_000.0)
MARK = first_mark(FIRST)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTHING = Toll(0, 0)


def later(*, ran: timedelta, wall: timedelta, boot: str = "first") -> Reading:
    """Return a reading after the machine ran so long and the wall clock moved so far."""
    start_s = 1_000.0 if boot == "first" else 0.0
    return Reading(NOON + wall, boot, start_s + ran.total_seconds())


def look(mark: Mark, reading: Reading, toll: Toll = NOTHING) -> Standing:
    return stand(mark, reading, lambda _sure, _claimed: toll)


# --- while the machine runs -------------------------------------------------------------


@pytest.mark.parametrize("wall", [-3650 * DAY, -DAY, -HOUR, timedelta(), 5 * HOUR])
def test_time_goes_at_least_as_fast_as_the_boot_time(wall: timedelta) -> None:
    standing = look(MARK, later(ran=5 * HOUR, wall=wall))
    assert (standing.now, standing.claimed) == (NOON + 5 * HOUR, None)


def test_a_clock_a_little_ahead_is_right() -> None:
    standing = look(MARK, later(ran=HOUR, wall=27 * HOUR))
    assert (standing.now, standing.claimed) == (NOON + 27 * HOUR, None)


def test_time_that_a_clock_ran_ahead_is_not_waited_for_after_it_is_put_right() -> None:
    ahead = look(MARK, later(ran=HOUR, wall=20 * HOUR))
    back = look(ahead.mark, later(ran=2 * HOUR, wall=2 * HOUR))
    assert back.now == NOON + 21 * HOUR


def test_a_clock_far_ahead_is_asked_about_and_time_goes_on_meanwhile() -> None:
    standing = look(MARK, later(ran=HOUR, wall=HOUR + 26 * HOUR + timedelta(seconds=1)))
    assert standing.now == NOON + HOUR
    assert standing.claimed == standing.shown_by == NOON + 27 * HOUR + timedelta(seconds=1)
    assert standing.patience_left == DAY


def test_yes_makes_the_claimed_time_the_one_that_counts() -> None:
    reading = later(ran=HOUR, wall=3650 * DAY)
    mark = confirm(look(MARK, reading))
    assert look(mark, reading) == Standing(Mark(NOON + 3650 * DAY, reading))


def test_no_holds_until_the_clock_jumps_further() -> None:
    mark = refuse(look(MARK, later(ran=HOUR, wall=100 * DAY)))
    on = look(mark, later(ran=50 * HOUR, wall=102 * DAY))
    assert (on.now, on.claimed) == (NOON + 50 * HOUR, None)

    further = look(on.mark, later(ran=51 * HOUR, wall=200 * DAY))
    assert (further.now, further.claimed) == (NOON + 51 * HOUR, NOON + 200 * DAY)


def test_no_is_forgotten_when_the_clock_is_put_right() -> None:
    mark = refuse(look(MARK, later(ran=HOUR, wall=100 * DAY)))
    right = look(mark, later(ran=2 * HOUR, wall=2 * HOUR))
    assert look(right.mark, later(ran=3 * HOUR, wall=100 * DAY)).claimed == NOON + 100 * DAY


@pytest.mark.parametrize("answer", [confirm, refuse])
def test_an_answer_that_nobody_waits_for_changes_nothing(answer) -> None:
    standing = look(MARK, later(ran=HOUR, wall=HOUR))
    assert answer(standing) == standing.mark


def test_a_day_of_running_time_in_doubt_is_a_yes() -> None:
    doubt = look(MARK, later(ran=HOUR, wall=100 * DAY))
    almost = look(doubt.mark, later(ran=25 * HOUR - timedelta(seconds=1), wall=101 * DAY))
    assert almost.claimed
    after = look(almost.mark, later(ran=25 * HOUR, wall=101 * DAY))
    assert (after.now, after.claimed) == (NOON + 101 * DAY, None)


def test_the_day_begins_with_the_doubt_and_anew_with_each() -> None:
    """Not with the mark: a process that was closed for days asks all the same."""
    doubt = look(MARK, later(ran=50 * HOUR, wall=100 * DAY))
    assert doubt.patience_left == DAY
    right = look(doubt.mark, later(ran=60 * HOUR, wall=60 * HOUR))
    assert look(right.mark, later(ran=61 * HOUR, wall=100 * DAY)).patience_left == DAY


# --- after a restart --------------------------------------------------------------------


def test_after_a_restart_the_clock_says_for_how_long_the_machine_was_off() -> None:
    standing = look(MARK, later(ran=HOUR, wall=3 * DAY, boot="second"))
    assert (standing.now, standing.claimed) == (NOON + 3 * DAY, None)


def test_after_a_restart_a_clock_that_is_behind_counts_as_far_as_it_went_on() -> None:
    back = look(MARK, later(ran=HOUR, wall=HOUR - 3 * DAY))
    standing = look(back.mark, later(ran=HOUR, wall=5 * HOUR - 3 * DAY, boot="second"))
    assert (standing.now, standing.claimed) == (NOON + 5 * HOUR, None)


def test_after_a_restart_time_never_runs_back() -> None:
    standing = look(MARK, later(ran=HOUR, wall=-3 * DAY, boot="second"))
    assert (standing.now, standing.claimed) == (NOON, None)


@pytest.mark.parametrize(
    ("off", "toll", "is_asked"),
    [
        (6 * DAY, Toll(100, 100), False),
        (8 * DAY, Toll(0, 0), False),
        (8 * DAY, Toll(5, 5), False),
        (8 * DAY, Toll(4, 8), False),
        (8 * DAY, Toll(5, 8), True),
        (45 * DAY, Toll(0, 0), False),
        (46 * DAY, Toll(0, 0), True),
    ],
)
def test_a_long_absence_is_asked_about_when_much_would_go(off, toll, is_asked) -> None:
    standing = look(MARK, later(ran=HOUR, wall=off, boot="second"), toll)
    assert standing.shown_by == NOON + off
    assert (standing.claimed is not None) is is_asked
    assert standing.now == (NOON if is_asked else NOON + off)


def test_a_clock_that_was_behind_and_is_not_any_more_is_asked_about() -> None:
    """Put right meanwhile, or as wrong as ever and the machine was off for longer."""
    back = look(MARK, later(ran=HOUR, wall=HOUR - 3 * DAY))

    standing = look(back.mark, later(ran=HOUR, wall=2 * DAY, boot="second"))

    assert (standing.now, standing.claimed) == (NOON + 2 * DAY, NOON + 5 * DAY)
    on = look(standing.mark, later(ran=2 * HOUR, wall=2 * DAY + HOUR, boot="second"))
    assert (on.now, on.claimed) == (NOON + 2 * DAY + HOUR, NOON + 5 * DAY + HOUR)
    again = look(on.mark, later(ran=HOUR, wall=3 * DAY, boot="third"))
    assert again.claimed == NOON + 6 * DAY
    assert look(refuse(on), on.mark.reading) == Standing(refuse(on))
    assert look(confirm(on), on.mark.reading).now == NOON + 5 * DAY + HOUR


def test_a_clock_that_was_hopelessly_behind_was_put_right() -> None:
    """A dead battery: it began at 1970, and the network told the time since."""
    back = look(MARK, later(ran=HOUR, wall=-20_000 * DAY))
    standing = look(back.mark, later(ran=HOUR, wall=2 * DAY, boot="second"))
    assert (standing.now, standing.claimed) == (NOON + 2 * DAY, None)


def test_no_is_asked_again_after_a_restart() -> None:
    mark = refuse(look(MARK, later(ran=HOUR, wall=30 * DAY)))
    standing = look(mark, later(ran=HOUR, wall=31 * DAY, boot="second"))
    assert (standing.now, standing.claimed) == (NOON + DAY + HOUR, NOON + 31 * DAY)


def test_a_clock_put_right_while_the_machine_was_off_is_believed() -> None:
    mark = refuse(look(MARK, later(ran=HOUR, wall=30 * DAY)))
    standing = look(mark, later(ran=HOUR, wall=2 * DAY, boot="second"))
    assert (standing.now, standing.claimed) == (NOON + 2 * DAY, None)


def test_the_day_of_running_time_goes_on_over_a_restart() -> None:
    doubt = look(MARK, later(ran=HOUR, wall=100 * DAY))
    doubt = look(doubt.mark, later(ran=21 * HOUR, wall=100 * DAY + 20 * HOUR))
    again = look(doubt.mark, later(ran=HOUR, wall=101 * DAY, boot="second"))
    assert again.patience_left == 4 * HOUR
    after = look(again.mark, later(ran=5 * HOUR, wall=101 * DAY + 4 * HOUR, boot="second"))
    assert (after.now, after.claimed) == (NOON + 101 * DAY + 4 * HOUR, None)


# --- two processes ----------------------------------------------------------------------


def test_two_processes_know_what_each_of_them_knows() -> None:
    reading = later(ran=HOUR, wall=100 * DAY)
    doubt = look(MARK, reading)
    later_look = later(ran=2 * HOUR, wall=100 * DAY + HOUR)
    for answer, expected in ((confirm, NOON + 100 * DAY + HOUR), (refuse, NOON + 2 * HOUR)):
        for one in (join(doubt.mark, answer(doubt)), join(answer(doubt), doubt.mark)):
            standing = look(one, later_look)
            assert (standing.now, standing.claimed) == (expected, None)


def test_what_another_start_wrote_down_is_a_lower_bound() -> None:
    other = replace(MARK, at=NOON + HOUR, reading=replace(FIRST, boot_id="another"))
    assert join(MARK, other) == replace(MARK, at=NOON + HOUR)


def test_where_there_is_no_vault_nothing_would_go() -> None:
    assert no_toll(NOON, NOON + DAY) == Toll(0, 0)
