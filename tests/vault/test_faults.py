"""What SQLite and the system refuse becomes a sentence and a remedy."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from mayfly.domain.errors import DiskFull, InternalError, VaultBusy, VaultDamaged, VaultNotWritable
from mayfly.domain.ids import new_batch_id
from mayfly.domain.jobs import ReadOptions
from mayfly.vault import connection
from mayfly.vault.connection import Database
from mayfly.vault.faults import translated
from mayfly.vault.moments import micros_of
from mayfly.vault.private_files import make_private_folder
from mayfly.vault.reserve import Reserve
from mayfly.vault.shard import Shard
from tests.fakes import BytesSource
from tests.vault.conftest import RULE, Desk


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("told by a test")
    error.sqlite_errorcode = code
    error.sqlite_errorname = "SQLITE_TEST"
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, DiskFull),
        (sqlite3.SQLITE_IOERR_SHMSIZE, DiskFull),
        (sqlite3.SQLITE_BUSY, VaultBusy),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, VaultBusy),
        (sqlite3.SQLITE_LOCKED, VaultBusy),
        (sqlite3.SQLITE_READONLY, VaultNotWritable),
        (sqlite3.SQLITE_READONLY_DBMOVED, VaultNotWritable),
        (sqlite3.SQLITE_CANTOPEN, VaultNotWritable),
        (sqlite3.SQLITE_IOERR_WRITE, VaultNotWritable),
        (sqlite3.SQLITE_IOERR_READ, VaultDamaged),
        (sqlite3.SQLITE_CORRUPT, VaultDamaged),
        (sqlite3.SQLITE_NOTADB, VaultDamaged),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, InternalError),
        (sqlite3.SQLITE_IOERR_NOMEM, InternalError),
    ],
)
def test_each_refusal_of_sqlite_has_its_error(code: int, kind: type[Exception]) -> None:
    with pytest.raises(kind), translated():
        raise sqlite_error(code)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EACCES, VaultNotWritable),
        (errno.EROFS, VaultNotWritable),
    ],
)
def test_each_refusal_of_the_system_has_its_error(number: int, kind: type[Exception]) -> None:
    with pytest.raises(kind), translated():
        raise OSError(number, "told by a test")


def test_errors_of_the_domain_pass_as_they_are() -> None:
    with pytest.raises(DiskFull), translated():
        raise DiskFull


def test_an_unknown_batch_is_a_bug_and_leaves_no_job(desk: Desk) -> None:
    now = desk.clock.now()
    source = BytesSource("a.png", b"x")

    with pytest.raises(InternalError):
        desk.vault.admit(new_batch_id(), source, ReadOptions(), RULE, now)

    assert desk.vault.jobs(now) == ()


def test_a_writer_that_does_not_let_go_is_busy(desk: Desk, open_desk, monkeypatch) -> None:
    other = open_desk()
    other.vault._database.ask("PRAGMA busy_timeout = 50")

    with desk.vault._database.write(), pytest.raises(VaultBusy):
        other.admit()

    assert other.admit()


def test_a_reader_sees_one_moment_while_another_writes(desk: Desk, open_desk) -> None:
    job_id = desk.admit()
    other = open_desk()
    count = "SELECT count(*) FROM job"

    with other.vault._database.read() as view:
        assert view.row(count) == (1,)
        desk.admit()
        assert view.row(count) == (1,)
    assert desk.vault.job(job_id, desk.clock.now())


def test_a_read_only_file_is_said_not_to_be_writable(desk: Desk) -> None:
    desk.vault._database.ask("PRAGMA query_only = ON")

    with pytest.raises(VaultNotWritable):
        desk.admit()


def test_a_moment_without_a_zone_is_a_bug(desk: Desk) -> None:
    with pytest.raises(InternalError):
        micros_of(desk.clock.now().replace(tzinfo=None))


def test_a_file_in_the_folders_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(VaultNotWritable), translated():
        make_private_folder(tmp_path / "file" / "folder")


def test_a_database_that_cannot_be_made_is_not_writable(tmp_path: Path) -> None:
    with pytest.raises(VaultNotWritable):
        Database(tmp_path / "missing" / "vault.db")


def test_a_connection_whose_settings_fail_is_closed(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(connection, "_SETTINGS", (("no such pragma(", "1", 1),))

    with pytest.raises(InternalError):
        Database(tmp_path / "vault.db")


def test_a_shard_that_is_not_there_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(VaultNotWritable):
        Shard(tmp_path / "shard").write_slot(b"v" * 16, 1)


def test_a_reserve_that_cannot_be_taken_is_no_error(tmp_path: Path, monkeypatch) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "told by a test")

    reserve = Reserve(tmp_path / "vault.db")
    monkeypatch.setattr("os.posix_fallocate", full)

    reserve.fill()

    assert (tmp_path / "vault.db-reserve").stat().st_size == 0
    Reserve(tmp_path / "missing" / "vault.db").give_up()
