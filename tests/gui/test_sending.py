"""Sending pictures: what is added next, what is here already, and what the rows say of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu

from mayfly.domain.destinations import UploadState
from mayfly.domain.retention import RetentionRule
from mayfly.services.intake import Wish
from mayfly.ui.remove_question import RemoveQuestion
from tests.gui.fake_storage import MINIO, SINCE, destination, upload
from tests.gui.seen import all_texts
from tests.gui.storage_desk import known, sent, window_desk  # noqa: F401 - a fixture
from tests.gui.test_accessibility import nameless

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(window_desk):  # noqa: F811
    return window_desk


def verified(desk, name="Archive", **more):
    return destination(name, verified_at=desk.house.clock.now(), **more)


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def pick(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()


def send_menu(desk, *rows) -> QMenu:
    desk.window.jobs.choose_all(list(rows))
    menu = QMenu(desk.window)
    desk.own.commands.fill(menu)
    return menu


def test_without_a_destination_there_is_no_picker(desk):
    assert desk.own.button.isHidden() and desk.own.chip.isHidden()
    assert desk.keeper.wish().destination_id is None


def test_what_is_added_next_goes_where_it_was_chosen_to(desk):
    one = verified(desk)
    known(desk, one)
    button = desk.own.button
    assert button.isVisible() and button.text() == "Send to: nobody"
    button.fill()
    pick(button.menu(), "Archive")
    assert button.text() == "Send to: Archive"
    wish: Wish = desk.keeper.wish()
    assert wish.destination_id == one.destination_id
    button.fill()
    pick(button.menu(), "Nobody")
    assert desk.keeper.wish().destination_id is None


def test_a_source_that_is_not_kept_sends_nothing_and_it_says_why(desk):
    one = verified(desk)
    known(desk, one)
    desk.keeper.choose_destination(one.destination_id)
    desk.keeper.keep(RetentionRule(0, 24))
    button = desk.own.button
    assert desk.keeper.wish().destination_id is None
    assert button.text() == "Send to: nobody"
    assert "deleted once it is read" in button.toolTip()
    button.fill()
    assert "deleted once it is read" in " ".join(texts(button.menu()))
    action = next(one for one in button.menu().actions() if one.text() == "Archive")
    assert not action.isEnabled()
    desk.keeper.keep(RetentionRule(24, 24))
    assert desk.keeper.wish().destination_id == one.destination_id


def test_a_destination_in_question_is_chosen_no_more(desk):
    one = verified(desk)
    known(desk, one)
    desk.keeper.choose_destination(one.destination_id)
    desk.storage.destinations.put(replace(one, verified_at=None, error_code="secret_wrong"))
    desk.wait(lambda: desk.keeper.send_to is None)
    assert "has to be verified again" in desk.window.trouble.text
    desk.own.button.fill()
    asked = []
    desk.own.button.verify_wanted.connect(asked.append)
    pick(desk.own.button.menu(), "Archive (verify first…)")
    assert [one.name for one in asked] == ["Archive"]


def test_documents_that_are_here_are_sent_from_their_menu(desk):
    row = desk.add("letter.pdf", "words")
    one, other = verified(desk), destination("Cellar & Co", MINIO)
    known(desk, one, other)
    menu = send_menu(desk, row)
    assert texts(menu) == ["Archive", "Cellar && Co (verify first…)"]
    pick(menu, "Archive")
    asked = desk.storage.uploads.asked
    desk.wait(lambda: ("send_jobs", (row.job.job_id,), one.destination_id) in asked)
    desk.wait(lambda: "Pictures of 1 document are sent to Archive" in desk.window.status.text)


def test_one_that_is_not_verified_is_verified_first(desk):
    row = desk.add("letter.pdf", "words")
    known(desk, destination("Cellar", MINIO))
    pick(send_menu(desk, row), "Cellar (verify first…)")
    desk.wait(lambda: bool(desk.own.watch.usable()))
    assert texts(send_menu(desk, row)) == ["Cellar"]
    QApplication.activeModalWidget().close()


def test_without_any_it_leads_to_the_settings(desk):
    row = desk.add("letter.pdf", "words")
    menu = send_menu(desk, row)
    with desk.qtbot.waitSignal(desk.own.settings_wanted):
        pick(menu, "Set up own storage…")


def test_what_has_no_pictures_any_more_is_not_sent(desk):
    known(desk, verified(desk))
    row = desk.add("letter.pdf", "words")
    desk.window.deleting.delete_source([row])
    desk.wait(lambda: not row.job.source_present)
    menu = send_menu(desk, row)
    assert not menu.actions()[0].isEnabled()
    assert "no such is chosen" in texts(menu)[1]


def test_what_was_wished_of_documents_is_repeated_or_stopped_from_their_menu(desk):
    row = desk.add("letter.pdf", "words")
    one = verified(desk)
    known(desk, one)
    job = row.job.job_id
    assert "Try again" not in texts(send_menu(desk, row))
    sent(desk, upload(job, one.destination_id, 1, UploadState.FAILED, error_code="storage_refused"))
    menu = send_menu(desk, row)
    assert texts(menu) == ["Archive", "Try again", "Send nothing more of these"]
    pick(menu, "Try again")
    desk.wait(lambda: ("retry", (job,)) in desk.storage.uploads.asked)
    desk.wait(lambda: desk.own.watch.total(UploadState.WAITING) == 1)
    desk.wait(lambda: not desk.own.watch._waiting)
    menu = send_menu(desk, row)
    assert texts(menu) == ["Archive", "Send nothing more of these"]
    pick(menu, "Send nothing more of these")
    desk.wait(lambda: ("cancel", (job,)) in desk.storage.uploads.asked)


def test_a_long_name_is_cut_and_is_never_markup(desk):
    name = "<b>Bold</b> and much longer than any button has room for it"
    one = verified(desk, name)
    known(desk, one)
    desk.keeper.choose_destination(one.destination_id)
    button = desk.own.button
    assert button.text().endswith("…") and len(button.text()) < 45
    assert button.toolTip().startswith("<qt>Pictures") and "&lt;b&gt;" in button.toolTip()
    question = RemoveQuestion(one, {}, tr=str, parent=desk.window)
    assert question.heading.textFormat() is Qt.TextFormat.PlainText
    assert question.heading.sizeHint().width() < question.width()


def test_what_was_chosen_is_said_longer_than_what_buttons_are_for(desk):
    one = verified(desk)
    known(desk, one)
    desk.keeper.choose_destination(one.destination_id)
    toolbar, button = desk.window.toolbar, desk.own.button
    with_text = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    desk.window.resize(1_400, 600)
    desk.wait(lambda: toolbar._plain[0].toolButtonStyle() is with_text)
    width = 1_400
    while toolbar._plain[0].toolButtonStyle() is with_text:
        width -= 20
        desk.window.resize(width, 600)
        desk.qtbot.wait(1)
    assert button.toolButtonStyle() is with_text
    desk.window.resize(760, 600)
    desk.wait(lambda: toolbar.sizeHint().width() <= 760)


def test_the_keyboard_opens_the_same_menu(desk):
    row = desk.add("letter.pdf", "words")
    known(desk, verified(desk))
    desk.window.jobs.choose(row)
    desk.window.actions_.send.trigger()
    menu = QApplication.activePopupWidget()
    assert texts(menu) == ["Archive"] and menu.accessibleName() == "Send pictures to"
    menu.close()


def test_rows_say_quietly_how_much_is_sent(desk):
    row = desk.add("letter.pdf", "words")
    one = verified(desk)
    known(desk, one)
    job = row.job.job_id
    states = [UploadState.STORED, UploadState.WAITING, UploadState.FAILED]
    sent(desk, *(upload(job, one.destination_id, n + 1, s) for n, s in enumerate(states)))
    model = desk.window.model
    desk.wait(lambda: "1 of 3 pictures sent" in model.texts.second(row, model.now()))
    assert "1 of 3 pictures sent" in model.texts.spoken(row, model.now())
    sent(desk, *(upload(job, one.destination_id, n + 1, UploadState.STORED) for n in range(3)))
    desk.wait(lambda: "3 pictures sent" in model.texts.second(row, model.now()))


@pytest.mark.parametrize("goes", [True, False])
def test_deleting_says_what_becomes_of_what_was_sent(desk, goes):
    row = desk.add("letter.pdf", "words")
    one = verified(desk, delete_with_job=goes)
    known(desk, one)
    rows = [upload(row.job.job_id, one.destination_id, n, UploadState.STORED) for n in (1, 2)]
    sent(desk, *rows)
    wanted = (
        "2 pictures at “Archive” are deleted there, too"
        if goes
        else "2 pictures at “Archive” stay there"
    )
    question = desk.window.delete_commands.ask_everything()
    assert wanted in all_texts()
    question.reject()
    assert desk.own.fates_of([]) == []
    desk.window.deleting.delete([row])
    desk.wait(lambda: f"1 document deleted · {wanted}" in desk.window.status.text)


def test_counting_old_documents_says_it_too(desk):
    row = desk.add("letter.pdf", "words")
    one = verified(desk)
    known(desk, one)
    sent(desk, upload(row.job.job_id, one.destination_id, 1, UploadState.STORED))
    desk.house.clock.advance(hours=3)
    question = desk.window.delete_commands.ask_older()
    question.unit.setCurrentIndex(0)
    question.number.setValue(1)
    desk.wait(question.elsewhere.isVisible)
    assert question.elsewhere.text() == "1 picture at “Archive” is deleted there, too"
    question.reject()


def test_locking_drops_every_name_at_once(desk):
    known(desk, verified(desk, "Zebracanary"))
    desk.own.button.fill()
    pick(desk.own.button.menu(), "Zebracanary")
    desk.window.pages.images.send_button.menu().aboutToShow.emit()
    desk.own.uploads.come_forward()
    assert all_texts().count("Zebracanary") > 3
    desk.window.lock.keeper.lock()
    assert desk.own.watch.destinations == ()
    assert "Zebracanary" not in all_texts()
    desk.wait(lambda: desk.locking.locked)
    desk.window.lock.keeper.unlock()
    desk.wait(lambda: bool(desk.own.watch.destinations))
    desk.wait(lambda: desk.own.button.text() == "Send to: Zebracanary")


def test_every_control_has_a_name(desk):
    known(desk, verified(desk), destination("Cellar", MINIO, added_at=SINCE))
    assert nameless(desk.window) == []
