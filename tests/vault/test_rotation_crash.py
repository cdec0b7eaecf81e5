"""Death at every step of a purge and its change of the key: nothing that lives is lost."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from mayfly.domain.states import JobState
from mayfly.vault import shard as shard_module
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.rotation import Rotation
from mayfly.vault.shard import Shard
from tests.fakes import FileSecrets
from tests.vault.processes import Child, Tell
from tests.vault.rotating import (
    HOMES,
    Place,
    admit,
    check_alive,
    check_settled,
    purge,
    state,
    sweep,
)

SEAMS: tuple[tuple[object, str], ...] = (
    (FileSecrets, "get"),
    (FileSecrets, "put"),
    (os, "sync"),
    (Shard, "write_slot"),
    (Shard, "erase_slot"),
    (Transaction, "run"),
    (Transaction, "run_many"),
    (Rotation, "settle"),
    (Rotation, "drop_leftovers"),
    (Database, "truncate_wal"),
)
"""What a step of the road is made of; a process can die before and after each call."""

WHEN = ("before", "after")


class Death:
    """Kills this process when the given step is reached."""

    def __init__(self, at: int, tell: Tell) -> None:
        self._left = at
        self._tell = tell

    def pass_by(self, place: str) -> None:
        if self._left == 0:
            self._tell([place])
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1

    def around(self, name: str, call: Callable) -> Callable:
        def deadly(*args, **kwargs):
            self.pass_by(f"before {name}")
            answer = call(*args, **kwargs)
            self.pass_by(f"after {name}")
            return answer

        return deadly

    def lie_in_wait(self) -> None:
        for owner, name in SEAMS:
            setattr(owner, name, self.around(name, getattr(owner, name)))
        write_at = shard_module._write_at

        def torn(descriptor: int, offset: int, data: bytes) -> None:
            half = len(data) // 2
            write_at(descriptor, offset, data[:half])
            self.pass_by("within a slot")
            write_at(descriptor, offset + half, data[half:])

        shard_module._write_at = torn


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
        return False
    assert state(vault, gone) is JobState.DELETED
    vault.close()
    check_settled(place, 2)
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
            Death(step, tell).lie_in_wait()
            purge(vault, gone)

        code, told = Child(work).end()
        seen.add(check_after_death(place, before, jobs, gone))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        passed.append(told[0][0])
    assert seen == {True, False}
    expected = {"within a slot", *(f"{when} {name}" for _, name in SEAMS for when in WHEN)}
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
            Death(at, tell).lie_in_wait()
            purge(vault, gone)

        def then(tell: Tell, place: Place, at: int) -> None:
            Death(at, tell).lie_in_wait()
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
