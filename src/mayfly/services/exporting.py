"""Writing results where the user asked for them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from weakref import WeakSet

from mayfly.domain.audit_port import AuditLog
from mayfly.domain.errors import InternalError, JobError
from mayfly.domain.export_port import ExportTarget
from mayfly.domain.exports import ALL_PAGES, ExportFormat, ExportOrder, PageChoice, Renderer
from mayfly.domain.handover import ResultTarget, TargetDiffers
from mayfly.domain.ids import JobId
from mayfly.domain.ports import Clock, Engine, Lane
from mayfly.domain.states import JobState
from mayfly.domain.vault_port import Vault
from mayfly.services.cancelling import Cancelling
from mayfly.services.export_log import ExportLog
from mayfly.services.export_names import ExportNames, plain_stem
from mayfly.services.export_run import Batch, ExportRun, Means, Tell, Turns
from mayfly.services.library import Library
from mayfly.services.rendering import Links, Renderings


class Exporting:
    """Exports on a lane of its own, file by file, so that reading and deleting go on."""

    def __init__(
        self,
        vault: Vault,
        vault_lane: Lane,
        *,
        export_lane: Lane,
        library: Library,
        engine: Engine,
        target: ExportTarget,
        renderers: Mapping[str, Renderer],
        audit: AuditLog,
        clock: Clock,
        links: Links = lambda _job_id, _lifetime: {},
    ) -> None:
        self._vault = vault
        self._lane = vault_lane
        self._export_lane = export_lane
        self._target = target
        self._clock = clock
        self._renderings = Renderings(
            vault,
            vault_lane,
            library=library,
            engine=engine,
            renderers=renderers,
            clock=clock,
            links=links,
        )
        self._log = ExportLog(audit, vault_lane, clock=clock)
        self._runs = WeakSet[ExportRun]()
        self._closing = threading.Event()

    @property
    def formats(self) -> tuple[ExportFormat, ...]:
        """What a result can be exported as."""
        return self._renderings.formats

    def export(self, job_id: JobId, file_format: str, folder: Path) -> Future[Path]:
        """Write a new file into the folder and return its path; nothing is overwritten.

        Fails with NotFinished, ResultGone, SourceGone (a PDF needs the source), another
        JobError, or an ExportError; no partial file is left.
        """
        return self._export_lane.submit(lambda: self._export(job_id, file_format, folder))

    def run(self, job_ids: Sequence[JobId], order: ExportOrder, tell: Tell) -> ExportRun:
        """Begin to write these jobs' files; tell hears on another thread how far it is.

        Every file has its own answer, in order: job by job, and of each the formats as they
        are named. A zip is there as a whole or not at all; what fails is left out of it.
        """
        means = Means(self._renderings, self._target, self._log, self._clock)
        ordered = tuple(dict.fromkeys(job_ids))

        def turns(run: Cancelling) -> Turns:
            return Batch(means, ordered, order, tell=tell, cancelling=run).turns()

        run = ExportRun(turns, self._export_lane)
        self._runs.add(run)
        return run

    def preview_names(
        self, job_ids: Sequence[JobId], order: ExportOrder
    ) -> Future[tuple[str, ...]]:
        """Return the names that run would give in an empty folder; NamePatternWrong.

        Jobs that are gone are left out. Pictures are not named.
        """
        return self._lane.submit(lambda: self._preview(tuple(job_ids), order), urgent=True)

    def hand_over(
        self, job_id: JobId, target: ResultTarget, *, again: bool
    ) -> Future[tuple[Path, ...]]:
        """Write a result into the target's folder, and read back what was written.

        again: somebody may have written it before and not said so. A file that is there and
        has the same content is taken for it. Fails as export does, or with TargetDiffers.
        """
        return self._export_lane.submit(lambda: self._hand_over(job_id, target, again=again))

    def render(
        self, job_id: JobId, file_format: str, pages: PageChoice = ALL_PAGES
    ) -> Iterator[bytes]:
        """Yield the bytes of a file; blocks, so not for the GUI thread.

        Pages that were chosen can be had as soon as they are read, in every form that needs no
        source. NoSuchPage, PageNotRead, or as export fails. A PDF is to be closed.
        """
        form = ExportFormat(file_format)
        if pages.ranges and not form.needs_source:
            job = self._renderings.some_pages(job_id, pages)
        else:
            job = self._renderings.ready(job_id, form, pages)
        return self._renderings.pieces(job, form, pages)

    def close(self) -> None:
        """Finish the file in hand and stop what has several; what waits is not begun."""
        self._closing.set()
        for run in tuple(self._runs):
            run.cancel()
        self._export_lane.close()

    def _preview(self, job_ids: Sequence[JobId], order: ExportOrder) -> tuple[str, ...]:
        now = self._clock.now()
        names = ExportNames(self._target, order, len(job_ids), now.astimezone())
        names.check()
        jobs = []
        for number, job_id in enumerate(job_ids, 1):
            with suppress(JobError):
                jobs.append((number, self._vault.job(job_id, now)))
        return names.preview([one for one in jobs if one[1].state is not JobState.DELETED])

    def _hand_over(self, job_id: JobId, target: ResultTarget, *, again: bool) -> tuple[Path, ...]:
        folder = target.folder
        if folder is None:
            raise InternalError("a result without a folder is not written")
        written = []
        for one in map(ExportFormat, target.formats):
            found = self._find(job_id, one, folder) if again and not one.needs_source else None
            written.append(found or self._export_and_compare(job_id, one, folder))
        return tuple(written)

    def _find(self, job_id: JobId, file_format: ExportFormat, folder: Path) -> Path | None:
        digest = hashlib.sha256()
        for piece in self.render(job_id, file_format):
            digest.update(piece)
        stem = plain_stem(self._renderings.ready(job_id, file_format))
        return self._target.find(folder, stem, file_format.suffix, digest.digest())

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
        form = ExportFormat(file_format)
        job = self._renderings.ready(job_id, form)
        # Closed here and not when the last reference goes: a target that fails must not
        # leave a reader behind that holds the document.
        with closing(self._renderings.pieces(job, form)) as pieces:
            written = self._target.write_new(
                folder,
                plain_stem(job),
                form.suffix,
                _shown(pieces, on_piece),
                # A deletion that came while the file was written takes the file with it.
                check=partial(self._renderings.ready, job_id, form),
            )
        self._log.write_down([(job_id, form.value)])
        return written


def _shown(pieces: Iterable[bytes], on_piece: Callable[[bytes], object]) -> Iterator[bytes]:
    for piece in pieces:
        on_piece(piece)
        yield piece
