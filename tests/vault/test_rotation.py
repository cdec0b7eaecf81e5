"""A purge ends with a new vault key: old copies of what was purged open no more."""

from __future__ import annotations

import gc
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from mayfly.domain.errors import (
    InternalError,
    KeyMissing,
    KeyringLocked,
    KeyringUnavailable,
    VaultBusy,
    VaultDamaged,
)
from mayfly.domain.jobs import Part
from mayfly.domain.states import DeleteReason, JobState
from mayfly.system.secrets import open_secret_store
from mayfly.vault import rotation, share_homes
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.errand import Errand
from mayfly.vault.keys import VaultKeys
from mayfly.vault.opening import KeyAccess, open_vault
from mayfly.vault.private_files import locked
from mayfly.vault.rotation import Rotation
from mayfly.vault.shard import Shard
from mayfly.vault.shares import parse_shares, secret_name
from mayfly.vault.streams import JobRef
from mayfly.vault.vault import SqliteVault
from tests.fakes import FileSecrets
from tests.keyring_session import keyring_session, require_keyring
from tests.vault.attack import loot
from tests.vault.conftest import reading
from tests.vault.rotating import (
    ALL,
    HOMES,
    NOW,
    Place,
    admit,
    check_alive,
    check_settled,
    purge,
    state,
    sweep,
)


@pytest.fixture(params=HOMES)
def place(request, tmp_path: Path) -> Place:
    folder = tmp_path / "today"
    folder.mkdir()
    return Place(folder, request.param)


@pytest.fixture
def keyring_place(tmp_path: Path) -> Place:
    folder = tmp_path / "today"
    folder.mkdir()
    return Place(folder, "keyring")


@pytest.fixture
def vault(place: Place) -> Iterator[SqliteVault]:
    vault = place.open()
    yield vault
    vault.close()


# --- the attack --------------------------------------------------------------------------


def attack(place: Place, rotates: bool, monkeypatch) -> tuple[set[str], set[str], set[str]]:
    """Copy all, purge one of three; return what the copy opens before and after, and the purged.

    After: with the shares of then and now and the shard of now, and the other way round.
    """
    if not rotates:
        monkeypatch.setattr(Rotation, "settle", lambda self: False)
    vault = place.open()
    jobs = admit(vault, "goes", "stays", "stays too")
    gone = jobs.pop("goes")
    copy = place.copy("copy")
    then = copy.loot()
    before = copy.opened_with(then)

    purge(vault, gone)

    check_alive(vault, jobs)
    vault.close()
    now = place.loot()
    shares, slots = (then | now).shares, (then | now).slots
    with_old_shares = type(now)(shares, now.slots)
    with_old_slots = type(now)(now.shares, slots)
    after = copy.opened_with(with_old_shares)
    if place.home == "keyring":
        after |= copy.opened_with(with_old_slots)
    assert place.opened_with(now) == set(jobs.values())
    return before, after, {gone}


def test_a_copy_from_before_a_purge_opens_nothing_with_what_is_left(place, monkeypatch) -> None:
    before, after, gone = attack(place, True, monkeypatch)

    assert before > gone
    assert after == set()
    check_settled(place, 2)


def test_the_attack_finds_the_purged_where_the_key_stays(place, monkeypatch) -> None:
    before, after, gone = attack(place, False, monkeypatch)

    assert after == before > gone
    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(1, 1)]


def test_the_attack_finds_the_purged_where_the_shard_stays(place, monkeypatch) -> None:
    monkeypatch.setattr(Shard, "erase_slot", lambda self, epoch: None)

    before, after, gone = attack(place, True, monkeypatch)

    assert after == before > gone


def test_words_that_are_recognised_anew_are_out_of_reach_in_a_copy(place, vault) -> None:
    (job_id,) = admit(vault, "again").values()
    vault.claim_next(NOW)
    vault.set_pages(job_id, 1)
    vault.save_page(job_id, reading(1, "old"))
    vault.finish(job_id, NOW)
    copy = place.copy("copy")

    vault.recognise_anyway(job_id)

    check_settled(place, 2)
    assert copy.opened_with(place.loot()) == set()


def test_one_change_serves_all_purges_of_one_call(place, vault) -> None:
    jobs = admit(vault, *map(str, range(12)))
    going = [jobs.pop(str(number)) for number in range(9)]

    purge(vault, *going)

    check_settled(place, 2)
    check_alive(vault, jobs)


def test_many_purges_leave_one_share_and_one_slot(place, vault) -> None:
    kept = admit(vault, "kept")
    for number in range(5):
        purge(vault, *admit(vault, str(number)).values())
        check_settled(place, number + 2)
    vault.close()

    again = place.open()

    check_alive(again, kept)
    again.close()


