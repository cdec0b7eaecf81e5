"""The icon that stays: closing puts the window away, the icon brings it back, names stay out."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMessageBox, QSystemTrayIcon

from mayfly.domain.events import LockChanged, Purged
from mayfly.ui.tray import Tray

# What the offscreen platform lacks is no fault of the icon; real desktops have it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "No such signal QPlatform")

_CONTEXT = QSystemTrayIcon.ActivationReason.Context
_TRIGGER = QSystemTrayIcon.ActivationReason.Trigger


@pytest.fixture
def window(desk):
    return desk.open()


@pytest.fixture
def tray(desk, window):
    made = Tray(
        window,
        preferences=desk.keeper,
        courier=desk.courier,
        icon=desk.icons.app_icon(),
        tr=str,
    )
    yield made
    made.take_down()
    window.leaving.leave()


def press(window, text):
    box = window.findChild(QMessageBox)
    next(button for button in box.buttons() if button.text() == text).click()


def test_the_first_close_asks_and_the_answer_is_kept(desk, window, tray):
    window.close()
    window.close()
    assert len(window.findChildren(QMessageBox)) == 1
    assert window.isVisible()

    press(window, "Keep running")

    assert not window.isVisible()
    assert desk.keeper.now.closing == "stay"
    tray.icon.activated.emit(_TRIGGER)
    assert window.isVisible()
    window.close()
    assert not window.isVisible()
    assert desk.keeper.now.closing == "stay"


def test_the_first_close_may_end_the_program(desk, qtbot, window, tray):
    window.close()
    with qtbot.waitSignal(window.closing):
        press(window, "Quit")

    assert desk.keeper.now.closing == "quit"


def test_the_question_can_be_put_off(desk, window, tray):
    window.close()
    press(window, "Cancel")
    desk.wait(lambda: not window.findChildren(QMessageBox))

    assert window.isVisible()
    assert desk.keeper.now.closing == "ask"
    window.close()
    assert len(window.findChildren(QMessageBox)) == 1


def test_quitting_is_no_closing(desk, qtbot, window, tray):
    desk.keeper.change(closing="stay")

    with qtbot.waitSignal(window.closing):
        window.actions_.quit.trigger()


def test_the_menu_of_the_icon_shows_and_quits(desk, qtbot, window, tray):
    desk.keeper.change(closing="stay")
    window.close()
    show, quit_ = (one for one in tray.menu.actions() if not one.isSeparator())

    tray.icon.activated.emit(_CONTEXT)
    assert not window.isVisible()
    show.trigger()
    assert window.isVisible()
    with qtbot.waitSignal(window.closing):
        quit_.trigger()


def test_it_counts_and_never_names(desk, window, tray):
    window.add_paths([desk.file("secret-letter.pdf", "words")])
    desk.wait(lambda: tray.icon.toolTip() == "Mayfly: 1 document kept")

    desk.courier.event_arrived.emit(LockChanged(True))
    desk.wait(lambda: tray.icon.toolTip() == "Mayfly")


def test_a_purge_is_told_by_count_and_only_if_that_is_wished(desk, window, tray, monkeypatch):
    told = []
    monkeypatch.setattr(tray.icon, "showMessage", lambda *words: told.append(words[:2]))

    desk.courier.event_arrived.emit(Purged(3))
    desk.keeper.change(notify_purges=True)
    desk.courier.event_arrived.emit(Purged(3))

    assert told == [("Mayfly", "3 documents, or parts of them, were destroyed at their end.")]
