"""The audit log's services: on the lane, with receipts as files, and its own retention."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest

from mayfly.composition import RECEIPT_FORMS
from mayfly.domain.audit import AuditKind, AuditVerdict, ReceiptVerdict
from mayfly.domain.errors import InternalError, NoReceipt, ReceiptUnreadable, VaultDamaged
from mayfly.services.audit_keeping import AuditKeeping
from mayfly.services.audit_trail import AuditTrail
from mayfly.vault import audit_checking
from tests.services.conftest import House


@pytest.fixture
def trail(house: House) -> AuditTrail:
    return AuditTrail(house.vault.audit, house.lane, forms=RECEIPT_FORMS, clock=house.clock)


def kinds(trail: AuditTrail) -> list[AuditKind]:
    return [one.kind for one in reversed(trail.entries().result())]


def test_a_deletion_gives_a_file_to_check_and_a_page_to_read(
    house: House, trail: AuditTrail
) -> None:
    job = house.admit("zebracanary77", name="Quittenhain.pdf")
    with pytest.raises(NoReceipt):
        trail.receipt_files(job).result()
    house.deletions.delete([job]).result()

    files = trail.receipt_files(job).result()

    assert set(files) == {f"receipt-{job[:8]}.json", f"receipt-{job[:8]}.html"}
    data = files[f"receipt-{job[:8]}.json"]
    assert trail.verify_receipt(data).result() is ReceiptVerdict.GENUINE
    assert json.loads(data)["entry"]["job"] == job
    assert not any(b"zebracanary77" in one or b"Quittenhain" in one for one in files.values())


def test_what_was_changed_in_a_receipt_is_found(house: House, trail: AuditTrail) -> None:
    job = house.admit("one")
    house.deletions.delete([job]).result()
    data = trail.receipt_files(job).result()[f"receipt-{job[:8]}.json"]

    shown = json.loads(data)
    shown["entry"]["detail"]["reason"] = "backstop"
    altered = json.dumps(shown).encode()

    assert trail.verify_receipt(altered).result() is ReceiptVerdict.ALTERED
    both = data.replace(b'"user"', b'"backstop"').replace(b'\\"user\\"', b'\\"backstop\\"')
    assert trail.verify_receipt(both).result() is ReceiptVerdict.ALTERED
    for foreign in (b"", b"{}", b"[1]", data[:-30], data.replace(b'"version": 1', b'"version": 2')):
        with pytest.raises(ReceiptUnreadable):
            trail.verify_receipt(foreign).result()


def test_text_on_the_clipboard_is_written_down(house: House, trail: AuditTrail) -> None:
    job = house.admit("one")

    trail.note_copied(job)

    newest = trail.entries(most=1).result()[0]
    assert (newest.kind, newest.job_id) == (AuditKind.EXPORTED, job)
    assert newest.detail == {"target": "clipboard", "format": "txt"}
    assert trail.verify().result().findings == ()


def test_a_copy_that_cannot_be_written_down_disturbs_nobody(
    house: House, trail: AuditTrail, monkeypatch, caplog
) -> None:
    job = house.admit("one")
    monkeypatch.setattr(house.vault.audit, "append", _damaged)

    trail.note_copied(job)
    house.on_vault(lambda: None)

    assert [one.getMessage() for one in caplog.records] == [
        "a copy could not be written into the audit log: vault_damaged"
    ]
    house.close()
    trail.note_copied(job)


def test_a_long_log_is_checked_while_other_work_goes_on(
    house: House, trail: AuditTrail, monkeypatch
) -> None:
    monkeypatch.setattr(audit_checking, "_AT_ONCE", 2)
    for _ in range(7):
        house.admit("one")
    order: list[str] = []
    holding = threading.Event()
    house.lane.submit(holding.wait)

    answer = trail.verify()
    answer.add_done_callback(lambda _: order.append("verified"))
    others = [house.lane.submit(lambda: order.append("other")) for _ in range(3)]
    holding.set()

    assert answer.result().findings == ()
    assert answer.result().entries == 8
    for one in others:
        one.result()
    assert order == ["other", "other", "other", "verified"]


def test_what_is_trimmed_while_the_log_is_checked_is_no_fault(house: House, monkeypatch) -> None:
    monkeypatch.setattr(audit_checking, "_AT_ONCE", 2)
    for _ in range(6):
        house.admit("one")
    later = house.clock.now() + timedelta(days=1)

    def check() -> AuditVerdict:
        checking = house.vault.audit.check_in_pieces()
        assert checking.go_on()
        assert house.vault.audit.trim(later, later) == 7
        while checking.go_on():
            pass
        return checking.verdict()

    assert house.on_vault(check).findings == ()


def test_a_check_that_cannot_be_made_says_so(house: House, trail: AuditTrail, monkeypatch) -> None:
    monkeypatch.setattr(house.vault.audit, "check_in_pieces", _damaged)
    with pytest.raises(VaultDamaged):
        trail.verify().result()

    house.close()
    with pytest.raises(InternalError):
        trail.verify().result()


def _damaged(*_given: object, **_named: object) -> None:
    raise VaultDamaged


# --- the log's own retention -----------------------------------------------------------------


def test_old_entries_go_once_a_day_and_one_says_so(house: House, trail: AuditTrail) -> None:
    days = [2]
    keeping = AuditKeeping(house.vault.audit, days=lambda: days[0], clock=house.clock)
    house.admit("old")
    house.clock.advance(days=2, hours=15)
    house.admit("new")

    house.on_vault(keeping.keep)
    house.admit("newer")
    house.clock.advance(hours=23)
    house.on_vault(keeping.keep)

    assert kinds(trail) == [AuditKind.LOG_TRIMMED, AuditKind.ADDED, AuditKind.ADDED]
    assert trail.verify().result().findings == ()
    house.clock.advance(days=3)
    days[0] = 0
    house.on_vault(keeping.keep)
    assert len(kinds(trail)) == 3


def test_every_sweep_but_the_first_asks_the_log_to_be_kept(house: House) -> None:
    asked = []
    house.retention._after_sweep = lambda: asked.append(True)

    house.on_vault(house.retention.sweep)
    assert asked == []
    house.retention.start()
    house.on_vault(lambda: None)

    assert asked == [True]