def test_a_purge_that_finds_nothing_changes_no_key(place, vault) -> None:
    (job_id,) = admit(vault, "once").values()
    purge(vault, job_id)

    vault.purge([job_id], ALL, DeleteReason.USER, NOW)
    vault.tidy()

    check_settled(place, 2)


def test_the_last_job_of_a_vault_can_go(place, vault) -> None:
    (job_id,) = admit(vault, "only").values()

    purge(vault, job_id)

    check_settled(place, 2)
    check_alive(vault, admit(vault, "next"))


def test_the_steps_come_in_the_order_that_a_power_cut_allows(keyring_place, monkeypatch) -> None:
    """The share is on the disk before the database needs it; the old slot goes after that."""
    vault = keyring_place.open()
    jobs = admit(vault, "goes", "stays")
    steps: list[str] = []

    def watch(owner, name: str) -> None:
        call = getattr(owner, name)

        def watched(*args):
            steps.append(name)
            return call(*args)

        monkeypatch.setattr(owner, name, watched)

    for owner, name in (
        (FileSecrets, "put"),
        (share_homes.os, "sync"),
        (Shard, "write_slot"),
        (Shard, "erase_slot"),
        (Transaction, "run_many"),
        (Database, "write"),
        (Database, "truncate_wal"),
    ):
        watch(owner, name)

    purge(vault, jobs["goes"])
    vault.close()

    mark, rows = ["write"], ["write", "truncate_wal"]
    # A commit whose sync failed before must be buried before its halves are overwritten.
    bury, both = ["write"], ["put", "sync", "write_slot"]
    begin, end = ["write", "run_many"], ["erase_slot", "put", "truncate_wal"]
    assert steps == [*mark, *rows, *bury, *both, *begin, *end]


def test_halves_of_a_commit_that_failed_are_buried_before_they_are_dropped(
    place, vault, monkeypatch
) -> None:
    admit(vault, "stays")
    shard = Shard(place.paths.shard)
    vault_id = vault._rotation._keys.vault_id
    shard.write_slot(vault_id, 2)
    committed: list[bool] = []
    erase = Shard.erase_slot
    looking = sqlite3.connect(place.paths.database)
    before = looking.execute("PRAGMA data_version").fetchone()

    def erase_late(self: Shard, epoch: int) -> None:
        committed.append(looking.execute("PRAGMA data_version").fetchone() != before)
        erase(self, epoch)

    monkeypatch.setattr(Shard, "erase_slot", erase_late)
    vault._rotation.drop_leftovers()
    looking.close()

    assert committed == [True]
    check_settled(place, 1)


# --- what is damaged, what is missing ------------------------------------------------------


def test_a_damaged_key_holds_up_nobody_else(place, vault) -> None:
    jobs = admit(vault, "damaged", "goes", "stays")
    tamper(place, "UPDATE data_key SET wrapped = zeroblob(60) WHERE job = 1")

    purge(vault, jobs["goes"])

    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(2, 0)]
    check_alive(vault, {"stays": jobs["stays"]})
    assert vault.job(jobs["damaged"], NOW).name is None
    purge(vault, jobs["damaged"])
    check_settled(place, 3)


def tamper(place: Place, sql: str) -> None:
    with closing(sqlite3.connect(place.paths.database)) as writing, writing:
        writing.execute(sql)


def test_a_key_that_opens_nothing_never_replaces_the_one_that_does(keyring_place) -> None:
    vault = keyring_place.open()
    jobs = admit(vault, "goes", "stays")
    vault.close()
    (line,) = keyring_place.lines()
    name = next((keyring_place.folder / "keyring").glob("vault-*")).name
    keyring_place.secrets.put(name, f"mayfly1 1:{'A' * 43}=")
    vault = keyring_place.open()

    purge(vault, jobs.pop("goes"))
    vault.tidy()
    vault.close()

    assert keyring_place.ask("SELECT epoch, rotation_owed FROM meta") == [(1, 1)]
    keyring_place.secrets.put(name, line)
    vault = keyring_place.open()
    check_alive(vault, jobs)
    sweep(vault)
    check_alive(vault, jobs)
    vault.close()
    check_settled(keyring_place, 2)


def test_a_vault_without_its_row_changes_no_key(place, vault) -> None:
    admit(vault, "any")
    tamper(place, "DELETE FROM meta")

    vault._rotation.settle()


