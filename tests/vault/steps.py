"""The steps that a purge and its change of the key are made of: to die at, or to fail at."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from mayfly.domain.errors import VaultError
from mayfly.vault import shard as shard_module
from mayfly.vault.audit_anchor import FileAnchor
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.rewrapping import Rewrapping
from mayfly.vault.rotation import Rotation
from mayfly.vault.shard import Shard
from tests.fakes import FileSecrets
from tests.vault.processes import Tell

CAN_FAIL: tuple[tuple[object, str], ...] = (
    (FileSecrets, "get"),
    (FileSecrets, "put"),
    (Shard, "write_slot"),
    (Shard, "erase_slot"),
    (Transaction, "run"),
    (Transaction, "run_many"),
    (Rewrapping, "run"),
    (Rotation, "drop_leftovers"),
    (Database, "truncate_wal"),
)
"""Steps that may refuse: the keyring, the disk, SQLite."""

SEAMS = (*CAN_FAIL, (os, "sync"), (Rotation, "settle"), (FileAnchor, "write"))
"""A process can die before and after each call of these."""

WHEN = ("before", "after")
WITHIN = "within a slot"


class Steps:
    """Counts the steps that are passed, and does something at one of them."""

    def __init__(self, at: int | None, act: Callable[[str], None]) -> None:
        """at: counted from 0; None: every one of them."""
        self._at = at
        self._act = act
        self._passed = 0

    def pass_by(self, place: str) -> None:
        self._passed += 1
        if self._at in (None, self._passed - 1):
            self._act(place)

    def around(self, name: str, call: Callable) -> Callable:
        def watched(*args, **kwargs):
            self.pass_by(f"before {name}")
            answer = call(*args, **kwargs)
            self.pass_by(f"after {name}")
            return answer

        return watched

    def watch(self, patch: pytest.MonkeyPatch, seams: tuple[tuple[object, str], ...]) -> None:
        for owner, name in seams:
            patch.setattr(owner, name, self.around(name, getattr(owner, name)))

    def tear_slots(self, patch: pytest.MonkeyPatch) -> None:
        """Write a slot of the shard in two halves, with a step between them."""
        write_at = shard_module._write_at

        def torn(descriptor: int, offset: int, data: bytes) -> None:
            half = len(data) // 2
            write_at(descriptor, offset, data[:half])
            self.pass_by(WITHIN)
            write_at(descriptor, offset + half, data[half:])

        patch.setattr(shard_module, "_write_at", torn)


Seams = tuple[tuple[object, str], ...]


def die_at(step: int, tell: Tell, also: Seams = ()) -> None:
    """Have this process, a child that is thrown away, kill itself at a step."""

    def die(place: str) -> None:
        tell([place])
        os.kill(os.getpid(), signal.SIGKILL)

    _lie_in_wait(Steps(step, die), also)


def tell_steps(tell: Tell) -> None:
    """Have this process, a child that is thrown away, tell every step that it passes."""
    _lie_in_wait(Steps(None, lambda place: tell([place])))


def _lie_in_wait(steps: Steps, also: Seams = ()) -> None:
    patch = pytest.MonkeyPatch()
    steps.watch(patch, (*SEAMS, *also))
    steps.tear_slots(patch)


def fail_at(
    step: int, error: type[VaultError], patch: pytest.MonkeyPatch, passed: list[str]
) -> None:
    """Have a step raise, once; passed then holds its name."""

    def fail(place: str) -> None:
        passed.append(place)
        raise error

    Steps(step, fail).watch(patch, CAN_FAIL)
