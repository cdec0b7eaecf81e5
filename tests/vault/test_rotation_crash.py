"""Death at every step of a purge and its change of the key: nothing that lives is lost."""

from __future__ import annotations

import random
import signal
from itertools import count
from pathlib import Path

import pytest

from mayfly.domain.states import JobState
from tests.vault.processes import Child, Tell
from tests.vault.rotating import (
    HOMES,
    Place,
    admit,
    check_alive,
    check_log,
    check_settled,
    purge,
    state,
    sweep,
)
from tests.vault.steps import SEAMS, WHEN, WITHIN, die_at


def check_after_death(place: Place, copy: Place, jobs: dict, gone: str) -> bool:
    """Open what is left and see that all is as it should be; tell whether the purge was asked."""
    vault = place.open()
    shares, slots = place.epochs_left()
    ((epoch,),) = place.ask("SELECT epoch FROM meta")
    assert (shares, slots) == ([epoch], [epoch])
    check_alive(vault, jobs)
    asked = state(vault, gone) is JobState.DELETED or bool(vault.due(vault._latest))
    sweep(vault)
    check_alive(vault, jobs)
    if not asked:
        vault.close()
        check_settled(place, 1)
        check_log(place)
        return False
    assert state(vault, gone) is JobState.DELETED
    vault.close()
    check_settled(place, 2)
    check_log(place, gone)
    assert copy.opened_with(place.loot()) == set()
    return True


@pytest.mark.slow
@pytest.mark.parametrize("home", HOMES)
@pytest.mark.parametrize("live", [1, 50])
def test_death_at_any_step_loses_nothing_and_leaves_nothing(
    home: str, live: int, tmp_path: Path
) -> None:
    before = Place(tmp_path / "before", home)
    before.folder.mkdir()
    vault = before.open()
    (gone,) = admit(vault, "goes").values()
    jobs = admit(vault, *(f"stays {number}" for number in range(live)))
    vault.close()
    passed: list[str] = []
    seen: set[bool] = set()
    for step in count():
        place = before.copy(f"at {step}")

        def work(tell: Tell, place: Place = place, step: int = step) -> None:
            vault = place.open()
            die_at(step, tell)
            purge(vault, gone)

        code, told = Child(work).end()
        seen.add(check_after_death(place, before, jobs, gone))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        passed.append(told[0][0])
    assert seen == {True, False}
    expected = {WITHIN, *(f"{when} {name}" for _, name in SEAMS for when in WHEN)}
    keyring_only = {f"{when} {name}" for name in ("get", "put", "sync") for when in WHEN}
    assert set(passed) == (expected if home == "keyring" else expected - keyring_only)


@pytest.mark.slow
@pytest.mark.parametrize("home", HOMES)
def test_death_while_the_leftovers_of_a_death_are_dropped_is_no_harm(
    home: str, tmp_path: Path
) -> None:
    before = Place(tmp_path / "before", home)
    before.folder.mkdir()
    vault = before.open()
    (gone,) = admit(vault, "goes").values()
    jobs = admit(vault, "stays")
    vault.close()
    dice = random.Random(7)
    for attempt in range(12):
        place = before.copy(f"at {attempt}")

        def first(tell: Tell, place: Place = place, at: int = dice.randrange(12, 40)) -> None:
            vault = place.open()
            die_at(at, tell)
            purge(vault, gone)

        def then(tell: Tell, place: Place, at: int) -> None:
            die_at(at, tell)
            sweep(place.open())

        Child(first).end()
        for at in (dice.randrange(60), dice.randrange(60)):
            Child(lambda tell, place=place, at=at: then(tell, place, at)).end()
        vault = place.open()
        purge_again(vault, gone)
        check_alive(vault, jobs)
        vault.close()
        ((epoch,),) = place.ask("SELECT epoch FROM meta")
        check_settled(place, epoch)
        assert before.opened_with(place.loot()) == set()


def purge_again(vault, gone) -> None:
    sweep(vault)
    if state(vault, gone) is not JobState.DELETED:
        purge(vault, gone)


@pytest.mark.slow
@pytest.mark.parametrize("home", HOMES)
def test_processes_that_add_read_and_purge_at_once_lose_nothing(home: str, tmp_path: Path) -> None:
    place = Place(tmp_path / "today", home)
    place.folder.mkdir()
    vault = place.open()
    kept = admit(vault, "kept")

    def work(tell: Tell, name: str) -> None:
        vault = place.open()
        for number in range(12):
            jobs = admit(vault, f"{name} {number} stays", f"{name} {number} goes")
            check_alive(vault, jobs | kept)
            purge(vault, jobs.pop(f"{name} {number} goes"))
            check_alive(vault, jobs | kept)
            tell(list(*jobs.items()))
        vault.close()

    ended = [
        child.end() for child in [Child(lambda tell, name=name: work(tell, name)) for name in "abc"]
    ]

    assert [code for code, _ in ended] == [0, 0, 0]
    alive = dict(pair for _, told in ended for pair in told)
    assert len(alive) == 36
    check_alive(vault, alive | kept)
    vault.tidy()
    vault.close()
    ((epoch,),) = place.ask("SELECT epoch FROM meta")
    assert 2 < epoch <= 37
    check_settled(place, epoch)
