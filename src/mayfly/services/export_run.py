"""One export of many files: what becomes of each, how far it is, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mayfly.domain.errors import (
    ExportError,
    LaneClosed,
    SourceGone,
    TargetMissing,
    TargetNotWritable,
    UserError,
)
from mayfly.domain.export_errors import ExportCancelled, TargetFull
from mayfly.domain.export_port import ExportTarget
from mayfly.domain.exports import Exported, ExportFormat, ExportOrder, ExportProgress
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageBlock, ImageRef
from mayfly.domain.ports import Clock, Lane
from mayfly.services.cancelling import Cancelling
from mayfly.services.export_log import ExportLog
from mayfly.services.export_names import IMAGE_FORMAT, ExportNames
from mayfly.services.export_sinks import Sink, open_sink
from mayfly.services.rendering import Renderings

Tell = Callable[[ExportProgress], None]
Turns = Generator[None, None, tuple[Exported, ...]]

_MOST_REFUSALS = 3
"""So often in a row a folder may refuse a file before the rest is not tried."""


class ExportRun:
    """An export that is under way. It takes its turns on the lane, one for each file, so that
    others get theirs."""

    def __init__(self, turns: Callable[[Cancelling], Turns], lane: Lane) -> None:
        self.future: Future[tuple[Exported, ...]] = Future()
        """One answer for each file, in order. Fails with NamePatternWrong, or on a bug."""
        self.future.set_running_or_notify_cancel()
        self._cancelling = Cancelling()
        self._turns = turns(self._cancelling)
        self._lane = lane
        lane.submit(self._turn)

    def cancel(self) -> None:
        """Stop: the file in hand is removed, those written stay, the rest is ExportCancelled."""
        self._cancelling.cancel()

    def _turn(self) -> None:
        try:
            next(self._turns)
            self._ask_again()
        except StopIteration as end:
            self.future.set_result(end.value)
        except BaseException as error:  # noqa: BLE001 - whoever asked gets it, as from a lane
            self._turns.close()
            self.future.set_exception(error)

    def _ask_again(self) -> None:
        try:
            self._lane.submit(self._turn)
        except LaneClosed:
            self.cancel()
            # Nothing is written any more: each that is left has its answer at once.
            while True:
                next(self._turns)


@dataclass(frozen=True, slots=True)
class Means:
    """What an export needs."""

    renderings: Renderings
    target: ExportTarget
    log: ExportLog
    clock: Clock


@dataclass(frozen=True, slots=True)
class Piece:
    """One file that is to be written."""

    job_id: JobId
    number: int
    file_format: ExportFormat | None
    image: ImageBlock | None = None
    error: UserError | None = None
    """Why there is nothing to write."""

    def answer(self, path: Path | None, code: str | None) -> Exported:
        """Return what became of it."""
        image_id = self.image.image_id if self.image else None
        return Exported(self.job_id, self.file_format, image_id, path, code)


class Batch:
    """Writes the files of one order, each for itself: one that fails stops no other.

    Only where no other could be written either, because the folder is gone or its disk full,
    the rest is not tried, and has the same answer.
    """

    def __init__(
        self,
        means: Means,
        job_ids: Sequence[JobId],
        order: ExportOrder,
        *,
        tell: Tell,
        cancelling: Cancelling,
    ) -> None:
        self._means = means
        self._order = order
        self._tell = tell
        self._cancelling = cancelling
        self._moment = means.clock.now().astimezone()
        self._names = ExportNames(means.target, order, len(job_ids), self._moment)
        self._job_ids = job_ids
        self._total = len(job_ids) * len(order.formats)
        self._files: list[Piece] = []
        """Those that have an answer, each at the same place."""
        self._answers: list[Exported] = []
        self._in_zip: dict[int, int] = {}
        self._seen: int | None = None
        self._fatal: ExportError | None = None
        self._refusals = 0
        self._pages = 0

    def turns(self) -> Turns:
        """Write one file in each turn; return what became of all."""
        self._names.check()
        self._report()
        pieces = self._pieces()
        try:
            with open_sink(self._means.target, self._order, self._names, self._moment) as sink:
                for file in pieces:
                    self._answer(file, sink)
                    self._report()
                    yield
                if self._order.zip_name is not None:
                    self._finish(sink)
        except ExportError as error:
            # There is no zip, so nothing that was to be in it was written.
            self._fatal = error
            self._answers += [file.answer(None, error.code) for file in pieces]
            self._answers = [
                one if one.error_code else replace(one, error_code=error.code)
                for one in self._answers
            ]
        return tuple(self._answers)

    def _pieces(self) -> Iterator[Piece]:
        for number, job_id in enumerate(self._job_ids, 1):
            for one in self._order.formats:
                yield Piece(job_id, number, one)
            if self._order.with_images:
                yield from self._pictures(job_id, number)

    def _pictures(self, job_id: JobId, number: int) -> Iterator[Piece]:
        """Yield the pictures of a job's chosen pages; how many there are is known only now."""
        try:
            self._check_going()
            found = self._means.renderings.pictures(job_id)
        except UserError as error:
            self._total += 1
            yield Piece(job_id, number, None, error=error)
            return
        chosen = [one for one in found if self._order.pages.has(one.image_id.page)]
        self._total += len(chosen)
        for one in chosen:
            yield Piece(job_id, number, None, one)

    # --- one file --------------------------------------------------------------------

    def _answer(self, file: Piece, sink: Sink) -> None:
        path, code = None, None
        try:
            self._check_going()
            if file.error is not None:
                raise file.error
            written = self._write(sink, file)
        except UserError as error:
            code = error.code
            self._look_at(error)
        else:
            self._refusals = 0
            if isinstance(written, Path):
                path = written
            else:
                self._in_zip[written] = len(self._answers)
        self._files.append(file)
        self._answers.append(file.answer(path, code))

    def _check_going(self) -> None:
        self._cancelling.check()
        if self._fatal is not None:
            raise self._fatal

    def _look_at(self, error: UserError) -> None:
        """Decide whether the next file is worth a try."""
        if isinstance(error, ExportCancelled) or not isinstance(error, ExportError):
            return
        self._refusals += isinstance(error, TargetNotWritable)
        is_over = isinstance(error, TargetMissing | TargetFull) or self._refusals >= _MOST_REFUSALS
        if is_over or self._order.zip_name is not None:
            self._fatal = error

    def _write(self, sink: Sink, file: Piece) -> Path | int:
        if file.image is not None:
            written = self._write_picture(sink, file, file.image)
        else:
            written = self._write_result(sink, file, file.file_format or ExportFormat.TEXT)
        if isinstance(written, Path):
            self._means.log.write_down([(file.job_id, form_of(file))])
        return written

    def _write_result(self, sink: Sink, file: Piece, form: ExportFormat) -> Path | int:
        means, pages = self._means, self._order.pages
        job = means.renderings.ready(file.job_id, form, pages)
        on_page = partial(self._page_done, set())
        pieces = means.renderings.pieces(
            job,
            form,
            pages,
            cancelling=self._cancelling,
            on_page=on_page,
            links=self._order.links,
        )
        # Closed here and not when the last reference goes: a target that fails must not
        # leave a reader behind that holds the document.
        with closing(pieces):
            stem = self._names.stem(job, file.number, form)
            return sink.write(stem, form.suffix, pieces, partial(self._check, file))

    def _write_picture(self, sink: Sink, file: Piece, block: ImageBlock) -> Path | int:
        job = self._means.renderings.job(file.job_id)
        data = self._means.renderings.picture(ImageRef(file.job_id, block.image_id))
        stem = self._names.image_stem(job, file.number)
        suffix = f" {block.image_id.stem}.{block.image_type.extension}"
        return sink.write(stem, suffix, [data], partial(self._check, file))

    def _check(self, file: Piece) -> None:
        """Raise what forbids the file: a deletion that came meanwhile takes it with it."""
        self._cancelling.check()
        renderings = self._means.renderings
        if file.image is None:
            renderings.ready(file.job_id, file.file_format, self._order.pages)
        elif file.image not in renderings.pictures(file.job_id):
            raise SourceGone

    def _page_done(self, seen: set[int], number: int) -> None:
        self._cancelling.check()
        if number not in seen:
            seen.add(number)
            self._pages += 1
            self._report()

    def _report(self) -> None:
        self._tell(ExportProgress(len(self._answers), self._total, self._pages))

    # --- the zip ---------------------------------------------------------------------

    def _finish(self, sink: Sink) -> None:
        self._check_going()
        path = sink.finish(self._gone)
        if path is None:
            return
        self._answers = [
            one if one.error_code else replace(one, path=path) for one in self._answers
        ]
        self._means.log.write_down(
            [
                (file.job_id, form_of(file))
                for file, answer in zip(self._files, self._answers, strict=True)
                if answer.path
            ]
        )

    def _gone(self) -> set[int]:
        """Return which of the zip's files may not be in it any more.

        All are asked about the first time, and later those of jobs that changed since.
        """
        seen, self._seen = self._seen, self._means.renderings.change_seq()
        changed = None if seen is None else self._means.renderings.changed_since(seen)
        gone = set()
        for number, place in self._in_zip.items():
            file = self._files[place]
            is_as_before = changed is not None and file.job_id not in changed
            if is_as_before or self._answers[place].error_code:
                continue
            try:
                self._check(file)
            except ExportCancelled:
                raise
            except UserError as error:
                gone.add(number)
                self._answers[place] = replace(self._answers[place], error_code=error.code)
        return gone


def form_of(file: Piece) -> str:
    """Return what the audit log says of a file."""
    return IMAGE_FORMAT if file.file_format is None else file.file_format.value
