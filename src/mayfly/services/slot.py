"""One reader's loop: take a document, read its pages one by one, save each, leave.

Runs on a thread of its own because the reader's calls block. Every state is decided by the
vault: a late answer for a deleted or cancelled job is refused there, and only then dropped here.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TypeVar

from mayfly.domain.document_errors import (
    DocumentError,
    PasswordNeeded,
    PasswordWrong,
    ReaderCrashed,
    RecognitionError,
)
from mayfly.domain.errors import (
    InternalError,
    JobError,
    UserError,
    VaultDamaged,
    VaultError,
    VaultLocked,
)
from mayfly.domain.events import Trouble
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import ReaderProcess
from mayfly.domain.ports import Clock, Engine, Lane, Reader
from mayfly.domain.states import JobState
from mayfly.domain.vault_port import Vault
from mayfly.services.board import Board, Document
from mayfly.services.bus import EventBus

_log = logging.getLogger(__name__)

T = TypeVar("T")

_IDLE_S = 0.5
_HOLD_S = 5.0
"""How long to wait when the vault cannot be written (a full disk, mostly) or no reader comes."""


class Slot:
    """Owns one reader and keeps it busy until it is stopped."""

    def __init__(
        self,
        number: int,
        board: Board,
        *,
        vault: Vault,
        vault_lane: Lane,
        engine: Engine,
        bus: EventBus,
        clock: Clock,
        on_ended: Callable[[JobId], None],
        on_finished: Callable[[], None],
    ) -> None:
        """on_ended: called on the vault lane, with what ended the reading of a job."""
        self._board = board
        self._vault = vault
        self._lane = vault_lane
        self._engine = engine
        self._bus = bus
        self._clock = clock
        self._on_ended = on_ended
        self._on_finished = on_finished
        self._reader: Reader | None = None
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"slot-{number}", daemon=True)

    def start(self) -> None:
        """Begin to look for work."""
        self._thread.start()

    def wake(self) -> None:
        """Look for work now rather than in half a second."""
        self._wake.set()

    def stop(self) -> None:
        """Kill the reader and end. What it was reading goes on at the next start."""
        self._stopping.set()
        self._wake.set()
        reader = self._reader
        if reader is not None:
            reader.kill()
        if self._thread.is_alive():
            self._thread.join()

    # --- the loop --------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                document = self._next_document()
                if document is not None:
                    self._work_on(document)
                    continue
            except UserError as error:
                # Not the document's fault: a full disk, no tesseract, a worker that does not
                # come up. What was being read is taken up again.
                self._hold(error)
            except Exception:  # noqa: BLE001 - the loop outlives whatever one document does
                _log.exception("a reader's loop failed; it goes on")
                self._stopping.wait(_HOLD_S)
            self._wake.wait(_IDLE_S)
            self._wake.clear()
        if self._reader is not None:
            self._reader.kill()

    def _next_document(self) -> Document | None:
        if self._on_vault(self._vault.is_paused):
            return None
        left_behind = self._board.take_up()
        if left_behind is not None:
            return left_behind
        job = self._on_vault(lambda: self._vault.claim_next(self._clock.now()))
        if job is not None:
            return self._board.begin(job.job_id)
        return self._board.join()

    def _work_on(self, document: Document) -> None:
        process: ReaderProcess | None = None
        try:
            reader = self._ready_reader()
            process = ReaderProcess(document.job_id, reader.pid, reader.started)
            if self._open(document, reader, process):
                self._read_pages(document, reader)
        except JobError:
            # Deleted, cancelled or destroyed meanwhile: the vault refused, and so it ends.
            self._board.drop(document)
        except VaultDamaged as error:
            # Only this document's chunks; the others are as readable as before.
            self._fail(document, error)
        except UserError:
            raise
        except Exception:  # noqa: BLE001 - a bug met by one document must not stop the queue
            _log.exception("reading a document failed")
            self._give_up(document)
        finally:
            self._let_go(document, process)

    def _let_go(self, document: Document, process: ReaderProcess | None) -> None:
        try:
            if self._reader is not None and self._reader.alive:
                self._reader.close_document()
            if process is not None and not self._stopping.is_set():
                self._on_vault(lambda: self._vault.clear_reader(process))
        finally:
            if self._board.leave(document) and not self._stopping.is_set():
                self._finish(document.job_id)

    def _ready_reader(self) -> Reader:
        if self._reader is None or not self._reader.alive:
            if self._reader is not None:
                self._reader.kill()
            self._reader = self._engine.start_reader()
            if self._stopping.is_set():
                # stop() came while the worker did, and may have seen no reader to kill.
                self._reader.kill()
        return self._reader

    # --- opening ---------------------------------------------------------------------

    def _open(self, document: Document, reader: Reader, process: ReaderProcess) -> bool:
        job_id = document.job_id
        size = self._on_vault(lambda: self._vault.source_size(job_id))
        options = self._on_vault(lambda: self._vault.options(job_id))
        password = self._on_vault(lambda: self._vault.password(job_id))
        self._on_vault(lambda: self._vault.set_reader(process))
        try:
            pages = reader.open(self._source(job_id), size, options, password)
        except (PasswordNeeded, PasswordWrong) as error:
            code = error.code
            self._settle(document, lambda: self._vault.need_password(job_id, code))
            return False
        except (DocumentError, RecognitionError) as error:
            self._open_failed(document, error)
            return False
        if not document.opened:
            pending = self._on_vault(lambda: self._vault.set_pages(job_id, pages))
            self._board.opened(document, pending)
        return True

    def _open_failed(self, document: Document, error: UserError) -> None:
        self._check_still_reading(document.job_id)
        if self._stopping.is_set():
            return
        if isinstance(error, ReaderCrashed) and self._board.may_try_again(document, None):
            return
        if self._board.go_on_alone(document):
            # Another reader has it open: that this one could not join loses nothing.
            return
        self._fail(document, error)

    def _source(self, job_id: JobId) -> Iterator[bytes]:
        count = self._on_vault(lambda: self._vault.source_chunk_count(job_id))
        for index in range(count):
            yield self._on_vault(partial(self._vault.source_chunk, job_id, index))

    # --- pages -----------------------------------------------------------------------

    def _read_pages(self, document: Document, reader: Reader) -> None:
        while not self._stopping.is_set() and reader.alive:
            if self._on_vault(self._vault.is_paused) or self._should_yield(document):
                return
            number = self._board.take(document)
            if number is None:
                return
            try:
                settled = self._read_page(document, reader, number)
            except BaseException:
                # Neither kept nor given up (a full disk, say): the page is still to be read.
                self._board.put_back(document, number)
                raise
            if settled:
                self._board.settle(document, number)
            else:
                self._board.put_back(document, number)

    def _read_page(self, document: Document, reader: Reader, number: int) -> bool:
        """Read and save one page; whether nothing more is to be done about it."""
        job_id = document.job_id
        try:
            reading = reader.read_page(number)
        except (DocumentError, RecognitionError) as error:
            return self._page_failed(document, number, error)
        self._on_vault(lambda: self._vault.save_page(job_id, reading))
        return True

    def _page_failed(self, document: Document, number: int, error: UserError) -> bool:
        if self._stopping.is_set():
            return False
        self._check_still_reading(document.job_id)
        if isinstance(error, ReaderCrashed) and self._board.may_try_again(document, number):
            return False
        self._on_vault(lambda: self._vault.fail_page(document.job_id, number, error.code))
        return True

    def _should_yield(self, document: Document) -> bool:
        """Let a helper of a long document take a waiting one, so that short ones are not stuck."""
        if not self._board.is_shared(document):
            return False
        return self._on_vault(self._vault.counts).get(JobState.QUEUED, 0) > 0

    # --- the end of a document -------------------------------------------------------

    def _finish(self, job_id: JobId) -> None:
        while not self._stopping.is_set():
            try:
                self._end(job_id, lambda: self._vault.finish(job_id, self._clock.now()))
            except JobError:
                return
            except VaultError as error:
                # Off the board already: nobody else would finish it in this process.
                self._hold(error)
                continue
            except InternalError:
                _log.exception("a document cannot be finished")
                fail = partial(self._vault.fail, job_id, ReaderCrashed.code, self._clock.now())
                self._end(job_id, fail)
            self._on_finished()
            return

    def _end(self, job_id: JobId, verdict: Callable[[], object]) -> None:
        def end() -> None:
            verdict()
            # In the same breath: nothing else comes between the end of reading and 0 hours.
            self._on_ended(job_id)

        self._on_vault(end)

    def _give_up(self, document: Document) -> None:
        if not self._board.may_try_again(document, None):
            self._fail(document, ReaderCrashed())

    def _fail(self, document: Document, error: UserError) -> None:
        job_id, code, now = document.job_id, error.code, self._clock.now()
        with suppress(JobError):
            self._end(job_id, lambda: self._vault.fail(job_id, code, now))
        self._board.drop(document)
        self._on_finished()

    def _settle(self, document: Document, verdict: Callable[[], None]) -> None:
        self._on_vault(verdict)
        self._board.drop(document)

    def _check_still_reading(self, job_id: JobId) -> None:
        """Raise JobError when the reader died because the job was deleted or cancelled."""
        state = self._on_vault(lambda: self._vault.job(job_id, self._clock.now())).state
        if state is not JobState.READING:
            raise JobError

    def _hold(self, error: UserError) -> None:
        if self._stopping.is_set():
            return
        _log.warning("reading holds: %s", error.code)
        if not isinstance(error, VaultLocked):
            # Locked by another process: the watch of this one is about to stop the queue.
            self._bus.publish(Trouble(error.code))
        self._stopping.wait(_HOLD_S)

    def _on_vault(self, work: Callable[[], T]) -> T:
        return self._lane.submit(work).result()
