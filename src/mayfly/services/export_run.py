"""One export of many files: what becomes of each, how far it is, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mayfly.domain.errors import (
    ExportError,
    LaneClosed,
    TargetMissing,
    TargetNotWritable,
    UserError,
)
from mayfly.domain.export_errors import ExportCancelled, TargetFull
from mayfly.domain.export_port import ExportTarget
from mayfly.domain.exports import Exported, ExportFormat, ExportOrder, ExportProgress
from mayfly.domain.ids import JobId
from mayfly.domain.ports import Clock, Lane
from mayfly.services.cancelling import Cancelling
from mayfly.services.export_log import ExportLog
from mayfly.services.export_names import ExportNames
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
    file_format: ExportFormat


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
        self._files = [
            Piece(job_id, number, one)
            for number, job_id in enumerate(job_ids, 1)
            for one in order.formats
        ]
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
        try:
            with open_sink(self._means.target, self._order, self._names, self._moment) as sink:
                for file in self._files:
                    self._answer(file, sink)
                    self._report()
                    yield
                if self._order.zip_name is not None:
                    self._finish(sink)
        except ExportError as error:
            self._fail_all(error)
        return tuple(self._answers)

    # --- one file --------------------------------------------------------------------

    def _answer(self, file: Piece, sink: Sink) -> None:
        path, code = None, None
        try:
            self._cancelling.check()
            if self._fatal is not None:
                raise self._fatal
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
        self._answers.append(Exported(file.job_id, file.file_format, None, path, code))

    def _look_at(self, error: UserError) -> None:
        """Decide whether the next file is worth a try."""
        if isinstance(error, ExportCancelled) or not isinstance(error, ExportError):
            return
        self._refusals += isinstance(error, TargetNotWritable)
        is_over = isinstance(error, TargetMissing | TargetFull) or self._refusals >= _MOST_REFUSALS
        if is_over or self._order.zip_name is not None:
            self._fatal = error

    def _write(self, sink: Sink, file: Piece) -> Path | int:
        means, form, pages = self._means, file.file_format, self._order.pages
        job = means.renderings.ready(file.job_id, form, pages)
        on_page = partial(self._page_done, set())
        pieces = means.renderings.pieces(
            job, form, pages, cancelling=self._cancelling, on_page=on_page
        )
        # Closed here and not when the last reference goes: a target that fails must not
        # leave a reader behind that holds the document.
        with closing(pieces):
            stem = self._names.stem(job, file.number, form)
            written = sink.write(stem, form.suffix, pieces, partial(self._check, file))
        if isinstance(written, Path):
            means.log.write_down([(file.job_id, form.value)])
        return written

    def _check(self, file: Piece) -> None:
        """Raise what forbids the file: a deletion that came meanwhile takes it with it."""
        self._cancelling.check()
        self._means.renderings.ready(file.job_id, file.file_format, self._order.pages)

    def _page_done(self, seen: set[int], number: int) -> None:
        self._cancelling.check()
        if number not in seen:
            seen.add(number)
            self._pages += 1
            self._report()

    def _report(self) -> None:
        self._tell(ExportProgress(len(self._answers), len(self._files), self._pages))

    # --- the zip ---------------------------------------------------------------------

    def _finish(self, sink: Sink) -> None:
        self._cancelling.check()
        if self._fatal is not None:
            raise self._fatal
        path = sink.finish(self._gone)
        if path is None:
            return
        self._answers = [
            one if one.error_code else replace(one, path=path) for one in self._answers
        ]
        self._means.log.write_down(
            [(one.job_id, str(one.file_format)) for one in self._answers if one.path]
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
            if self._answers[place].error_code or (changed and file.job_id not in changed):
                continue
            try:
                self._check(file)
            except ExportCancelled:
                raise
            except UserError as error:
                gone.add(number)
                self._answers[place] = replace(self._answers[place], error_code=error.code)
        return gone

    def _fail_all(self, error: ExportError) -> None:
        """There is no zip, so nothing that was to be in it was written."""
        for file in self._files[len(self._answers) :]:
            self._answers.append(Exported(file.job_id, file.file_format, None, None, error.code))
        self._answers = [
            one if one.error_code else replace(one, error_code=error.code) for one in self._answers
        ]
