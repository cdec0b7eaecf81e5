"""Services that answer when the test says so, at the interfaces of the real ones."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

from mayfly.domain.audit import AuditEntry, AuditKind, AuditVerdict, ReceiptVerdict
from mayfly.domain.errors import RecoveryCodeWrong, UserError
from mayfly.domain.events import LockChanged
from mayfly.domain.ids import JobId
from mayfly.domain.lock_port import KeyHome
from mayfly.domain.proof import ProofReport, ProofStep
from mayfly.services.bus import EventBus
from mayfly.services.lane import ThreadLane


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


CODE = "7K2M-Q9XD-44TR-8WPN-ZC3V-1HJE"


class FakeLocking:
    """The Locking service without a vault: answers on the lane, and fails as it is told."""

    def __init__(self, lane: ThreadLane, bus: EventBus) -> None:
        self._lane = lane
        self._bus = bus
        self.locked = False
        self.home = KeyHome.KEYRING
        self.code: str | None = None
        self.passphrases: list[str | None] = []
        self.error: UserError | None = None
        self.gate = threading.Event()
        self.gate.set()

    def is_locked(self) -> Future[bool]:
        return self._lane.submit(lambda: self.locked, urgent=True)

    def key_home(self) -> Future[KeyHome]:
        return self._lane.submit(lambda: self.home, urgent=True)

    def lock(self) -> Future[None]:
        return self._lane.submit(lambda: self._set(True), urgent=True)

    def unlock(self, passphrase: str | None = None) -> Future[None]:
        self.passphrases.append(passphrase)
        return self._lane.submit(lambda: self._set(False), urgent=True)

    def set_passphrase(self, passphrase: str, *, with_keyring: bool) -> Future[None]:
        self.passphrases.append(passphrase)
        home = KeyHome.BOTH if with_keyring else KeyHome.PASSPHRASE
        return self._lane.submit(lambda: self._change(home=home))

    def remove_passphrase(self) -> Future[None]:
        return self._lane.submit(lambda: self._change(home=KeyHome.KEYRING))

    def has_recovery_code(self) -> Future[bool]:
        return self._lane.submit(lambda: self.code is not None)

    def make_recovery_code(self) -> Future[str]:
        return self._lane.submit(lambda: self._change(code=CODE))

    def drop_recovery_code(self) -> Future[None]:
        return self._lane.submit(lambda: self._change(code=None))

    def recover(self, code: str, passphrase: str | None) -> Future[None]:
        self.passphrases.append(passphrase)
        return self._lane.submit(lambda: self._recover(code))

    def _recover(self, code: str) -> None:
        if code != CODE:
            raise RecoveryCodeWrong
        self._set(False)

    def _change(self, **changed):
        self._wait()
        for name, value in changed.items():
            setattr(self, name, value)
        return self.code

    def _wait(self) -> None:
        self.gate.wait(10)
        if self.error is not None:
            raise self.error

    def _set(self, locked: bool) -> None:
        self._wait()
        self.locked = locked
        self._bus.publish(LockChanged(locked))
