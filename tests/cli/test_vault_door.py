"""The door of the vault in one process: locked at the start, destroyed while it is open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mayfly.bootstrap import Foundation
from mayfly.composition import Mayfly
from mayfly.domain.errors import PassphraseWrong, VaultLocked
from mayfly.domain.events import LockChanged, VaultGone
from mayfly.domain.lock_port import KeyHome
from mayfly.system.paths import paths_in
from tests.cli.conftest import PASSPHRASE, with_cheap_vault
from tests.waiting import eventually


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return with_cheap_vault(tmp_path).home


@pytest.fixture
def foundation(home: Path) -> Iterator[Foundation]:
    foundation = Foundation(home)
    yield foundation
    foundation.close()


@pytest.fixture
def mayfly(foundation: Foundation) -> Iterator[Mayfly]:
    mayfly = foundation.unlock(PASSPHRASE).result()
    yield mayfly
    mayfly.close()


def test_a_locked_vault_opens_for_whoever_unlocks_it_and_for_nobody_else(
    foundation: Foundation,
) -> None:
    assert foundation.lock()
    foundation.offer_passphrase(PASSPHRASE)
    with pytest.raises(VaultLocked):
        foundation.unlock().result()
    with pytest.raises(VaultLocked):
        foundation.unlock(PASSPHRASE, unlocking=False).result()
    with pytest.raises(PassphraseWrong):
        foundation.unlock("another").result()

    mayfly = foundation.unlock(PASSPHRASE).result()

    assert mayfly.library.jobs().result() == ()
    assert not mayfly.locking.is_locked().result()
    mayfly.close()
    again = foundation.unlock(PASSPHRASE, unlocking=False).result()
    again.close()


def test_locking_without_opening_locks_who_has_it_open(
    foundation: Foundation, mayfly: Mayfly, home: Path
) -> None:
    events: list[object] = []
    mayfly.bus.subscribe(events.append)
    # Another process's door, as far as this one can tell.
    assert Foundation(home).lock()
    eventually(lambda: LockChanged(True) in events, patience_s=2.0)
    with pytest.raises(VaultLocked):
        mayfly.library.jobs().result()
    mayfly.locking.unlock(PASSPHRASE).result()
    assert mayfly.library.jobs().result() == ()


def test_a_panic_needs_no_lane_and_what_is_open_is_told(
    foundation: Foundation, mayfly: Mayfly, home: Path
) -> None:
    events: list[object] = []
    mayfly.bus.subscribe(events.append)
    key = mayfly.library._vault.lock._keys._key
    # The lane is busy with something that takes long.
    held = mayfly.library._lane.submit(lambda: time.sleep(1.0), urgent=True)
    began = time.monotonic()

    report = foundation.panic()

    assert time.monotonic() - began < 1.0
    assert not held.done()
    assert report.is_complete
    assert report.ended == 0
    assert not paths_in(home).database.exists()
    eventually(lambda: VaultGone() in events)
    assert not any(key)
    with pytest.raises(VaultLocked):
        mayfly.library.jobs().result()


def test_a_panic_can_be_followed_by_a_new_vault(foundation: Foundation) -> None:
    assert foundation.vault_exists()
    foundation.panic()
    assert not foundation.vault_exists()
    assert foundation.key_home() is None
    assert not foundation.lock()
    mayfly = foundation.unlock("a new one").result()
    assert mayfly.locking.key_home().result() is KeyHome.PASSPHRASE
    mayfly.close()
    assert foundation.start_fresh().there_was_one
