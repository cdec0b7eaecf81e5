"""Window and command line at once on one vault."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mayfly.domain.jobs import ReadOptions
from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault
from tests.fakes import BytesSource, FileSecrets
from tests.vault.conftest import RULE, Desk
from tests.vault.processes import Child, Tell

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def test_two_processes_that_make_one_vault_at_once_make_one(tmp_path: Path) -> None:
    for attempt in range(4):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        paths = VaultPaths(folder / "data" / "v.db", folder / "state" / "s", folder / "state" / "l")

        def make(
            tell: Tell, folder: Path = folder, paths: VaultPaths = paths, name: str = "a.png"
        ) -> None:
            secrets = FileSecrets(folder / "keyring")
            vault = open_vault(paths, KeyAccess(secrets, None))
            batch = vault.add_batch(NOW)
            vault.admit(batch, BytesSource(name, b"x"), ReadOptions(), RULE, NOW)
            vault.close()

        children = [
            Child(lambda tell, name=name, make=make: make(tell, name=name))
            for name in ("a.png", "b.png", "c.png")
        ]
        assert [child.end()[0] for child in children] == [0, 0, 0]

        assert len(list((folder / "keyring").iterdir())) == 1
        vault = open_vault(paths, KeyAccess(FileSecrets(folder / "keyring"), None))
        assert {job.name for job in vault.jobs(NOW)} == {"a.png", "b.png", "c.png"}
        vault.close()


def test_two_processes_never_read_the_same_job(desk: Desk) -> None:
    ids = {desk.admit() for _ in range(40)}
    desk.vault.close()

    def claim(tell: Tell) -> None:
        vault = open_vault(desk.paths, KeyAccess(desk.secrets, None))
        while (job := vault.claim_next(NOW)) is not None:
            tell([job.job_id])
        vault.close()

    ended = [child.end() for child in [Child(claim), Child(claim), Child(claim)]]
    desk.reopen()

    assert [code for code, _ in ended] == [0, 0, 0]
    claimed = [told[0] for _, all_told in ended for told in all_told]
    assert sorted(claimed) == sorted(ids)


def test_a_job_that_another_process_took_in_between_is_not_read(desk: Desk, monkeypatch) -> None:
    desk.admit()
    database = desk.vault._database
    look = database.ask

    def look_and_lose(sql: str, *values: object):
        found = look(sql, *values)
        desk.sql("UPDATE job SET state = 'reading'")
        return found

    monkeypatch.setattr(database, "ask", look_and_lose)

    assert desk.vault.claim_next(NOW) is None


def test_what_one_process_does_the_other_sees(desk: Desk, open_desk) -> None:
    other = open_desk()
    seq = other.vault.change_seq()

    job_id = desk.admit(name="new.pdf")

    assert other.vault.change_seq() > seq
    changes = other.vault.changes_since(seq, desk.clock.now())
    assert [(job.job_id, job.name) for job in changes.jobs] == [(job_id, "new.pdf")]
    other.vault.claim_next(desk.clock.now())
    assert desk.vault.changes_since(changes.seq, desk.clock.now()).jobs[0].state == "reading"
