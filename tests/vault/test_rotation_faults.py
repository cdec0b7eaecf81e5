"""A key that cannot change now changes later, and nothing waits or is lost meanwhile."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from mayfly.domain.errors import (
    KeyMissing,
    KeyringLocked,
    KeyringUnavailable,
    VaultBusy,
    VaultDamaged,
)
from mayfly.domain.states import JobState
from mayfly.system.secrets import open_secret_store
from mayfly.vault import rotation
from mayfly.vault.errand import Errand
from mayfly.vault.opening import KeyAccess, open_vault
from mayfly.vault.private_files import locked
from mayfly.vault.rewrapping import Rewrapping
from mayfly.vault.rotation import Rotation
from mayfly.vault.shard import Shard
from mayfly.vault.shares import parse_shares, secret_name
from mayfly.vault.vault import SqliteVault
from tests.fakes import FileSecrets
from tests.keyring_session import keyring_session, require_keyring
from tests.vault.attack import loot
from tests.vault.rotating import (
    Place,
    admit,
    check_alive,
    check_settled,
    purge,
    state,
    sweep,
)

# --- a keyring that is locked, slow or gone ------------------------------------------------


class FailingSecrets(FileSecrets):
    """Fails in the nth call from when it is told to, before or after it did what was asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.fails_at: int | None = None
        self.after = False
        self.kind: type[Exception] = KeyringLocked
        self.calls = 0
        self.failed = False

    def _call(self, work: Callable[[], object]):
        self.calls += 1
        if self.fails_at is None or self.calls < self.fails_at:
            return work()
        self.failed = True
        if self.after:
            work()
        raise self.kind

    def get(self, name: str) -> str | None:
        return self._call(lambda: super(FailingSecrets, self).get(name))

    def put(self, name: str, value: str) -> None:
        self._call(lambda: super(FailingSecrets, self).put(name, value))


@pytest.mark.parametrize("kind", [KeyringLocked, KeyringUnavailable])
@pytest.mark.parametrize("after", [False, True])
def test_a_keyring_that_refuses_at_any_call_delays_only_the_key(
    keyring_place: Place, kind: type[Exception], after: bool
) -> None:
    for fails_at in count(1):
        place = Place(keyring_place.folder / str(fails_at), "keyring")
        place.folder.mkdir()
        secrets = FailingSecrets(place.folder / "keyring")
        vault = open_vault(place.paths, KeyAccess(secrets, None))
        jobs = admit(vault, "goes", "stays", "stays too")
        gone = jobs.pop("goes")
        copy = place.copy(f"copy {fails_at}")
        secrets.calls, secrets.fails_at = 0, fails_at
        secrets.kind, secrets.after = kind, after

        purge(vault, gone)

        assert state(vault, gone) is JobState.DELETED
        assert place.ask("SELECT count(*) FROM data_key") == [(4,)]
        assert place.paths.database.with_name("vault.db-wal").stat().st_size == 0
        check_alive(vault, jobs)
        secrets.fails_at = None
        if fails_at % 2:
            vault.close()
            vault = open_vault(place.paths, KeyAccess(secrets, None))
            check_alive(vault, jobs)
        vault.tidy()
        check_alive(vault, jobs)
        vault.close()
        check_settled(place, 2)
        assert copy.opened_with(place.loot()) == set()
        if not secrets.failed:
            break
    assert fails_at > 4


