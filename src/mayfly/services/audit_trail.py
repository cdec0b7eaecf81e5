"""The audit log for people: its entries, whether they are whole, and receipts to take along."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from mayfly.domain.audit import (
    AuditCopy,
    AuditEntry,
    AuditKind,
    AuditVerdict,
    Receipt,
    ReceiptVerdict,
)
from mayfly.domain.audit_port import AuditLog, LogChecking
from mayfly.domain.errors import InternalError, LaneClosed, VaultError
from mayfly.domain.ids import JobId
from mayfly.domain.ports import Clock, Lane
from mayfly.services.punctuality import Punctuality, punctuality

_log = logging.getLogger(__name__)

SHORT_ID = 8
_COUNTED_AT_ONCE = 500

Translate = Callable[[str], str]
T = TypeVar("T")


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class ReceiptForms:
    """How a receipt is written and read; export.receipts has the forms."""

    as_json: Callable[[Receipt], bytes]
    as_page: Callable[[Receipt, Translate, str], bytes]
    """Takes a translator and the code of its language."""
    log_lines: Callable[[AuditCopy], bytes]
    read: Callable[[bytes], Receipt | None]
    """Returns None for a receipt whose parts contradict each other; ReceiptUnreadable."""


class AuditTrail:
    """Answers from the log on the vault lane; works while the vault is locked."""

    def __init__(
        self, log: AuditLog, vault_lane: Lane, *, forms: ReceiptForms, clock: Clock
    ) -> None:
        self._log = log
        self._lane = vault_lane
        self._forms = forms
        self._clock = clock

    def entries(
        self, *, before_seq: int | None = None, most: int = 500
    ) -> Future[tuple[AuditEntry, ...]]:
        """Return the newest entries, newest first; before_seq asks for the ones before it."""
        return self._lane.submit(lambda: self._log.entries(before_seq=before_seq, most=most))

    def verify(self) -> Future[AuditVerdict]:
        """Check the whole log, in pieces: showing pages and deleting go on in between."""
        answer: Future[AuditVerdict] = Future()
        self._go_on(lambda: self._check_piece(self._log.check_in_pieces(), answer), answer)
        return answer

    def punctuality(self) -> Future[Punctuality]:
        """Tell from the whole log how punctually ends were kept; in pieces, as verify does."""
        answer: Future[Punctuality] = Future()
        none = punctuality(())
        self._go_on(lambda: self._count_piece(None, none, answer), answer)
        return answer

    def export(self) -> Future[bytes]:
        """Return the whole log as JSON lines, to be checked elsewhere; docs/receipts.md."""
        return self._lane.submit(lambda: self._forms.log_lines(self._log.copy()))

    def receipt_files(
        self, job_id: JobId, *, translate: Translate = _as_it_is, language: str = "en"
    ) -> Future[dict[str, bytes]]:
        """Return a deletion's receipt by file name: one .json to verify, one .html to read.

        translate gives the page's texts in the language. NoReceipt when the log holds no
        deletion of the job; VaultLocked when it was written while locked and is not signed yet.
        """
        return self._lane.submit(lambda: self._receipt_files(job_id, translate, language))

    def verify_receipt(self, data: bytes) -> Future[ReceiptVerdict]:
        """Check the bytes of a receipt's .json; ReceiptUnreadable when they are none."""
        return self._lane.submit(lambda: self._verify_receipt(data))

    def note_copied(self, job_id: JobId) -> None:
        """Write down that text of the job went to the clipboard; never fails, nobody waits."""
        with suppress(LaneClosed):
            self._lane.submit(lambda: self._note_copied(job_id))

    def _note_copied(self, job_id: JobId) -> None:
        detail = {"target": "clipboard", "format": "txt"}
        now = self._clock.now()
        try:
            self._log.append(AuditKind.EXPORTED, now, job_id=job_id, detail=detail)
        except VaultError as error:
            _log.warning("a copy could not be written into the audit log: %s", error.code)

    def _check_piece(self, checking: LogChecking, answer: Future[AuditVerdict]) -> None:
        if checking.go_on():
            self._go_on(lambda: self._check_piece(checking, answer), answer)
        else:
            answer.set_result(checking.verdict())

    def _count_piece(
        self, before_seq: int | None, so_far: Punctuality, answer: Future[Punctuality]
    ) -> None:
        entries = self._log.entries(before_seq=before_seq, most=_COUNTED_AT_ONCE)
        found = so_far + punctuality(entries)
        if len(entries) < _COUNTED_AT_ONCE:
            answer.set_result(found)
        else:
            last = entries[-1].seq
            self._go_on(lambda: self._count_piece(last, found, answer), answer)

    def _go_on(self, work: Callable[[], None], answer: Future[T]) -> None:
        """Queue a piece of work whose failure, or that of queuing it, is the answer."""

        def guarded() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - as a lane does: whoever asked gets it
                answer.set_exception(error)

        try:
            self._lane.submit(guarded)
        except InternalError as error:
            answer.set_exception(error)

    def _receipt_files(
        self, job_id: JobId, translate: Translate, language: str
    ) -> dict[str, bytes]:
        receipt = self._log.receipt(job_id)
        stem = f"receipt-{job_id[:SHORT_ID]}"
        return {
            f"{stem}.json": self._forms.as_json(receipt),
            f"{stem}.html": self._forms.as_page(receipt, translate, language),
        }

    def _verify_receipt(self, data: bytes) -> ReceiptVerdict:
        receipt = self._forms.read(data)
        return ReceiptVerdict.ALTERED if receipt is None else self._log.check(receipt)
