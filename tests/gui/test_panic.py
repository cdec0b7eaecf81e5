"""Panic: asks as the user set it, empties the window, and says what is true."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from mayfly.domain.errors import VaultNotWritable
from mayfly.domain.events import LockChanged, VaultGone
from mayfly.domain.panic import KeyringFate, PanicReport
from mayfly.ui.input_watch import InputWatch
from mayfly.ui.panic import Panic
from tests.gui.seen import all_texts, kept_in_memory

GONE = PanicReport(True, True, KeyringFate.REMOVED, ended=0, left=())

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
_THREE = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.ShiftModifier
)


class Destroyer:
    """Stands for the foundation's panic; the test says when and how it ends."""

    def __init__(self) -> None:
        self.asked: list[Future] = []

    def __call__(self) -> Future:
        self.asked.append(Future())
        return self.asked[-1]


@pytest.fixture
def destroyer():
    return Destroyer()


@pytest.fixture
def panic(desk, destroyer):
    window = desk.open()
    panic = Panic(
        window,
        window.lock.curtain,
        window.gone,
        destroy=destroyer,
        asks=lambda: desk.keeper.now.panic_asks,
        courier=desk.courier,
        tr=str,
    )
    window.actions_.panic.triggered.connect(panic.press)
    desk.choose(desk.add("zebracanary.pdf", "okapicanary"))
    return panic


def test_it_asks_and_cancel_is_the_default(desk, panic, destroyer):
    desk.window.actions_.panic.trigger()
    desk.wait(lambda: panic.question is not None and panic.question.isVisible())
    assert "The key of the vault, first and at once" in all_texts()
    panic.press()
    assert panic.question.cancel_button.isDefault()
    desk.qtbot.keyClick(panic.question, Qt.Key.Key_Return)
    desk.wait(lambda: panic.question is None)
    assert destroyer.asked == [] and not panic.begun
    assert "zebracanary" in all_texts()


def test_yes_empties_the_window_at_once_and_says_when_it_is_done(desk, panic, destroyer):
    job_ids = set(desk.window.model._rows)
    panic.press()
    desk.qtbot.mouseClick(panic.question.accept_button, Qt.MouseButton.LeftButton)
    assert len(destroyer.asked) == 1
    assert "canary" not in all_texts()
    assert "Destroying everything" in desk.window.gone.title.text()
    assert not desk.window.gone.quit_button.isVisible()
    # An answer may have been on its way; it is dropped as soon as it comes.
    desk.wait(lambda: kept_in_memory(job_ids) == [])

    destroyer.asked[0].set_result(GONE)
    desk.wait(lambda: desk.window.gone.title.text() == "Everything was destroyed")
    assert desk.window.gone.fresh_button.isVisible()
    assert desk.window.focusWidget() is desk.window.gone.quit_button
    assert "cannot be decrypted" in desk.window.gone.text.text()


def test_it_does_not_ask_when_that_was_set(desk, panic, destroyer):
    desk.keeper.change(panic_asks=False)
    panic.press()
    assert len(destroyer.asked) == 1 and panic.question is None
    panic.press()
    assert len(destroyer.asked) == 1


def test_its_keys_work_behind_a_dialog_and_while_locked(desk, panic, destroyer, qapp):
    watch = InputWatch(qapp, desk.window)
    watch.panic_pressed.connect(panic.press)
    dialog = QDialog(desk.window)
    desk.qtbot.addWidget(dialog)
    dialog.open()
    desk.wait(lambda: QApplication.focusWindow() is dialog.windowHandle())
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_P, _THREE)
    desk.wait(lambda: panic.question is not None)
    assert panic.question.parentWidget() is dialog
    dialog.close()
    panic.question.close()
    desk.wait(lambda: panic.question is None)

    desk.window.lock.keeper.lock()
    desk.wait(lambda: desk.locking.locked)
    desk.keeper.change(panic_asks=False)
    desk.window.activateWindow()
    desk.wait(lambda: QApplication.focusWindow() is desk.window.windowHandle())
    QTest.keyClick(desk.window.windowHandle(), Qt.Key.Key_P, _THREE)
    assert len(destroyer.asked) == 1
    assert desk.window.gone.isVisible()


def test_what_did_not_work_is_told_and_can_be_tried_again(desk, panic, destroyer):
    desk.keeper.change(panic_asks=False)
    panic.press()
    destroyer.asked[0].set_exception(VaultNotWritable())
    gone = desk.window.gone
    desk.wait(lambda: gone.title.text() == "Not everything was destroyed")
    assert "cannot be written" in gone.text.text() and not gone.fresh_button.isVisible()
    gone.again_button.click()
    destroyer.asked[1].set_result(GONE)
    desk.wait(lambda: gone.title.text() == "Everything was destroyed")


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (replace(GONE, keyring=KeyringFate.NOT_REACHED), "The keyring did not answer"),
        (replace(GONE, left=("vault.db",)), "1 file could not be removed"),
    ],
)
def test_what_is_left_is_told(desk, panic, destroyer, report, said):
    desk.keeper.change(panic_asks=False)
    panic.press()
    destroyer.asked[0].set_result(report)
    desk.wait(desk.window.gone.fresh_button.isVisible)
    assert said in desk.window.gone.text.text()
    assert "Everything was destroyed" in desk.window.gone.title.text()


def test_a_key_that_is_still_there_is_never_called_destroyed(desk, panic, destroyer):
    desk.keeper.change(panic_asks=False)
    panic.press()
    destroyer.asked[0].set_result(replace(GONE, key_destroyed=False))
    desk.wait(desk.window.gone.again_button.isVisible)
    assert desk.window.gone.title.text() == "Not everything was destroyed"


def test_another_process_destroyed_the_vault(desk, panic, destroyer):
    told = []
    panic.gone.connect(lambda: told.append(True))
    desk.house.bus.publish(VaultGone())
    desk.wait(lambda: told == [True])
    assert desk.window.gone.isVisible() and "canary" not in all_texts()
    assert destroyer.asked == []


def test_nothing_takes_the_place_of_the_end(desk, panic, destroyer):
    desk.house.bus.publish(VaultGone())
    desk.wait(desk.window.gone.isVisible)
    for locked in (True, False):
        desk.locking.locked = locked
        desk.house.bus.publish(LockChanged(locked))
        desk.settle()
        assert desk.window.gone.isVisible() and not desk.window.jobs.isVisible()
