"""Panic from the window on a real vault: the key first, then everything, and a fresh start."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from mayfly.bootstrap import Foundation
from mayfly.domain.states import JobState
from mayfly.ui.panic import PanicQuestion
from mayfly.ui.passphrase_dialog import PassphraseDialog
from mayfly.ui.unlock_windows import SmallWindow
from tests.gui.seen import all_texts
from tests.gui.sessions import PASSPHRASE
from tests.gui.test_panic import _THREE

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_the_keys_destroy_the_vault_in_under_a_second_and_a_new_one_begins(qtbot, opened, home):
    window = opened.window
    vault, shard = home / "data" / "vault.db", home / "state" / "shard"
    before = shard.read_bytes()
    opened._keeper.change(result_hours=7)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_P, _THREE)
    (question,) = [one for one in window.children() if type(one).__name__ == "PanicQuestion"]
    began_s = time.monotonic()
    question.accept_button.click()
    assert "Harbour Street" not in all_texts()
    qtbot.waitUntil(lambda: not shard.exists() or shard.read_bytes() != before, timeout=5_000)
    assert time.monotonic() - began_s < 1
    qtbot.waitUntil(window.gone.fresh_button.isVisible, timeout=20_000)
    assert not vault.exists() and not shard.exists()

    opened._foundation.offer_passphrase("")
    window.gone.fresh_button.click()
    qtbot.waitUntil(lambda: isinstance(opened.unlocking.shown, PassphraseDialog), timeout=20_000)
    dialog = opened.unlocking.shown
    for field in (dialog.first, dialog.second):
        qtbot.keyClicks(field, PASSPHRASE)
    qtbot.keyClick(dialog.second, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.window is not None, timeout=20_000)
    assert opened.window is not window
    qtbot.waitUntil(lambda: not opened.window.feed._first, timeout=20_000)
    assert sum(opened.window.model.counts[state] for state in JobState) == 0
    assert opened.window.empty.isVisible()
    # Settings stay, in the window as in the file.
    assert opened._keeper.now.result_hours == 7
    assert opened._foundation.preferences().result_hours == 7


def test_the_window_can_be_left_after_it(qtbot, opened):
    opened.window.actions_.panic.trigger()
    (question,) = [one for one in opened.window.children() if type(one).__name__ == "PanicQuestion"]
    question.accept_button.click()
    qtbot.waitUntil(opened.window.gone.quit_button.isVisible, timeout=20_000)
    with qtbot.waitSignal(opened.ended, timeout=20_000) as ended:
        opened.window.gone.quit_button.click()
    assert ended.args == [0]


@pytest.mark.parametrize("asks", [True, False])
def test_it_works_while_mayfly_still_asks_to_unlock(qtbot, opened, session_of, home, asks):
    opened.window.lock.keeper.lock()
    qtbot.waitUntil(lambda: opened._mayfly.locking.is_locked().result(), timeout=10_000)
    with qtbot.waitSignal(opened.ended, timeout=20_000):
        opened.end()
    foundation = Foundation(home)
    foundation.save_preferences(replace(foundation.preferences(), panic_asks=asks))

    later = session_of()
    later.start()
    qtbot.waitUntil(lambda: isinstance(later.unlocking.shown, PassphraseDialog), timeout=20_000)
    dialog = later.unlocking.shown
    qtbot.waitUntil(lambda: QApplication.focusWindow() is dialog.windowHandle(), timeout=5_000)
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_P, _THREE)
    if asks:
        assert isinstance(later.early_panic.shown, PanicQuestion)
        assert (home / "data" / "vault.db").exists()
        later.early_panic.shown.accept_button.click()
    qtbot.waitUntil(lambda: isinstance(later.early_panic.shown, SmallWindow), timeout=20_000)
    assert "Everything was destroyed" in all_texts()
    assert not (home / "data" / "vault.db").exists()
    with qtbot.waitSignal(later.ended, timeout=20_000):
        later.early_panic.shown.quit_button.click()
