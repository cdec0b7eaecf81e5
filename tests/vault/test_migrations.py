"""Schema steps: each whole or not at all, and never a copy left behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mayfly.domain.errors import InternalError, VaultDamaged, VaultTooNew
from mayfly.vault import migrations
from mayfly.vault.migrations import check_version, newest_version, steps, upgrade
from mayfly.vault.second_line import look_at_vault
from tests.vault.conftest import Desk
from tests.vault.rotating import HOMES, NOW, Place, check_settled
from tests.vault.storage import destination, ledger_of, refs

FIXTURES = Path(__file__).parent / "fixtures"
VERSION_1 = FIXTURES / "version_1"

NEXT = "CREATE TABLE added (a);\n-- a comment; with a semicolon\nINSERT INTO added VALUES (1);\n"


def test_the_steps_come_with_the_package() -> None:
    assert newest_version() == len(steps()) >= 1
    assert "CREATE TABLE meta" in steps()[0]


@pytest.mark.parametrize("home", HOMES)
def test_a_vault_of_version_1_opens_and_gets_the_key_it_owes(home: str, tmp_path: Path) -> None:
    place = Place(tmp_path / "today", home)
    shutil.copytree(VERSION_1 / home, place.folder)
    assert place.ask("PRAGMA user_version") == [(1,)]
    copy = place.copy("copy")
    kept = copy.opened_with(place.loot())
    assert len(kept) == 1

    vault = place.open()
    (kept_job, gone_job) = vault.jobs(NOW)
    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(1, 1)]
    vault.tidy()

    assert (kept_job.name, gone_job.name) == ("kept.pdf", None)
    assert {kept_job.job_id} == kept
    assert vault.page(kept_job.job_id, 1, NOW).words[0].text == "kept"
    vault.close()
    check_settled(place, 2)
    assert copy.opened_with(place.loot()) == set()


@pytest.mark.parametrize("home", HOMES)
def test_a_vault_of_version_3_gets_its_keys_into_buckets(home: str, tmp_path: Path) -> None:
    """Every data key of it lies under the vault key itself."""
    place = Place(tmp_path / "today", home)
    shutil.copytree(FIXTURES / "version_3" / home, place.folder)
    assert place.ask("PRAGMA user_version") == [(3,)]
    copy = place.copy("copy")
    kept = copy.opened_with(place.loot())
    assert len(kept) == 2

    vault = place.open()
    for moment in ("loose", "in buckets"):
        names = {job.job_id: job.name for job in vault.jobs(NOW)}
        assert sorted(filter(None, names.values())) == ["kept.pdf", "later.pdf"]
        for job_id in kept:
            word = vault.page(job_id, 1, NOW).words[0].text
            assert f"{word}.pdf" == names[job_id]
        loose = place.ask("SELECT count(*) FROM data_key WHERE bucket IS NULL")
        assert loose == [(4 if moment == "loose" else 0,)]
        vault.tidy()

    vault.close()
    check_settled(place, 3)
    assert copy.opened_with(place.loot()) == set()


def test_a_vault_of_version_9_gets_own_storage(open_desk, monkeypatch) -> None:
    all_steps = steps()
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "steps", lambda: all_steps[:9])
        old = open_desk()
        job_id = old.done_job("kept")
        assert look_at_vault(old.paths, NOW).owed_objects == 0
        old.vault.close()

    desk = open_desk()

    assert desk.sql("PRAGMA user_version") == [(newest_version(),)]
    assert desk.sql("SELECT uploads_paused FROM meta") == [(0,)]
    assert desk.vault.page(job_id, 1, NOW).words[0].text == "kept"
    one = destination()
    desk.vault.destinations.add(one)
    ledger = ledger_of(desk.vault)
    assert ledger.add(refs(job_id), one.destination_id, NOW) == len(ledger.take(NOW, 9)) == 6


def test_a_new_vault_owes_no_key(desk: Desk) -> None:
    desk.vault.tidy()

    assert desk.sql("SELECT epoch, rotation_owed FROM meta") == [(1, 0)]


def test_a_next_step_is_made_once_and_keeps_the_jobs(desk: Desk, monkeypatch) -> None:
    job_id = desk.admit(name="old.pdf")
    monkeypatch.setattr(migrations, "steps", lambda: (*steps(), NEXT))

    desk.reopen()
    desk.reopen()

    assert desk.sql("PRAGMA user_version") == [(newest_version(),)] == [(len(steps()) + 1,)]
    assert desk.sql("SELECT a FROM added") == [(1,)]
    assert desk.vault.job(job_id, desk.clock.now()).name == "old.pdf"
    assert {file.name for file in desk.paths.database.parent.iterdir()} == {
        "vault.db",
        "vault.db-wal",
        "vault.db-shm",
        "vault.db-reserve",
    }


def test_a_step_that_fails_leaves_the_version_before(desk: Desk, monkeypatch) -> None:
    desk.admit()
    monkeypatch.setattr(migrations, "steps", lambda: (*steps(), NEXT + "SELECT no_such_thing;\n"))

    with pytest.raises(InternalError):
        upgrade(desk.vault._database)

    assert desk.sql("PRAGMA user_version") == [(len(steps()),)]
    assert desk.sql("SELECT count(*) FROM sqlite_schema WHERE name = 'added'") == [(0,)]


def test_a_step_that_ends_within_a_statement_is_a_bug(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(migrations, "steps", lambda: (*steps(), "CREATE TABLE cut (a"))

    with pytest.raises(InternalError):
        upgrade(desk.vault._database)


def test_a_missing_step_is_a_bug(tmp_path, monkeypatch) -> None:
    (tmp_path / "0001_first.sql").write_text("SELECT 1;")
    (tmp_path / "0003_third.sql").write_text("SELECT 1;")
    monkeypatch.setattr(migrations.resources, "files", lambda package: tmp_path)

    with pytest.raises(InternalError):
        steps()


def test_only_versions_up_to_our_own_are_opened() -> None:
    check_version(newest_version())
    with pytest.raises(VaultTooNew):
        check_version(newest_version() + 1)
    with pytest.raises(VaultDamaged):
        check_version(0)
