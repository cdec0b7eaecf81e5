"""A vault with jobs in several states and of several ages, and the real program on it."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mayfly.domain.ids import JobId
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import JobState
from mayfly.system.paths import paths_in
from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault
from tests.cli.conftest import PASSPHRASE, Ended, ended, with_cheap_vault
from tests.fakes import BytesSource
from tests.vault.conftest import reading

RULE = RetentionRule(source_hours=168, result_hours=168)


class Cupboard:
    """A vault with jobs in several states and of several ages, and the program on it."""

    def __init__(self, folder: Path) -> None:
        self.program = with_cheap_vault(folder)
        paths = paths_in(self.program.home)
        self.vault = open_vault(
            VaultPaths(paths.database, paths.shard, paths.lock), KeyAccess(None, PASSPHRASE)
        )
        self.database = paths.database
        self.now = datetime.now(UTC)

    def add(self, name: str, *, days: float = 0, state: JobState = JobState.DONE) -> JobId:
        """Add a document of two pages that many days ago."""
        now = self.now - timedelta(days=days)
        batch = self.vault.add_batch(now)
        job = self.vault.admit(batch, BytesSource(name, b"%PDF"), ReadOptions(), RULE, now)
        if state in (JobState.DONE, JobState.FAILED):
            self.vault.claim_next(now)
            self.vault.set_pages(job, 2)
            for number in (1, 2) if state is JobState.DONE else ():
                self.vault.save_page(job, reading(number, f"{name} {number}"))
            if state is JobState.DONE:
                self.vault.finish(job, now)
            else:
                self.vault.fail(job, "damaged", now)
        elif state is JobState.CANCELLED:
            self.vault.cancel(job, now)
        return job

    def add_long(self, name: str, data: bytes, pages: int) -> JobId:
        """Add a document that takes a while to write out again."""
        batch = self.vault.add_batch(self.now)
        source = BytesSource(name, data)
        job = self.vault.admit(batch, source, ReadOptions(), RULE, self.now)
        self.vault.claim_next(self.now)
        self.vault.set_pages(job, pages)
        for number in range(1, pages + 1):
            self.vault.save_page(job, reading(number, *["word"] * 50))
        self.vault.finish(job, self.now)
        return job

    def readers(self) -> int:
        connection = sqlite3.connect(self.database)
        ((found,),) = connection.execute("SELECT count(*) FROM reader").fetchall()
        connection.close()
        return found

    def run(self, *words: str) -> Ended:
        self.vault.close()
        return self.program.run("delete", *words)

    def run_typing(self, typed: str, *words: str) -> Ended:
        """Run it with somebody at a terminal who types this."""
        self.vault.close()
        ours, theirs = os.openpty()
        os.write(ours, typed.encode())
        with self.program.start("delete", *words, stdin=theirs) as process:
            os.close(theirs)
            answer = ended(process)
        os.close(ours)
        return answer

    def states(self) -> dict[str, str]:
        connection = sqlite3.connect(self.database)
        found = connection.execute("SELECT lower(hex(id)), state FROM job ORDER BY seq").fetchall()
        connection.close()
        return dict(found)

    def owed(self) -> int:
        connection = sqlite3.connect(self.database)
        ((owed,),) = connection.execute("SELECT rotation_owed FROM meta").fetchall()
        connection.close()
        return owed

    def reasons(self) -> list[str | None]:
        connection = sqlite3.connect(self.database)
        found = connection.execute("SELECT delete_reason FROM job ORDER BY seq").fetchall()
        connection.close()
        return [row[0] for row in found]
