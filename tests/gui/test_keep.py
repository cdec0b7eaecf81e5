"""How long documents are kept: chosen before they are added, and changed afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton
from shiboken6 import isValid

from mayfly.domain.errors import SourceGone
from mayfly.domain.handover import ResultTarget
from mayfly.domain.jobs import Part, Retained, RetainOutcome
from mayfly.domain.retention import RetentionRule, RuleChange
from mayfly.domain.states import JobState
from mayfly.ui import clipboard_handover
from mayfly.ui.copies import take_back_copies
from mayfly.ui.keep_dialog import KeepDialog
from mayfly.ui.keep_texts import choice_told, short_rule_text
from mayfly.ui.keeping import Kept
from mayfly.ui.refusals import RefusalDialog
from tests.gui.sessions import PASSPHRASE, SAMPLE
from tests.gui.test_accessibility import nameless

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def entries(desk):
    """Fill the menu of the button as opening it would; return its texts and actions."""
    menu = desk.window.keep.menu()
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if action.text()}


def entry(desk, start):
    return next(action for text, action in entries(desk).items() if text.startswith(start))


def open_dialog(desk, row) -> KeepDialog:
    desk.window.jobs.choose(row)
    desk.settle()
    desk.window.actions_.keep.trigger()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, KeepDialog)
    return dialog


# --- what is added next ------------------------------------------------------------------


def test_the_button_says_how_long_and_until_when(desk):
    window = desk.open()
    window.resize(1400, 800)
    desk.settle()
    assert window.keep.text() == "in 24 h · Tomorrow 09:30"
    window.resize(window.minimumSize())
    desk.settle()
    assert window.keep.text() == "24 h"
    buttons = window.toolbar.findChildren(QToolButton)
    adding = next(one for one in buttons if one.defaultAction() is window.actions_.add_files)
    assert adding.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly
    assert adding.accessibleName() == "Add files"
    for text in (window.keep.toolTip(), window.keep.accessibleDescription()):
        assert "in 24 h · Tomorrow 09:30" in text


def test_every_length_in_the_menu_has_its_moment(desk):
    desk.open()
    texts = [text for text in entries(desk) if "\t" in text]
    assert texts == [
        "At once, its text stays\twhen it was read",
        "in 1 h\tToday 10:30",
        "in 8 h\tToday 17:30",
        "in 24 h\tTomorrow 09:30",
        "in 3 d\t08/01/2026 09:30",
        "in 7 d\t12/01/2026 09:30",
    ]


def test_what_is_chosen_counts_for_the_next_document_and_for_both_parts(desk):
    desk.open()
    before = desk.add("before.pdf", "words")
    entry(desk, "in 8 h").trigger()
    after = desk.add("after.pdf", "words")
    assert before.job.rule == RetentionRule(24, 24, linked=True)
    assert after.job.rule == RetentionRule(8, 8, linked=True)
    assert after.job.source_delete_at == desk.house.clock.now() + timedelta(hours=8)
    desk.chores.submit(lambda: None).result(timeout=5)
    assert (desk.saved[-1].source_hours, desk.saved[-1].result_hours) == (8, 8)


def test_document_and_text_part_when_the_user_says_so(desk):
    desk.open()
    entry(desk, "The text goes together").trigger()
    texts = list(entries(desk))
    assert "Keep its text" in texts
    desk.window.keep._choose(Part.RESULT, 72)
    assert short_rule_text(str, desk.keeper.rule) == "24 h / text 3 d"
    row = desk.add("letter.pdf", "words")
    assert row.job.rule == RetentionRule(24, 72)
    entry(desk, "The text goes together").trigger()
    assert desk.keeper.rule == RetentionRule(24, 24, linked=True)


def test_being_parted_is_kept_while_both_are_alike(desk):
    desk.open()
    entry(desk, "The text goes together").trigger()
    assert desk.keeper.wish().rule == RetentionRule(24, 24, linked=False)
    assert not entry(desk, "The text goes together").isChecked()


def test_a_document_that_goes_at_once_leaves_its_text(desk):
    desk.open()
    entry(desk, "At once").trigger()
    assert desk.keeper.rule == RetentionRule(0, 24)
    assert not entry(desk, "The text goes together").isEnabled()


def test_any_other_length_is_typed_with_its_unit(desk):
    desk.open()
    dialog = desk.window.keep_commands.ask_next()
    field = dialog.picker.source
    field.presets.setCurrentIndex(field.presets.findText("Other…"))
    field.unit.setCurrentIndex(field.unit.findText("days"))
    field.number.setValue(2)
    assert "in 2 d · " in dialog.picker.source_end.text()
    assert "in 2 d · " in dialog.picker.result_end.text()
    assert nameless(dialog) == []
    dialog.accept_button.click()
    assert desk.keeper.rule == RetentionRule(48, 48, linked=True)
    assert entry(desk, "in 2 d").isChecked()


def test_a_text_that_is_not_kept_goes_into_a_folder_first(desk, tmp_path):
    window = desk.open()
    target = tmp_path / "texts"
    target.mkdir()
    into = entry(desk, "Keep no text").menu()
    into.actions()[0].trigger()
    dialog = QApplication.activeModalWidget()
    dialog.filesSelected.emit([str(target)])
    dialog.close()
    assert desk.keeper.wish().target == ResultTarget(("txt",), target)
    assert desk.keeper.rule == RetentionRule(0, 0, linked=True)
    assert str(target) in window.keep.toolTip()
    assert "not kept" in window.empty._text.text()
    assert window.keep.text() in ("Into a folder", "Kept nowhere but in a folder")
    # The settings know no folder: at the next start texts are kept again.
    assert (desk.keeper.now.source_hours, desk.keeper.now.result_hours) == (24, 24)

    entry(desk, "in 8 h").trigger()
    assert desk.keeper.wish().target is None
    assert desk.keeper.rule == RetentionRule(8, 8, linked=True)


def test_leaving_the_folder_for_the_times_of_before_counts(desk, tmp_path):
    desk.open()
    desk.keeper.hand_over(RetentionRule(24, 0), ResultTarget(("txt",), tmp_path))
    assert short_rule_text(str, desk.keeper.rule) == "24 h / text At once"
    dialog = desk.window.keep_commands.ask_next()
    dialog.accept_button.click()
    assert desk.keeper.target is None and desk.keeper.rule == RetentionRule(24, 24)
    assert desk.window.keep.rule == desk.keeper.rule


def test_the_whole_program_hands_a_text_over_and_keeps_nothing(qtbot, session_of, tmp_path):
    target = tmp_path / "texts"
    target.mkdir()
    session = session_of()
    session._foundation.offer_passphrase(PASSPHRASE)
    session.start()
    qtbot.waitUntil(lambda: session.window is not None, timeout=20_000)
    window = session.window
    window._preferences.hand_over(RetentionRule(0, 0, linked=True), ResultTarget(("txt",), target))
    window.add_paths([SAMPLE])
    qtbot.waitUntil(lambda: window.model.counts[JobState.DELETED] == 1, timeout=60_000)
    (file,) = target.iterdir()
    assert "Harbour Street" in file.read_text(encoding="utf-8")


def test_texts_of_a_drop_go_to_the_clipboard_together(desk):
    window = desk.open()
    entry(desk, "Keep no text: to the clipboard").trigger()
    assert window.keep.text() == "To the clipboard"
    assert "clipboard" in window.keep.toolTip()
    window.add_paths([desk.file("a.pdf", "one"), desk.file("b.pdf", "two")])
    clipboard = QApplication.clipboard()
    desk.wait(lambda: clipboard.text() == "one\n\ntwo")
    desk.wait(lambda: window.model.counts[JobState.DELETED] == 2)
    # It outlives its documents, and goes with the window's other copies.
    assert clipboard.text() == "one\n\ntwo"
    assert "nowhere else" in window.status.text
    take_back_copies()
    assert clipboard.text() == ""


def test_a_text_that_the_clipboard_does_not_take_says_so(desk, monkeypatch):
    window = desk.open()
    monkeypatch.setattr(clipboard_handover, "copy_text", lambda *_: None)
    entry(desk, "Keep no text: to the clipboard").trigger()
    row = desk.add("a.pdf", "one")
    desk.wait(lambda: row.job.error_code == "not_handed_over")
    assert row.job.result_present
    assert row.job.result_delete_at == desk.house.clock.now() + timedelta(hours=1)
    assert window.model.counts[JobState.DELETED] == 0


# --- what is here ------------------------------------------------------------------------


def test_a_job_is_kept_longer_from_its_menu(desk):
    desk.open()
    row = desk.add("letter.pdf", "words")
    dialog = open_dialog(desk, row)
    assert dialog.picker.source_end.text() == "in 24 h · Tomorrow 09:30"
    assert not dialog.accept_button.isEnabled()
    field = dialog.picker.source.presets
    field.setCurrentIndex(field.findText("3 d"))
    assert dialog.picker.result_end.text() == "in 3 d · 08/01/2026 09:30"
    assert nameless(dialog) == []
    dialog.accept_button.click()
    desk.wait(lambda: row.job.rule == RetentionRule(72, 72, linked=True))
    end = desk.house.clock.now() + timedelta(hours=72)
    assert (row.job.source_delete_at, row.job.result_delete_at) == (end, end)
    desk.wait(lambda: "in 3 d · 08/01/2026 09:30" in desk.window.status.text)


def test_a_moment_that_has_passed_is_told_before_it_destroys(desk):
    desk.open()
    row = desk.add("letter.pdf", "words")
    desk.house.clock.advance(hours=2)
    dialog = open_dialog(desk, row)
    field = dialog.picker.source.presets
    field.setCurrentIndex(field.findText("1 h"))
    assert "passed" in dialog.picker.source_end.text()
    assert dialog.accept_button.text() == "Destroy at once"
    assert dialog.cancel_button.isDefault()
    dialog.accept_button.click()
    desk.wait(lambda: row.job.name is None)


def test_a_document_goes_at_once_and_its_text_stays(desk):
    desk.open()
    row = desk.add("letter.pdf", "words")
    dialog = open_dialog(desk, row)
    dialog.picker.source.presets.setCurrentIndex(0)
    assert not dialog.picker.linked.isChecked()
    assert dialog.picker.change == RuleChange(0, 24, linked=False)
    dialog.accept_button.click()
    desk.wait(lambda: not row.job.source_present)
    assert row.job.result_present


def test_a_batch_with_different_times_is_left_as_it_is_where_nothing_is_chosen(desk):
    desk.open()
    desk.window.add_paths([desk.file("a.pdf", "one"), desk.file("b.pdf", "two")])
    desk.wait(lambda: desk.window.model.counts[JobState.DONE] == 2)
    first, second = desk.row("a.pdf"), desk.row("b.pdf")
    desk.window.keep_commands.keeping.change([first], RuleChange(source_hours=8))
    desk.wait(lambda: first.job.rule.source_hours == 8)
    dialog = open_dialog(desk, first.batch)
    assert dialog.picker.source.presets.currentText() == "As they are"
    assert dialog.picker.source_end.text().startswith("between in 8 h")
    dialog.picker.linked.setChecked(False)
    box = dialog.picker.result.presets
    box.setCurrentIndex(box.findText("7 d"))
    dialog.accept_button.click()
    desk.wait(lambda: second.job.rule == RetentionRule(24, 168))
    desk.wait(lambda: first.job.rule == RetentionRule(8, 168))
    desk.wait(lambda: "2 documents are kept so" in desk.window.status.text)


def test_half_a_success_is_told_for_each_document(desk):
    window = desk.open()
    window.add_paths([desk.file("a.pdf", "one"), desk.file("b.pdf", "two")])
    desk.wait(lambda: window.model.counts[JobState.DONE] == 2)
    first, second = desk.row("a.pdf"), desk.row("b.pdf")
    # The text of the first stays, its document is gone: that alone cannot be kept longer.
    window.deleting.delete_source([first])
    desk.wait(lambda: not first.job.source_present)
    window.keep_commands.keeping.change([first, second], RuleChange(source_hours=72, linked=False))
    desk.wait(lambda: second.job.rule.source_hours == 72)
    desk.wait(lambda: "1 of 2 documents could not be changed" in window.trouble.text)
    assert str(SourceGone().text) in window.trouble.text
    window.trouble.offer_button.click()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, RefusalDialog)
    assert "a.pdf" in dialog.lines.model().index(0, 0).data()
    assert nameless(dialog) == []
    dialog.reject()


def test_what_was_gone_before_is_told_too(desk):
    window = desk.open()
    row = desk.add("letter.pdf", "words")
    settled = []
    window.keep_commands.keeping.settled.connect(settled.append)
    job_id = row.job.job_id
    desk.house.deletions.delete([job_id]).result()
    window.keep_commands.keeping.change([row], RuleChange(source_hours=72))
    desk.wait(lambda: bool(settled))
    assert settled[0].changed == () and len(settled[0].refused) == 1
    assert settled == [Kept((), settled[0].refused)]


def test_the_key_opens_it_and_nothing_chosen_opens_nothing(desk):
    window = desk.open()
    assert window.keep_commands.ask_chosen() is None
    row = desk.add("letter.pdf", "words")
    window.jobs.choose(row)
    desk.settle()
    desk.qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, KeepDialog)
    dialog.reject()


def test_what_is_not_read_yet_has_no_moment(desk):
    desk.open(reading=False)
    row = desk.add("letter.pdf", "words", until=JobState.QUEUED)
    now = desk.house.clock.now()
    told = choice_told(str, [row.job], Part.SOURCE, 8, now)
    assert told.text == "8 h after reading; if that were now: in 8 h · Today 17:30"
    assert told.going == 0
    desk.window.keep_commands.keeping.change([row], RuleChange(source_hours=8))
    desk.wait(lambda: row.job.rule.source_hours == 8)
    desk.wait(lambda: "counted from when" in desk.window.status.text)


def test_an_answer_for_a_job_nobody_shows_is_no_failure(desk):
    window = desk.open()
    answer = Retained("0" * 32, RetainOutcome.NO_SUCH_JOB)
    window.keep_commands.keeping._take(_round(), [answer])


def _round():
    from mayfly.ui.keeping import _Round

    return _Round(1, {})


def test_a_closed_question_keeps_no_document(desk):
    window = desk.open()
    row = desk.add("letter.pdf", "words")
    dialog = window.keep_commands.ask([row])
    dialog.reject()
    desk.wait(lambda: not isValid(dialog))
    assert window.findChildren(KeepDialog) == []
