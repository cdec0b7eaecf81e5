"""Writing a result where the user asked for it."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from pathlib import Path, PurePath
from typing import TypeVar

from mayfly.domain.audit import AuditKind
from mayfly.domain.audit_port import AuditLog
from mayfly.domain.document_errors import ReaderCrashed
from mayfly.domain.errors import InternalError, NotFinished, VaultError
from mayfly.domain.exports import ExportDocument, Renderer
from mayfly.domain.handover import ResultTarget, TargetDiffers
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Job, ReaderProcess
from mayfly.domain.ports import Clock, Engine, FileTarget, Lane
from mayfly.domain.states import JobState
from mayfly.domain.vault_port import Vault
from mayfly.services.library import Library

T = TypeVar("T")

_log = logging.getLogger(__name__)

PDF = "pdf"


class Exporting:
    """Exports one job at a time on a lane of its own, so that reading and deleting go on."""

    def __init__(
        self,
        vault: Vault,
        vault_lane: Lane,
        *,
        export_lane: Lane,
        library: Library,
        engine: Engine,
        target: FileTarget,
        renderers: Mapping[str, Renderer],
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._vault = vault
        self._lane = vault_lane
        self._export_lane = export_lane
        self._library = library
        self._engine = engine
        self._target = target
        self._renderers = renderers
        self._audit = audit
        self._clock = clock
        self._closing = threading.Event()

    @property
    def formats(self) -> tuple[str, ...]:
        """What a result can be exported as; each is also the file's suffix."""
        return (*self._renderers, PDF)

    def export(self, job_id: JobId, file_format: str, folder: Path) -> Future[Path]:
        """Write a new file into the folder and return its path; nothing is overwritten.

        Fails with NotFinished, ResultGone, SourceGone (a PDF needs the source), another
        JobError, or an ExportError; no partial file is left.
        """
        return self._export_lane.submit(lambda: self._export(job_id, file_format, folder))

    def hand_over(
        self, job_id: JobId, target: ResultTarget, *, again: bool
    ) -> Future[tuple[Path, ...]]:
        """Write a result into the target's folder, and read back what was written.

        again: somebody may have written it before and not said so. A file that is there and
        has the same content is taken for it. Fails as export does, or with TargetDiffers.
        """
        return self._export_lane.submit(lambda: self._hand_over(job_id, target, again=again))

    def render(self, job_id: JobId, file_format: str) -> Iterator[bytes]:
        """Yield the bytes of one of the text formats; blocks, so not for the GUI thread."""
        job = self._ready(job_id, needs_source=False)
        return self._rendered(job, file_format)

    def close(self) -> None:
        """Finish the export in hand; those that wait are not begun, and their futures fail."""
        self._closing.set()
        self._export_lane.close()

    def _hand_over(self, job_id: JobId, target: ResultTarget, *, again: bool) -> tuple[Path, ...]:
        folder = target.folder
        if folder is None:
            raise InternalError("a result without a folder is not written")
        written = []
        for one in target.formats:
            found = self._find(job_id, one, folder) if again and one != PDF else None
            written.append(found or self._export_and_compare(job_id, one, folder))
        return tuple(written)

    def _find(self, job_id: JobId, file_format: str, folder: Path) -> Path | None:
        digest = hashlib.sha256()
        for piece in self.render(job_id, file_format):
            digest.update(piece)
        job = self._ready(job_id, needs_source=False)
        return self._target.find(folder, _stem(job), f".{file_format}", digest.digest())

    def _export_and_compare(self, job_id: JobId, file_format: str, folder: Path) -> Path:
        digest = hashlib.sha256()
        path = self._export(job_id, file_format, folder, digest.update)
        if self._target.digest(path) != digest.digest():
            raise TargetDiffers
        return path

    def _export(
        self,
        job_id: JobId,
        file_format: str,
        folder: Path,
        on_piece: Callable[[bytes], object] = lambda _: None,
    ) -> Path:
        """Write a file; on_piece gets every piece of it, as it is written."""
        if self._closing.is_set():
            raise InternalError("Mayfly is closing")
        needs_source = file_format == PDF
        job = self._ready(job_id, needs_source=needs_source)
        # A deletion that came while the file was written takes the file with it.
        write = partial(
            self._target.write_new,
            folder,
            _stem(job),
            f".{file_format}",
            check=lambda: self._ready(job_id, needs_source=needs_source),
        )
        if needs_source:
            # Closed here and not when the last reference goes: a target that fails must not
            # leave a reader behind that holds the document.
            with closing(self._pdf(job_id)) as pieces:
                written = write(_shown(pieces, on_piece))
        else:
            written = write(_shown(self._rendered(job, file_format), on_piece))
        self._write_down(job_id, file_format)
        return written

    def _rendered(self, job: Job, file_format: str) -> Iterator[bytes]:
        document = ExportDocument(job, self._library.results(job.job_id))
        return self._renderers[file_format](document)

    def _write_down(self, job_id: JobId, file_format: str) -> None:
        """Tell the audit log that a file was written.

        The file is the user's by now: a log that cannot be written does not undo it.
        """
        detail = {"target": "file", "format": file_format}
        try:
            self._on_vault(
                lambda: self._audit.append(
                    AuditKind.EXPORTED, self._clock.now(), job_id=job_id, detail=detail
                )
            )
        except VaultError as error:
            _log.warning("an export could not be written into the audit log: %s", error.code)

    def _ready(self, job_id: JobId, *, needs_source: bool) -> Job:
        """Return the job if all that an export needs may be opened now; else its own error."""
        job = self._library.find(job_id).result()
        # A deleted job answers here, with its own error, and so does a result past its end.
        self._library.pages(job_id).result()
        if job.state is not JobState.DONE:
            raise NotFinished
        if needs_source:
            self._on_vault(lambda: self._vault.source_chunk_count(job_id))
        return job

    def _pdf(self, job_id: JobId) -> Generator[bytes, None, None]:
        pages = list(self._library.results(job_id))
        options = self._on_vault(lambda: self._vault.options(job_id))
        password = self._on_vault(lambda: self._vault.password(job_id))
        size = self._on_vault(lambda: self._vault.source_size(job_id))
        reader = self._engine.start_reader()
        process = ReaderProcess(job_id, reader.pid, reader.started)
        try:
            self._on_vault(lambda: self._vault.set_reader(process))
            reader.open(self._source(job_id), size, options, password)
            yield from reader.compose_pdf(pages)
        except ReaderCrashed:
            # A deletion kills whoever holds the document; then that is what happened.
            self._ready(job_id, needs_source=True)
            raise
        finally:
            reader.kill()
            self._on_vault(lambda: self._vault.clear_reader(process))

    def _source(self, job_id: JobId) -> Iterator[bytes]:
        count = self._on_vault(lambda: self._vault.source_chunk_count(job_id))
        for index in range(count):
            yield self._on_vault(partial(self._vault.source_chunk, job_id, index))

    def _on_vault(self, work: Callable[[], T]) -> T:
        return self._lane.submit(work).result()


def _stem(job: Job) -> str:
    return PurePath(job.name or "").stem or job.job_id[:8]


def _shown(pieces: Iterable[bytes], on_piece: Callable[[bytes], object]) -> Iterator[bytes]:
    for piece in pieces:
        on_piece(piece)
        yield piece
