"""Every way to delete, from the menu entry to the vault: what goes is gone, the rest stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMenu

from mayfly.domain.errors import DiskFull, ResultGone, SourceGone, VaultNotWritable
from mayfly.domain.states import DeleteReason, JobState
from mayfly.ui.delete_dialogs import EverythingQuestion, OlderQuestion
from mayfly.ui.refusals import RefusalDialog

# What the offscreen platform cannot do is no fault of the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def kept(desk, row, number=1):
    """Return whether the vault still opens a page's words and its picture."""
    vault, now, job_id = desk.house.vault, desk.house.clock.now(), row.job.job_id

    def opens(ask, gone):
        try:
            return bool(ask(job_id, number, now))
        except gone:
            return False

    return desk.house.on_vault(
        lambda: (opens(vault.page, ResultGone), opens(vault.page_image, SourceGone))
    )


def choose(desk, *rows):
    """Select rows, and let the actions follow."""
    desk.window.jobs.choose(rows[0])
    for _ in rows[1:]:
        desk.qtbot.keyClick(desk.window.jobs, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    desk.settle()


def trigger(desk, action):
    """Trigger an action once it is offered."""
    desk.wait(action.isEnabled)
    action.trigger()


def state(desk, row):
    return desk.window.model.texts.state(row)


# --- parts ---------------------------------------------------------------------------


def test_document_and_images_go_and_the_text_stays(desk):
    window = desk.open()
    row = desk.add("letter.pdf", "stays here")
    desk.choose(row)
    desk.settle()
    assert kept(desk, row) == (True, True)

    trigger(desk, window.actions_.delete_source)

    desk.wait(lambda: state(desk, row) == "1 page · text only")
    assert kept(desk, row) == (True, False)
    desk.wait(lambda: window.pages.text.toPlainText() == "stays here")
    assert not window.pages.has_picture
    assert window.status.text.endswith("1 document deleted, its text kept")


def test_the_text_goes_and_the_document_stays(desk):
    window = desk.open()
    row = desk.add("letter.pdf", "goes away")
    desk.choose(row)
    desk.settle()

    trigger(desk, window.actions_.delete_result)

    assert window.pages.text.toPlainText() == ""
    desk.wait(lambda: state(desk, row) == "1 page · document only")
    assert kept(desk, row) == (False, True)
    desk.wait(lambda: window.pages.has_picture)
    assert window.pages.text.toPlainText() == ""
    assert window.pages.note.text == "The text has been destroyed; the document is still here."
    assert "Text of 1 document deleted" in window.status.text


def test_a_document_whose_text_is_gone_can_be_read_again(desk):
    window = desk.open()
    row = desk.add("letter.pdf", "read twice")
    desk.choose(row)
    trigger(desk, window.actions_.delete_result)
    desk.wait(window.pages.note.button.isVisible)
    assert window.pages.note.button.text() == "Read again"
    desk.qtbot.mouseClick(window.pages.note.button, Qt.MouseButton.LeftButton)
    desk.wait(lambda: window.pages.text.toPlainText() == "read twice")
    assert row.job.result_present


def test_one_part_and_then_the_other_is_the_whole(desk):
    window = desk.open()
    row = desk.add("letter.pdf", "words")
    choose(desk, row)
    trigger(desk, window.actions_.delete_source)
    desk.wait(lambda: not row.job.source_present)
    desk.settle()
    assert not window.actions_.delete_result.isEnabled()
    assert window.actions_.delete.isEnabled()
    trigger(desk, window.actions_.delete)
    desk.wait(lambda: row.job.state is JobState.DELETED)


def test_parts_of_several_at_once(desk):
    window = desk.open()
    window.add_paths([desk.file(f"{n}.pdf", "words") for n in range(3)])
    desk.wait(lambda: window.model.counts[JobState.DONE] == 3)
    choose(desk, desk.row("0.pdf"), desk.row("1.pdf"))
    trigger(desk, window.actions_.delete_source)
    desk.wait(lambda: state(desk, desk.row("1.pdf")) == "1 page · text only")
    assert state(desk, desk.row("2.pdf")) == "1 page"
    assert "2 documents deleted, their texts kept" in window.status.text


def test_parts_are_offered_only_where_both_are_there(desk):
    window = desk.open(reading=False)
    row = desk.add("queued.pdf", until=JobState.QUEUED)
    choose(desk, row)
    assert not window.actions_.delete_source.isEnabled()
    assert not window.actions_.delete_result.isEnabled()
    window.deleting.delete_source([row])
    assert not row.leaving


# --- by age, and everything ----------------------------------------------------------


def test_deletion_by_age_takes_what_it_counted(desk):
    window = desk.open()
    old = desk.add("old.pdf", "words")
    desk.house.clock.advance(hours=5)
    new = desk.add("new.pdf", "words")
    desk.settle()
    trigger(desk, window.actions_.delete_older)
    question = window.findChild(OlderQuestion)
    desk.wait(lambda: question.count.text() == "No document is that old.")
    assert not question.accept_button.isEnabled()

    question.unit.setCurrentIndex(0)
    question.number.setValue(4)
    desk.wait(question.accept_button.isEnabled)
    assert question.count.text() == "1 document with its text and images would go."
    assert question.accept_button.text() == "Delete 1 document"
    desk.qtbot.mouseClick(question.accept_button, Qt.MouseButton.LeftButton)

    desk.wait(lambda: old.job.state is JobState.DELETED)
    assert new.job.state is JobState.DONE


def test_enter_in_the_age_dialog_deletes_nothing(desk):
    window = desk.open()
    desk.add("old.pdf", "words")
    desk.house.clock.advance(hours=5)
    question = window.delete_commands.ask_older()
    question.unit.setCurrentIndex(0)
    question.number.setValue(4)
    desk.wait(question.accept_button.isEnabled)
    assert question.cancel_button.isDefault()
    desk.qtbot.keyClick(question.number, Qt.Key.Key_Return)
    desk.settle()
    assert window.model.counts[JobState.DONE] == 1


def test_the_age_dialog_asks_for_at_least_one_kind(desk):
    window = desk.open()
    desk.add("old.pdf", "words")
    question = window.delete_commands.ask_older()
    for tick in question.ticks.values():
        tick.setChecked(False)
    desk.wait(lambda: question.count.text() == "Choose at least one kind.")
    assert not question.accept_button.isEnabled()
    question.unit.setCurrentIndex(1)
    assert question.age == timedelta(days=7)
    question.reject()


def test_everything_goes_after_one_question(desk):
    window = desk.open()
    rows = [desk.add("one.pdf", "a", "b"), desk.add("two.pdf", "c")]
    desk.settle()
    trigger(desk, window.actions_.delete_everything)
    question = window.findChild(EverythingQuestion)
    desk.wait(lambda: QApplication.focusWidget() is question.cancel_button)
    assert question.cancel_button.isDefault()
    desk.qtbot.mouseClick(question.accept_button, Qt.MouseButton.LeftButton)
    desk.wait(lambda: window.model.alive == 0)
    assert {row.job.delete_reason for row in rows} == {DeleteReason.EVERYTHING}
    assert state(desk, rows[0]) == "Deleted by you, with everything else"


def test_enter_at_the_question_destroys_nothing(desk):
    window = desk.open()
    desk.add("one.pdf", "a")
    question = window.delete_commands.ask_everything()
    desk.wait(lambda: QApplication.focusWidget() is question.cancel_button)
    with desk.qtbot.waitSignal(question.rejected):
        desk.qtbot.keyClick(question.cancel_button, Qt.Key.Key_Return)
    desk.settle()
    assert window.model.alive == 1


# --- one by one, by keyboard ---------------------------------------------------------


def test_all_levels_are_reached_by_keyboard(desk):
    window = desk.open()
    row = desk.add("letter.pdf", "stays here")
    choose(desk, row)
    button = window.toolbar.delete_menu_button
    button.setFocus()
    menu = button.menu()
    seen = []

    def walk():
        seen.append(menu.isVisible())
        desk.qtbot.keyClick(menu, Qt.Key.Key_Down)
        desk.qtbot.keyClick(menu, Qt.Key.Key_Down)
        desk.qtbot.keyClick(menu, Qt.Key.Key_Return)

    menu.aboutToShow.connect(lambda: QTimer.singleShot(50, walk))
    desk.qtbot.keyClick(button, Qt.Key.Key_Space)
    desk.wait(lambda: state(desk, row) == "1 page · text only")
    assert seen == [True]


def test_the_context_menu_offers_the_levels(desk):
    window = desk.open()
    row = desk.add("letter.pdf", "words")
    choose(desk, row)
    window.commands.open_menu(window.jobs.mapToGlobal(window.jobs.rect().center()))
    menu = next(one for one in window.findChildren(QMenu) if one.isVisible())
    texts = [action.text() for action in menu.actions() if action.isEnabled()]
    assert texts[-3:] == [
        "Delete",
        "Delete document and images, keep the text",
        "Delete the text, keep the document",
    ]
    menu.close()


# --- half a success ------------------------------------------------------------------


def test_what_could_not_be_deleted_is_named_with_its_reason(desk):
    window = desk.open()
    window.add_paths([desk.file(f"{n}.pdf", "words") for n in range(3)])
    desk.wait(lambda: window.model.counts[JobState.DONE] == 3)
    rows = [desk.row(f"{n}.pdf") for n in range(3)]
    purge = desk.house.vault.purge
    bad = rows[1].job.job_id

    def purge_all_but_one(ids, parts, reason, now):
        if bad in ids:
            raise DiskFull
        return purge(ids, parts, reason, now)

    desk.house.vault.purge = purge_all_but_one
    window.deleting.delete(rows)
    desk.wait(window.trouble.isVisible)

    assert window.trouble.text.startswith("1 of 3 documents could not be deleted. The disk is full")
    assert "2 documents deleted" in window.status.text
    assert not rows[1].leaving
    desk.wait(lambda: window.model.counts[JobState.DELETED] == 2)
    del desk.house.vault.purge
    desk.qtbot.mouseClick(window.trouble.offer_button, Qt.MouseButton.LeftButton)
    dialog = window.findChild(RefusalDialog)
    (line,) = dialog.lines.model().stringList()
    assert line.startswith("1.pdf\nThe disk is full.")
    assert dialog.windowTitle() == "Mayfly"
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Return)
    desk.wait(lambda: window.model.alive == 0)