def test_an_old_file_beside_todays_shard_and_keyring_opens_nothing(place, vault) -> None:
    jobs = admit(vault, "goes", "stays")
    copy = place.copy("yesterday")
    purge(vault, jobs["goes"])
    vault.close()
    held = (place.lines(), place.paths.shard.read_bytes())
    for suffix in ("", "-wal", "-shm"):
        old = copy.paths.database.with_name(f"vault.db{suffix}")
        here = place.paths.database.with_name(f"vault.db{suffix}")
        here.write_bytes(old.read_bytes())

    with pytest.raises(KeyMissing):
        place.open()

    assert (place.lines(), place.paths.shard.read_bytes()) == held


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
        patch.setattr(VaultKeys, "rewrap_all", fail)
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


# --- several processes -------------------------------------------------------------------


def test_another_process_follows_the_key(place, vault) -> None:
    other = place.open()
    jobs = admit(vault, "goes", "stays", "goes too")
    stale = other._rotation._keys._key

    purge(vault, jobs.pop("goes"))

    check_alive(other, jobs)
    assert not any(stale)
    new = admit(other, "new")
    purge(other, jobs.pop("goes too"))
    check_alive(vault, {**jobs, **new})
    check_alive(vault, admit(vault, "newest"))
    other.close()
    check_settled(place, 3)


def test_a_process_that_sleeps_through_many_epochs_wakes_up(place, vault) -> None:
    other = place.open()
    kept = admit(vault, "kept")
    for number in range(4):
        purge(vault, *admit(vault, str(number)).values())

    check_alive(other, kept)
    check_alive(vault, admit(other, "new"))
    other.close()


def test_a_key_that_changes_just_before_a_transaction_is_followed(
    place, vault, monkeypatch
) -> None:
    other = place.open()
    jobs = admit(vault, "goes", "stays")
    with monkeypatch.context() as patch:
        patch.setattr(VaultKeys, "refresh", lambda self, database: None)
        check_alive(other, jobs)
        purge(vault, jobs.pop("goes"))

        check_alive(other, jobs)
        check_alive(vault, admit(other, "new"))
    other.close()


def test_an_epoch_that_is_over_within_a_view_is_busy_not_gone(place, vault, monkeypatch) -> None:
    other = place.open()
    jobs = admit(vault, "1", "2", "stays")
    monkeypatch.setattr(VaultKeys, "refresh", lambda self, database: None)
    purge(vault, jobs["1"])

    with other._database.read() as tx:
        assert tx.epoch() == 2
        monkeypatch.undo()
        purge(vault, jobs["2"])
        with pytest.raises(VaultBusy):
            other._rotation._keys.follow(tx)

    check_alive(other, {"stays": jobs["stays"]})
    other.close()


def test_a_key_that_changes_while_it_is_fetched_is_fetched_again(place, vault) -> None:
    other = place.open()
    jobs = admit(vault, "1", "2", "stays")
    purge(vault, jobs["1"])
    keys = other._rotation._keys
    load, asked = keys._load, []

    def load_late(tx, epoch):
        asked.append(epoch)
        if len(asked) == 1:
            purge(vault, jobs["2"])
        return load(tx, epoch)

    keys._load = load_late

    check_alive(other, {"stays": jobs["stays"]})

    assert asked == [2, 3]
    other.close()


def test_a_key_that_another_process_made_and_that_is_lost_is_said(keyring_place) -> None:
    vault, other = keyring_place.open(), keyring_place.open()
    jobs = admit(vault, "goes", "stays", "goes too")
    purge(vault, jobs["goes"])
    for file in (keyring_place.folder / "keyring").glob("vault-*"):
        file.unlink()

    with pytest.raises(KeyMissing):
        other.job(jobs["stays"], NOW)
    purge(other, jobs["goes too"])

    check_alive(vault, {"stays": jobs["stays"]})
    vault.close()
    other.close()


def test_nothing_is_sealed_under_a_key_of_the_past(place, vault) -> None:
    other = place.open()
    jobs = admit(vault, "goes", "stays")
    streams = other._intake._streams
    purge(vault, jobs["goes"])

    with other._database.write() as tx, pytest.raises(InternalError):
        streams.add_key(tx, JobRef(2, bytes.fromhex(jobs["stays"])), Part.SOURCE)
    other.close()


def test_what_a_dead_process_left_is_dropped_by_one_that_lives(place, vault, monkeypatch) -> None:
    other = place.open()
    jobs = admit(vault, "goes", "stays")
    with monkeypatch.context() as patch:
        patch.setattr(Rotation, "drop_leftovers", lambda self: None)
        purge(vault, jobs.pop("goes"))
    assert place.epochs_left()[1] != [2]

    other.tidy()

    check_settled(place, 2)
    check_alive(other, jobs)
    other.close()


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
