"""Locking on the real parts: real vault, real passphrase, the real command in another process."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from PySide6.QtCore import Qt

from mayfly.domain.states import JobState
from mayfly.ui.passphrase_dialog import PassphraseDialog
from tests.conftest import ROOT
from tests.gui.seen import all_texts
from tests.gui.sessions import PASSPHRASE, end

SOON_S = 0.5

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def command(home, *arguments: str) -> subprocess.Popen:
    """Start the real command on the same vault."""
    return subprocess.Popen(
        [sys.executable, "-m", "mayfly", *arguments],
        cwd=ROOT,
        env={**os.environ, "MAYFLY_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def is_locked(session) -> bool:
    return session._mayfly.locking.is_locked().result(timeout=10)


def unlock(qtbot, window) -> None:
    screen = window.lock.screen
    qtbot.waitUntil(screen.field.isVisible, timeout=10_000)
    qtbot.keyClicks(screen.field, PASSPHRASE)
    qtbot.keyClick(screen.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not window.lock.keeper.is_covered, timeout=20_000)


def test_the_window_locks_and_opens_again_with_the_passphrase(qtbot, opened):
    window = opened.window
    window.actions_.lock.trigger()
    assert "Harbour Street" not in all_texts()
    qtbot.waitUntil(lambda: is_locked(opened), timeout=10_000)
    screen = window.lock.screen
    qtbot.waitUntil(screen.field.isVisible, timeout=10_000)
    qtbot.keyClicks(screen.field, "not these words")
    qtbot.keyClick(screen.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "does not open" in screen.trouble.text(), timeout=20_000)
    assert is_locked(opened)

    unlock(qtbot, window)
    assert not is_locked(opened)
    qtbot.waitUntil(lambda: window.pages.page is not None, timeout=20_000)
    assert "Harbour Street" in window.pages.text.toPlainText()


def test_a_command_locks_the_window_within_a_fraction_of_a_second(qtbot, opened, home):
    window = opened.window
    process = command(home, "lock")
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=20_000)
    ended_s = time.monotonic()
    assert process.returncode == 0
    qtbot.waitUntil(lambda: window.lock.keeper.is_covered, timeout=10_000)
    assert time.monotonic() - ended_s < SOON_S
    assert "Harbour Street" not in all_texts()
    qtbot.waitUntil(lambda: is_locked(opened), timeout=10_000)

    unlock(qtbot, window)
    qtbot.waitUntil(lambda: window.pages.page is not None, timeout=20_000)


def test_a_start_on_a_locked_vault_asks_and_then_shows(qtbot, opened, session_of):
    opened.window.actions_.lock.trigger()
    qtbot.waitUntil(lambda: is_locked(opened), timeout=10_000)
    end(qtbot, opened)

    later = session_of()
    later.start()
    qtbot.waitUntil(lambda: isinstance(later.unlocking.shown, PassphraseDialog), timeout=20_000)
    assert later.window is None
    dialog = later.unlocking.shown
    qtbot.keyClicks(dialog.first, PASSPHRASE)
    qtbot.keyClick(dialog.first, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: later.window is not None, timeout=20_000)
    counts = later.window.model.counts
    qtbot.waitUntil(lambda: counts[JobState.DONE] == 1, timeout=20_000)
    assert not later.window.lock.keeper.is_covered
