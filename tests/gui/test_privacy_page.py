"""The privacy page: the grade, the log and the check, as a user reads and works them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QTabBar

from mayfly.domain.errors import QueueIsPaused, VaultLocked
from mayfly.domain.inspection import Finding, Grade, Inspection, Promise
from mayfly.domain.proof import Place, PlaceNote, PlaceScan, ProofReport, ProofStep
from mayfly.domain.states import JobState
from mayfly.ui.privacy_chip import PrivacyChip
from mayfly.ui.privacy_dialog import Tab
from tests.gui.test_accessibility import nameless

# What the offscreen platform cannot do is no fault of the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PROBLEM = Finding(
    "swap", "not encrypted", Grade.PROBLEM, "Memory lies on the disk.", "Use zram.", Promise.WEAK
)
NOTICE = Finding("backups", "borg", Grade.NOTICE, bound=Promise.LIMITED)


def page(desk, tab=Tab.PROMISE):
    dialog = desk.window.privacy.open_page(tab)
    desk.qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def chip(desk):
    return desk.window.findChild(PrivacyChip)


# --- the grade -----------------------------------------------------------------------


def test_the_grade_is_found_at_the_start_and_off_the_gui_thread(desk):
    threads = []

    def look():
        import threading

        threads.append(threading.current_thread().name)
        return Inspection((NOTICE,))

    desk.machine._look = look
    desk.open()
    desk.wait(lambda: chip(desk).text() == "Promise: limited")
    assert threads == ["chores"]
    assert "does not bring it back" in chip(desk).toolTip()
    assert not desk.window.trouble.isVisible()


def test_a_problem_is_told_once_with_its_remedy(desk):
    desk.inspection = Inspection((NOTICE, PROBLEM))
    window = desk.open()
    desk.wait(window.trouble.isVisible)
    assert window.trouble.text == "Swap: not encrypted. Memory lies on the disk. Use zram."
    assert chip(desk).text() == "Promise: weak"
    desk.qtbot.mouseClick(window.trouble.offer_button, Qt.MouseButton.LeftButton)
    assert window.privacy.dialog.isVisible()
    desk.machine.look()
    desk.wait(lambda: not desk.machine.busy)
    assert not window.trouble.isVisible()
    desk.wait(lambda: bool(desk.saved))
    assert desk.saved[-1].told_problems == ("swap",)


def test_a_problem_that_was_told_before_is_told_no_more_until_it_comes_back(desk):
    desk.keeper.change(told_problems=("swap",))
    desk.inspection = Inspection((PROBLEM,))
    window = desk.open()
    desk.wait(lambda: chip(desk).text() == "Promise: weak")
    assert not window.trouble.isVisible()
    for inspection in (Inspection((NOTICE,)), Inspection((PROBLEM,))):
        desk.inspection = inspection
        desk.machine.look()
        desk.wait(lambda: not desk.machine.busy)
    assert window.trouble.isVisible()


def test_the_page_shows_what_limits_the_promise_before_what_is_well(desk):
    desk.inspection = Inspection((Finding("hibernation", "none", Grade.GOOD), NOTICE, PROBLEM))
    desk.open()
    desk.wait(lambda: not desk.machine.busy)
    text = page(desk).promise.text
    assert text.startswith("On this machine the promise is weak\nWhen something is deleted")
    assert "[Problem] Swap: not encrypted\n    Memory lies on the disk.\n    Use zram." in text


def test_a_look_that_fails_says_so_and_can_be_repeated(desk):
    def refuse():
        raise VaultLocked

    desk.machine._look = refuse
    desk.open()
    desk.wait(lambda: chip(desk).text() == "Promise: not known")
    dialog = page(desk)
    assert "The vault is locked" in dialog.promise.text
    assert not dialog.promise.copy.isEnabled()
    desk.machine._look = lambda: Inspection(())
    desk.qtbot.mouseClick(dialog.promise.again, Qt.MouseButton.LeftButton)
    desk.wait(dialog.promise.copy.isEnabled)
    desk.qtbot.mouseClick(dialog.promise.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().startswith("How far the promise holds")


# --- the audit log, on the real vault --------------------------------------------------


def test_deletions_stand_in_the_log_without_a_name(desk):
    window = desk.open()
    row = desk.add("letter to nobody.pdf", "words")
    window.deleting.delete([row])
    desk.wait(lambda: row.job.state is JobState.DELETED)
    audit = page(desk, Tab.AUDIT).audit
    desk.wait(lambda: audit.model.rowCount() > 0)
    rows = [
        [audit.model.index(number, column).data() for column in range(3)]
        for number in range(audit.model.rowCount())
    ]
    deleted = next(one for one in rows if one[1].startswith("Document destroyed"))
    assert deleted[1] == ("Document destroyed, with everything of it · Deleted by you · 1 page")
    assert row.job.job_id.startswith(deleted[2])
    assert "nobody" not in str(rows)


def test_the_log_is_verified_and_a_receipt_is_saved_and_checked(desk, tmp_path):
    window = desk.open()
    row = desk.add("a.pdf", "words")
    window.deleting.delete([row])
    desk.wait(lambda: row.job.state is JobState.DELETED)
    audit = page(desk, Tab.AUDIT).audit
    desk.wait(lambda: audit.model.rowCount() > 0)
    desk.qtbot.mouseClick(audit.verify, Qt.MouseButton.LeftButton)
    desk.wait(lambda: audit.verdict.text.startswith("Intact: "))

    assert not audit.save.isEnabled()
    number = next(
        n for n in range(audit.model.rowCount()) if "destroyed" in audit.model.index(n, 1).data()
    )
    audit.table.selectRow(number)
    assert audit.save.isEnabled()
    audit._dialogs.ask = lambda _wanted, then: then([tmp_path])
    desk.qtbot.mouseClick(audit.save, Qt.MouseButton.LeftButton)
    desk.wait(lambda: audit.verdict.text.startswith("Saved: receipt-"))
    (file,) = tmp_path.glob("receipt-*.json")
    assert file.with_suffix(".html").exists()

    audit.check_file(file)
    desk.wait(lambda: audit.verdict.text.startswith("This receipt is genuine"))
    file.write_bytes(file.read_bytes().replace(b"user", b"usar"))
    audit.check_file(file)
    desk.wait(lambda: not audit.verdict.text.startswith("This receipt is genuine"))
    audit.check_file(tmp_path / "missing.json")
    desk.wait(lambda: "not a receipt" in audit.verdict.text)


# --- check it ------------------------------------------------------------------------


def report(desk, hits=0, **more):
    places = (
        PlaceScan(Place.VAULT, True, 3, 1_200_000, hits),
        PlaceScan(Place.LOG, True, 1, 40, 1 if more.get("planted") else 0),
        PlaceScan(Place.THUMBNAILS, False, 0, 0, 0, PlaceNote.NOT_HERE),
    )
    steps = (ProofStep.ADD, ProofStep.DELETE, ProofStep.SEARCH)
    return ProofReport(desk.house.clock.now(), 4.25, steps, places)


def test_the_check_shows_its_steps_and_then_the_page(desk, tmp_path):
    desk.open()
    check = page(desk, Tab.CHECK).check
    desk.qtbot.mouseClick(check.run_button, Qt.MouseButton.LeftButton)
    assert check.busy
    desk.proof.tell(ProofStep.EXPORT)
    desk.wait(lambda: check.steps.at == 3)
    desk.proof.answer(report(desk))
    desk.wait(lambda: not check.busy)
    assert check.verdict.text == (
        "Nothing is left of the deleted test document in the 2 places searched."
    )
    cells = [check.model.index(0, column).data() for column in range(4)]
    assert cells == ["The vault and its log of recent writes", "3", "1.2 MB", "nothing"]
    assert check.model.index(2, 3).data() == "There is none here"
    desk.qtbot.mouseClick(check.copy_button, Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    assert "1. Add a test document" in text
    assert "4 files · 1.2 MB · 4.3 s" in text
    check.save_in(tmp_path)
    desk.wait(lambda: any(tmp_path.glob("mayfly-check-*.txt")))


def test_traces_that_are_found_are_said_in_red(desk):
    desk.open()
    check = page(desk, Tab.CHECK).check
    check.run()
    desk.proof.answer(report(desk, hits=2))
    desk.wait(lambda: not check.busy)
    assert check.verdict.text == "2 traces of the deleted test document were found."
    tone = check.model.index(0, 3).data(Qt.ItemDataRole.ForegroundRole)
    assert tone.name() == desk.theme.tones.bad


def test_the_search_itself_is_tested(desk):
    desk.open()
    check = page(desk, Tab.CHECK).check
    desk.qtbot.mouseClick(check.test_button, Qt.MouseButton.LeftButton)
    assert desk.proof.asked[-1][0] == "test_itself"
    desk.proof.answer(report(desk, hits=1, planted=True))
    desk.wait(lambda: check.verdict.text.startswith("The search sees"))
    check.test()
    desk.proof.answer(report(desk, hits=0, planted=True))
    desk.wait(lambda: check.verdict.text.startswith("The search is blind here: The vault"))


def test_a_check_that_cannot_be_made_says_why(desk):
    desk.open()
    check = page(desk, Tab.CHECK).check
    check.run()
    desk.proof.fail(QueueIsPaused())
    desk.wait(lambda: not check.busy)
    assert QueueIsPaused.text in check._hint.text()


def test_the_clipboard_is_read_for_the_check_by_the_gui_thread(desk):
    desk.open()
    check = page(desk, Tab.CHECK).check
    check.run()
    QGuiApplication.clipboard().setText("copied words")
    asked = desk.chores.submit(lambda: list(desk.proof.clipboard()))
    desk.wait(asked.done)
    assert b"copied words" in asked.result()


# --- the page as a whole --------------------------------------------------------------


def test_the_page_is_opened_and_walked_by_keyboard(desk):
    window = desk.open()
    desk.qtbot.keyClick(window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    dialog = window.privacy.dialog
    desk.qtbot.waitUntil(dialog.isActiveWindow)
    desk.wait(lambda: isinstance(QApplication.focusWidget(), QTabBar))
    for tab in (Tab.AUDIT, Tab.CHECK, Tab.CONNECTIONS, Tab.PLACES):
        desk.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
        assert dialog.tabs.currentIndex() == tab
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("tab", list(Tab))
def test_every_control_of_the_page_has_a_name(desk, tab):
    desk.open()
    desk.add("letter to nobody.pdf", "words")
    dialog = page(desk, tab)
    assert nameless(dialog) == []
    assert dialog.windowTitle() == "Privacy"


def test_where_things_lie_is_told(desk):
    desk.open()
    places = page(desk, Tab.PLACES).places
    assert "Open a connection of its own accord" in places.accessibleDescription()
