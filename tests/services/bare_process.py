"""One Mayfly's services on a vault, each answering where it is asked; and what it shows."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from mayfly.domain.document_errors import DocumentError
from mayfly.domain.errors import JobError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part
from mayfly.domain.ports import SecretStore
from mayfly.export.files import FolderTarget
from mayfly.export.formats import render_text
from mayfly.services.bus import EventBus
from mayfly.services.deletion import Deletions
from mayfly.services.exporting import Exporting
from mayfly.services.lane import InlineLane
from mayfly.services.library import Library
from mayfly.services.retention import Retention
from mayfly.understand.plain_text import page_text
from mayfly.vault.connection import Transaction
from mayfly.vault.opening import KeyAccess, open_vault
from tests.conftest import FakeClock
from tests.fakes_engine import EchoEngine, EchoKiller
from tests.services.conftest import FakeAlarm, FakeTicker
from tests.vault.conftest import CHEAP, paths_in

PASSPHRASE = "any"


class Process:
    """What one process has open; without threads, so that every order is a real one."""

    def __init__(
        self,
        folder: Path,
        clock: FakeClock,
        *,
        secrets: SecretStore | None = None,
        state: Path | None = None,
    ) -> None:
        """secrets: a keyring in place of the passphrase; state: where shard and lock lie."""
        self.clock = clock
        self.paths = paths_in(folder)
        if state is not None:
            self.paths = replace(self.paths, shard=state / "shard", lock=state / "lock")
        access = KeyAccess(secrets, None if secrets else PASSPHRASE)
        self.vault = open_vault(self.paths, access, argon=CHEAP)
        self.bus = EventBus()
        lane, bus, engine = InlineLane(), self.bus, EchoEngine()
        self.deletions = Deletions(
            self.vault, lane, killer=EchoKiller(engine), bus=bus, clock=clock
        )
        self.retention = Retention(
            self.vault,
            lane,
            deletions=self.deletions,
            alarm=FakeAlarm(),
            ticker=FakeTicker(),
            bus=bus,
            clock=clock,
        )
        self.library = Library(self.vault, lane, clock=clock, page_text=page_text)
        self.exporting = Exporting(
            self.vault,
            lane,
            export_lane=lane,
            library=self.library,
            engine=engine,
            target=FolderTarget(),
            renderers={"txt": partial(render_text, page_text=page_text)},
            audit=self.vault.audit,
            clock=clock,
        )

    def die(self) -> None:
        """End without tidying up; whatever transaction was open is abandoned."""
        self.vault._database._connection.close()

    def unlock(self) -> None:
        """Take the key, sweep, and only then let anybody read."""
        lock = self.vault.lock
        lock.take(lock.ask().fetch(PASSPHRASE))
        self.retention.sweep()
        lock.clear()

    def left_of_each(self) -> dict[JobId, tuple[set[Part], bool]]:
        """Return which data keys there are of each job, and whether it bears the mark."""
        rows = self.vault._database._connection.execute(
            "SELECT lower(hex(id)), group_concat(part), purging_at IS NOT NULL"
            " FROM job LEFT JOIN data_key ON data_key.job = job.seq GROUP BY job.seq"
        )
        return {
            JobId(job_id): ({Part(one) for one in (parts or "").split(",") if one}, bool(marked))
            for job_id, parts, marked in rows
        }

    # --- everything that anybody can be shown of a job -----------------------------------

    def words(self, job_id: JobId, pages: tuple[int, ...]) -> dict[int, str]:
        """Return each page's words, by whichever way gives any."""
        found: dict[int, str] = {}
        for number in pages:
            with suppress(JobError):
                view = self.library.page(job_id, number).result()
                if view.result is not None:
                    found[number] = view.text.strip()
            with suppress(JobError):
                result = self.vault.page(job_id, number, self.clock.now())
                found.setdefault(number, result.words[0].text)
            with suppress(JobError):
                found.setdefault(number, "".join(self.library.text(job_id, number)).strip())
        return found

    def pictures(self, job_id: JobId, pages: tuple[int, ...]) -> dict[int, bytes]:
        """Return each page's picture, by whichever way gives any."""
        found: dict[int, bytes] = {}
        for number in pages:
            with suppress(JobError):
                view = self.library.page(job_id, number).result()
                if view.image is not None:
                    found[number] = view.image.data
            with suppress(JobError):
                image = self.vault.page_image(job_id, number, self.clock.now())
                found.setdefault(number, image.data)
        return found

    def document(self, job_id: JobId) -> bytes | None:
        """Return the document, or None when not a byte of it is to be had."""
        pieces: list[bytes] = []
        with suppress(JobError):
            self.vault.source_size(job_id)
            pieces.append(b"")
        with suppress(JobError):
            for index in range(self.vault.source_chunk_count(job_id)):
                pieces.append(self.vault.source_chunk(job_id, index))
        for ask in (self.vault.options, self.vault.password):
            with suppress(JobError):
                ask(job_id)
                pieces.append(b"")
        return b"".join(pieces) if pieces else None

    def export(self, job_id: JobId) -> str | None:
        """Return what an export as text would write, or None when it is refused."""
        # What a document lacked is told in its own words, such as a password.
        with suppress(JobError, DocumentError):
            return b"".join(self.exporting.render(job_id, "txt")).decode()
        return None


class Crash(BaseException):
    """The process ends here."""


def die_at_statement(work: Callable[[], object], at: int) -> None:
    """Do it, and die before that statement, counted from 0, if it comes so far."""
    left = itertools.count(at, -1)

    def dying(call: Callable) -> Callable:
        def run(tx: Transaction, *arguments: object) -> object:
            if next(left) == 0:
                raise Crash
            return call(tx, *arguments)

        return run

    with pytest.MonkeyPatch.context() as patch:
        for name in ("run", "rows", "row"):
            patch.setattr(Transaction, name, dying(getattr(Transaction, name)))
        with suppress(Crash):
            work()