def test_a_vault_that_refuses_shows_the_rows_again(desk):
    window = desk.open()
    row = desk.add("a.pdf", "words")

    def refuse(*_):
        raise VaultNotWritable

    desk.house.vault.purge = refuse
    window.deleting.delete([row])
    desk.wait(window.trouble.isVisible)
    assert window.trouble.text.startswith("The vault cannot be written.")
    assert not window.trouble.offer_button.isVisible()
    assert not row.leaving
    del desk.house.vault.purge


def test_deleting_twice_is_no_failure(desk):
    window = desk.open()
    row = desk.add("a.pdf", "words")
    desk.house.deletions.delete([row.job.job_id]).result()
    window.deleting.delete_jobs([row.job.job_id])
    desk.wait(lambda: "deleted before" in window.status.text)
    desk.wait(lambda: row.job.state is JobState.DELETED)
    assert not window.trouble.isVisible()


def test_one_page_s_picture_goes_and_the_rest_stays(desk):
    window = desk.open()
    row = desk.add("letter.pdf", "stays here", "second")
    desk.choose(row)
    desk.settle()
    desk.qtbot.mouseClick(window.pages.bar.delete_picture, Qt.MouseButton.LeftButton)
    assert window.pages.page is None
    desk.wait(lambda: window.pages.text.toPlainText() == "stays here")
    assert not window.pages.has_picture
    assert "page image has been destroyed" in window.pages.note.text
    assert "the document are still here" in window.pages.note.text
    assert window.status.text.endswith("Picture of the page deleted")
    assert not window.pages.bar.delete_picture.isEnabled()
    assert kept(desk, row) == (True, False)
    assert kept(desk, row, 2) == (True, True)
    desk.choose(row, number=2)
    assert window.pages.has_picture


def test_a_deleted_row_says_when_and_why(desk):
    window = desk.open()
    row = desk.add("a.pdf", "words")
    window.deleting.delete([row])
    desk.wait(lambda: row.job.state is JobState.DELETED)
    tip = window.model.index_of(row).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.startswith("Deleted: ")
    assert "\nDeleted by you\n1 page\n" in tip
    assert "a.pdf" not in tip
    window.jobs.choose(row)
    assert "Deleted by you. Nothing of it is left." in window.pages.note.text
