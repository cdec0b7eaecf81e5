"""The audit log as a model and in words: in pieces, filtered, and never with a name."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject

from mayfly.domain.audit import (
    AuditEntry,
    AuditFault,
    AuditFinding,
    AuditKind,
    AuditVerdict,
    ReceiptVerdict,
)
from mayfly.domain.errors import VaultBusy
from mayfly.services.lane import ThreadLane
from mayfly.ui.audit_model import AuditModel, Kinds
from mayfly.ui.audit_texts import entry_text, fault_text, receipt_text, verdict_text
from mayfly.ui.courier import Courier
from tests.gui.fake_services import FakeAudit, deletion


@pytest.fixture
def audit():
    lane = ThreadLane("vault")
    yield FakeAudit(lane)
    lane.close()


@pytest.fixture
def model(audit, qapp):
    parent = QObject()
    model = AuditModel(audit.entries, courier=Courier(parent), tr=str, parent=parent)
    model.kept = parent
    return model


def fill(qtbot, model):
    model.restart()
    qtbot.waitUntil(lambda: not model.loading)


def test_the_log_comes_in_pieces_newest_first(qtbot, model, audit):
    audit.log = [deletion(number) for number in range(1, 1_201)]
    fill(qtbot, model)
    assert model.rowCount() == 500
    assert model.entry_at(model.index(0, 0)).seq == 1_200
    assert model.canFetchMore()
    model.fetchMore()
    model.fetchMore()
    qtbot.waitUntil(lambda: model.rowCount() == 1_000)
    model.fetchMore()
    qtbot.waitUntil(lambda: model.complete)
    assert model.rowCount() == 1_200
    assert audit.asked == [None, 701, 201]
    assert not model.canFetchMore()


def test_a_filter_looks_through_older_pieces_too(qtbot, model, audit):
    audit.log = [deletion(number) for number in range(10, 1_201)]
    audit.log += [AuditEntry(3, audit.log[0].at, AuditKind.UNLOCKED)]
    fill(qtbot, model)
    model.set_filter(Kinds.KEYS, "")
    qtbot.waitUntil(lambda: model.complete)
    assert model.rowCount() == 1
    assert model.index(0, 1).data() == "Vault unlocked"
    model.set_filter(Kinds.ALL, f"{100:032x}")
    assert [model.entry_at(model.index(0, 0)).seq, model.rowCount()] == [100, 1]


def test_what_cannot_be_fetched_is_told_and_asked_for_again(qtbot, model, audit):
    audit.error = VaultBusy()
    with qtbot.waitSignal(model.failed) as failed:
        model.restart()
    assert isinstance(failed.args[0], VaultBusy)
    audit.error = None
    audit.log = [deletion(1)]
    fill(qtbot, model)
    assert model.rowCount() == 1


@pytest.mark.parametrize(
    ("detail", "text"),
    [
        ({}, "Document destroyed, with everything of it · Deleted by you · 2 pages"),
        ({"what": "source"}, "Document and page images destroyed · Deleted by you · 2 pages"),
        (
            {"what": "result", "reason": "result_deadline", "pages": 0},
            "Text destroyed · Its time was up",
        ),
        (
            {"what": "page_images", "page": 7, "pages": 0},
            "Picture of page 7 destroyed · Deleted by you",
        ),
        (
            {"reason": "backstop", "late_s": 7_200, "late_why": "not_running"},
            "Document destroyed, with everything of it · Its 30 days were over · 2 pages · "
            "2 h late: Mayfly was not running",
        ),
        (
            {"what": "result", "pages": 0, "late_s": 86_400 * 3, "late_why": "doubted"},
            "Text destroyed · Deleted by you · 3 d late: the date was in doubt",
        ),
        (
            {"pages": 0, "fate_1": "owed", "objects_1": 3, "fate_2": "left", "objects_2": 1},
            "Document destroyed, with everything of it · Deleted by you · "
            "3 pictures to be deleted in your own storage · 1 picture stays in your bucket",
        ),
        (
            {"reason": "of another version", "late_s": 120},
            "Document destroyed, with everything of it · 2 pages · 2 min late",
        ),
    ],
)
def test_a_deletion_says_what_why_and_how_late(detail, text):
    assert entry_text(str, deletion(1, **detail)) == text


@pytest.mark.parametrize(
    ("kind", "detail", "text"),
    [
        (
            AuditKind.ADDED,
            {"source_hours": 1, "result_hours": 24},
            "Document added · kept for 1 h, text for 24 h",
        ),
        (AuditKind.DEADLINE_CHANGED, {}, "Ends changed"),
        (AuditKind.EXPORTED, {"target": "file", "format": "pdf"}, "Exported to a file · .pdf"),
        (
            AuditKind.EXPORTED,
            {"target": "file", "format": "image"},
            "Exported to a file · pictures",
        ),
        (
            AuditKind.EXPORTED,
            {"target": "clipboard", "format": "txt"},
            "Text copied to the clipboard",
        ),
        (
            AuditKind.EXPORTED,
            {"target": "destination", "objects": 2},
            "Exported to your own storage · 2 pictures",
        ),
        (AuditKind.DESTINATION_REMOVED, {"objects": 0}, "Own storage removed"),
        (
            AuditKind.OBJECTS_DELETED,
            {"objects": 1},
            "Seen to be gone from your own storage · 1 picture",
        ),
        (
            AuditKind.KEY_ROTATED,
            {"epoch": 1_234},
            "New vault key; half of the old one was overwritten · number 1,234",
        ),
    ],
)
def test_other_entries_are_said_in_words(kind, detail, text, english):
    assert entry_text(str, AuditEntry(1, deletion(1).at, kind, detail=detail)) == text


def test_every_kind_fault_and_verdict_has_words():
    for kind in AuditKind:
        assert entry_text(str, AuditEntry(1, deletion(1).at, kind))
    assert all(fault_text(str, fault) for fault in AuditFault)
    assert len({receipt_text(str, one) for one in ReceiptVerdict}) == len(ReceiptVerdict)


def test_faults_name_their_entries():
    faults = tuple(AuditFinding(number, AuditFault.CHANGED) for number in range(1, 9))
    text = verdict_text(str, AuditVerdict(20, 1, 20, faults))
    assert text.startswith("Not intact: entry 1: was changed; entry 2: was changed;")
    assert text.endswith("and 3 more.")
    unsigned = (AuditFinding(20, AuditFault.UNSIGNED),)
    assert "next unlocked" in verdict_text(str, AuditVerdict(20, 1, 20, unsigned))
    assert verdict_text(str, AuditVerdict(0, None, None, ())) == "The log is empty."
