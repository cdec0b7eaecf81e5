"""What can be read back of a vault without its key, and that it is noticed when it is wrong."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from mayfly.domain.errors import VaultDamaged
from mayfly.domain.jobs import Part
from mayfly.domain.states import DeleteReason
from mayfly.vault import connection as connection_module
from mayfly.vault import second_line
from mayfly.vault.second_line import look_at_vault
from tests.vault.opened import files_of
from tests.vault.processes import Child
from tests.vault.storage import destination, ledger_of, refs


def look(desk):
    return look_at_vault(desk.paths, desk.clock.now())


def test_where_there_is_no_vault_there_is_nothing_to_see(paths, clock):
    assert look_at_vault(paths, clock.now()) is None
    assert not paths.database.exists()


def test_a_vault_as_mayfly_keeps_it(desk):
    job_id = desk.done_job()
    desk.vault.purge([job_id], frozenset(Part), DeleteReason.USER, desk.clock.now())
    assert look(desk) == replace(
        look(desk),
        refused_settings=(),
        journal_mode="wal",
        incremental_vacuum=True,
        virtual_tables=0,
        log_bytes=0,
        is_open=True,
        key_owed=False,
        unfinished=0,
        overdue=0,
    )
    desk.vault.close()
    assert look(desk).is_open is False


def test_a_look_changes_no_file(desk):
    desk.done_job()
    before = files_of(desk.paths)
    look(desk)
    after = files_of(desk.paths)
    index = desk.paths.database.with_name("vault.db-shm")
    assert {**after, index: b""} == {**before, index: b""}


def test_a_look_does_not_disturb_whoever_has_the_vault_open(desk, open_desk):
    other = open_desk()
    job_id = desk.admit()
    look(desk)
    other.vault.purge([job_id], frozenset(Part), DeleteReason.USER, desk.clock.now())
    assert look(desk).log_bytes == 0


def test_where_locks_are_not_to_be_seen_nothing_is_guessed(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(second_line, "_LOCKS", tmp_path / "none")
    assert look(desk).is_open is None


def test_writes_that_a_crash_left_are_seen(desk):
    """The control for a log of 0 bytes after a deletion."""

    def write_and_die(tell):
        tell("ready")
        desk.admit()

    desk.vault.close()
    child = Child(lambda tell: (desk.reopen(), write_and_die(tell)))
    assert child.end()[0] == 0
    seen = look(desk)
    assert seen.log_bytes > 0
    assert seen.is_open is False
    # Whoever may write and closes last would have cut it by now.
    assert look(desk) == seen


def test_a_key_that_is_owed_is_seen(desk):
    desk.sql("UPDATE meta SET rotation_owed = 1")
    assert look(desk).key_owed


def test_a_deletion_that_was_begun_is_seen(desk):
    job_id = desk.admit()
    desk.vault.mark_purging([job_id], DeleteReason.USER, desk.clock.now())
    assert look(desk).unfinished == 1


@pytest.mark.parametrize(("hours", "overdue"), [(0.9, 0), (1.1, 1)])
def test_what_is_past_its_end_is_seen(desk, hours, overdue):
    desk.done_job()
    desk.done_job(name="another.pdf")
    desk.clock.advance(hours=hours)
    assert look(desk).overdue == 2 * overdue


def test_what_passed_thirty_days_is_seen_whatever_its_deadline_says(desk):
    desk.admit()
    desk.sql("UPDATE job SET source_delete_at = ?, result_delete_at = ?", 1 << 60, 1 << 60)
    desk.clock.advance(days=31)
    assert look(desk).overdue == 1


def test_another_way_of_writing_is_seen(desk):
    desk.vault.close()
    with closing(sqlite3.connect(desk.paths.database)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("PRAGMA auto_vacuum = NONE")
        other.execute("VACUUM")
    seen = look(desk)
    assert (seen.journal_mode, seen.incremental_vacuum) == ("delete", False)


def test_a_search_index_in_the_file_is_seen(desk):
    desk.sql("CREATE VIRTUAL TABLE words USING fts5(text)")
    assert look(desk).virtual_tables == 1


def test_a_library_that_takes_no_such_setting_is_seen(desk, monkeypatch):
    """The control: secure_delete is in this list, so an SQLite without it would be told."""
    settings = connection_module._SETTINGS
    assert {"secure_delete", "temp_store", "mmap_size", "trusted_schema"} <= {
        name for name, _, _ in settings
    }
    assert look(desk).refused_settings == ()
    refused = ("secure_delete", "ON", "a value that it never has")
    monkeypatch.setattr(connection_module, "_SETTINGS", (*settings, refused))
    assert look(desk).refused_settings == ("secure_delete",)


def test_a_file_that_is_no_database_is_told_as_such(paths, clock):
    paths.database.parent.mkdir(parents=True)
    paths.database.write_bytes(b"no database" * 1_000)
    with pytest.raises(VaultDamaged):
        look_at_vault(paths, clock.now())


def test_objects_that_are_still_to_be_deleted_are_counted(desk):
    one = destination()
    desk.vault.destinations.add(one)
    job_id, ledger = desk.done_job(), ledger_of(desk.vault)
    ledger.add(refs(job_id, (1, 1), (1, 2), (1, 3)), one.destination_id, desk.clock.now())
    for upload in ledger.take(desk.clock.now(), 2):
        ledger.begin(upload, desk.clock.now())
    assert look(desk).owed_objects == 0
    desk.vault.purge([job_id], frozenset(Part), DeleteReason.USER, desk.clock.now())
    assert look(desk).owed_objects == 2
