"""Services that answer when the test says so, at the interfaces of the real ones."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

from mayfly.domain.audit import AuditEntry, AuditKind, AuditVerdict, ReceiptVerdict
from mayfly.domain.errors import UserError
from mayfly.domain.ids import JobId
from mayfly.domain.proof import ProofReport, ProofStep


class FakeProof:
    """The check with a canary: the test tells its steps and gives its report."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object, Future[ProofReport]]] = []
        self.clipboard = None

    def run(self, tell=lambda _: None, clipboard=None) -> Future[ProofReport]:
        self.clipboard = clipboard
        return self._ask("run", tell)

    def test_itself(self, tell=lambda _: None) -> Future[ProofReport]:
        return self._ask("test_itself", tell)

    def tell(self, step: ProofStep) -> None:
        self.asked[-1][1](step)

    def answer(self, report: ProofReport) -> None:
        self.asked[-1][2].set_result(report)

    def fail(self, error: Exception) -> None:
        self.asked[-1][2].set_exception(error)

    def _ask(self, what, tell) -> Future[ProofReport]:
        self.asked.append((what, tell, Future()))
        return self.asked[-1][2]


class FakeAudit:
    """The audit trail with the entries a test gives it."""

    def __init__(self, lane) -> None:
        self._lane = lane
        self.log: list[AuditEntry] = []
        self.asked: list[int | None] = []
        self.error: UserError | None = None
        self.verdict = AuditVerdict(0, None, None, ())
        self.receipts: dict[str, bytes] = {}
        self.receipt_verdict = ReceiptVerdict.GENUINE
        self.read: list[bytes] = []

    def entries(self, *, before_seq=None, most=500):
        self.asked.append(before_seq)
        return self._answer(
            lambda: tuple(
                one
                for one in sorted(self.log, key=lambda one: -one.seq)
                if before_seq is None or one.seq < before_seq
            )[:most]
        )

    def verify(self):
        return self._answer(lambda: self.verdict)

    def receipt_files(self, job_id, *, translate=str, language="en"):
        return self._answer(lambda: dict(self.receipts))

    def verify_receipt(self, data):
        self.read.append(data)
        return self._answer(lambda: self.receipt_verdict)

    def _answer(self, work):
        def answer():
            if self.error is not None:
                raise self.error
            return work()

        return self._lane.submit(answer)


def deletion(seq: int, **detail) -> AuditEntry:
    """Return an entry of a deletion, an hour after the one before it."""
    at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=seq)
    detail = {"what": "job", "reason": "user", "pages": 2, **detail}
    return AuditEntry(seq, at, AuditKind.DELETED, JobId(f"{seq:032x}"), None, detail)