class HangingSecrets(FileSecrets):
    """A keyring whose prompt stands there until somebody answers."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.answered = threading.Event()
        self.answered.set()

    def put(self, name: str, value: str) -> None:
        self.answered.wait(30)
        super().put(name, value)


def test_a_keyring_that_asks_the_user_holds_up_neither_purge_nor_key(keyring_place) -> None:
    secrets = HangingSecrets(keyring_place.folder / "keyring")
    vault = open_vault(keyring_place.paths, KeyAccess(secrets, None))
    jobs = admit(vault, "first", "second", "stays")
    copy = keyring_place.copy("copy")
    vault._rotation._home._errand._patience_s = 0.05
    secrets.answered.clear()

    purge(vault, jobs["first"])
    purge(vault, jobs["second"])
    vault.tidy()

    assert keyring_place.ask("SELECT epoch, rotation_owed FROM meta") == [(1, 1)]
    check_alive(vault, {"stays": jobs["stays"]})
    # Nobody else may change the key while the first answer can still come.
    with pytest.raises(VaultBusy), locked(keyring_place.paths.lock, timeout_s=0.1):
        pass
    secrets.answered.set()
    with locked(keyring_place.paths.lock, timeout_s=10):
        pass
    vault._rotation._home._errand._patience_s = 10
    vault.tidy()
    check_alive(vault, {"stays": jobs["stays"]})
    vault.close()
    check_settled(keyring_place, 2)
    assert copy.opened_with(keyring_place.loot()) == set()


def test_an_errand_gives_its_answer_its_error_or_up() -> None:
    errand, go_on = Errand(patience_s=0.05), threading.Event()
    ended: list[str] = []

    assert errand.run(lambda: 7) == 7
    with pytest.raises(KeyMissing):
        errand.run(lambda: (_ for _ in ()).throw(KeyMissing))
    with pytest.raises(TimeoutError):
        errand.run(lambda: (_ for _ in ()).throw(TimeoutError))
    errand.when_idle(lambda: ended.append("at once"))
    with pytest.raises(KeyringLocked):
        errand.run(lambda: go_on.wait(30))
    with pytest.raises(KeyringLocked):
        errand.run(lambda: 7)
    errand.when_idle(lambda: ended.append("later"))
    assert errand.is_busy()
    assert ended == ["at once"]
    go_on.set()
    while errand.is_busy():
        threading.Event().wait(0.01)
    assert errand.run(lambda: 8) == 8
    assert ended == ["at once", "later"]


def test_a_vault_that_is_being_opened_delays_only_the_key(place, vault, monkeypatch) -> None:
    monkeypatch.setattr(rotation, "_LOCK_TIMEOUT_S", 0.1)
    jobs = admit(vault, "goes", "stays")

    with locked(place.paths.lock, timeout_s=1):
        purge(vault, jobs.pop("goes"))

    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(1, 1)]
    check_alive(vault, jobs)
    vault.tidy()
    check_settled(place, 2)
    check_alive(vault, jobs)


@pytest.mark.parametrize("step", ["write_slot", "erase_slot", "read_slot", "is_used"])
def test_a_shard_that_cannot_be_written_delays_only_the_key(
    place, vault, monkeypatch, step: str
) -> None:
    jobs = admit(vault, "goes", "stays")
    copy = place.copy("copy")

    def fail(self: Shard, *args: object) -> None:
        raise VaultDamaged

    with monkeypatch.context() as patch:
        patch.setattr(Shard, step, fail)
        purge(vault, jobs.pop("goes"))
    check_alive(vault, jobs)

    vault.tidy()

    check_settled(place, 2)
    check_alive(vault, jobs)
    assert copy.opened_with(place.loot()) == set()


def test_a_commit_that_fails_leaves_the_old_key(place, vault, monkeypatch) -> None:
    jobs = admit(vault, "goes", "stays")

    def fail(self, *args: object) -> None:
        raise VaultBusy

    with monkeypatch.context() as patch:
        patch.setattr(Rewrapping, "run", fail)
        purge(vault, jobs.pop("goes"))

    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(1, 1)]
    vault.close()
    again = place.open()
    check_alive(again, jobs)
    again.tidy()
    check_alive(again, jobs)
    again.close()
    check_settled(place, 2)


def test_leftovers_that_cannot_be_dropped_keep_no_vault_shut(place, vault, monkeypatch) -> None:
    jobs = admit(vault, "stays")
    vault.close()

    def fail(self, *args: object) -> None:
        raise VaultBusy

    with monkeypatch.context() as patch:
        patch.setattr(Rotation, "drop_leftovers", fail)
        again = place.open()
    check_alive(again, jobs)
    again.close()


# --- the real keyring ----------------------------------------------------------------------


# keyring 25.7 leaves its connection to the garbage collector when the collection is locked.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket")
@pytest.mark.keyring
def test_a_real_keyring_keeps_one_share_and_a_locked_one_delays_only_the_key(
    tmp_path: Path, monkeypatch
) -> None:
    require_keyring()
    place = Place(tmp_path / "today", "keyring")
    place.folder.mkdir()
    session = tmp_path / "session"
    session.mkdir()
    with keyring_session(session) as env:
        set_environment(monkeypatch, env)
        secrets = open_secret_store(None)
        vault = open_vault(place.paths, KeyAccess(secrets, None))
        jobs = admit(vault, "first", "second", "stays")
        copy = place.copy("copy")
        purge(vault, jobs.pop("first"))
        check_alive(vault, jobs)
        assert held_epochs(secrets, vault) == [2]
        assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(2, 0)]
    with keyring_session(session, unlocked=False) as env:
        set_environment(monkeypatch, env)
        purge(vault, jobs.pop("second"))
        check_alive(vault, jobs)
        assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(2, 1)]
    vault.close()
    with keyring_session(session) as env:
        set_environment(monkeypatch, env)
        secrets = open_secret_store(None)
        vault = open_vault(place.paths, KeyAccess(secrets, None))
        sweep(vault)
        check_alive(vault, jobs)
        assert held_epochs(secrets, vault) == [3]
        line = secrets.get(secret_name(vault._rotation._keys.vault_id))
        vault.close()
    halves = loot(place.paths.database, place.paths.shard, [line])
    assert place.opened_with(halves) == set(jobs.values())
    assert copy.opened_with(halves) == set()
    gc.collect()


def set_environment(monkeypatch, env: dict[str, str]) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)


def held_epochs(secrets, vault: SqliteVault) -> list[int]:
    return list(parse_shares(secrets.get(secret_name(vault._rotation._keys.vault_id))))
