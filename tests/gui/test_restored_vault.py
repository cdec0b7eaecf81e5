"""Yesterday's vault file beside today's key: told in plain words, and a way on; real parts."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from mayfly.domain.states import JobState
from mayfly.ui.unlock_windows import FreshQuestion, UnlockTrouble
from tests.conftest import ROOT

SAMPLE = ROOT / "resources" / "sample" / "welcome.pdf"

# What the offscreen platform cannot do is no fault of the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def opened(qtbot, session):
    session._foundation.offer_passphrase("a passphrase for a test")
    session.start()
    qtbot.waitUntil(lambda: session.window is not None, timeout=20_000)
    return session.window


def end(qtbot, session):
    with qtbot.waitSignal(session.ended, timeout=20_000):
        session.end()


def test_a_copy_from_before_a_deletion_opens_nothing_and_gives_way_to_a_fresh_vault(
    qtbot, session_of, home, tmp_path
):
    first = session_of([SAMPLE])
    window = opened(qtbot, first)
    qtbot.waitUntil(lambda: window.model.alive == 1, timeout=20_000)
    end(qtbot, first)
    shutil.copytree(home / "data", tmp_path / "yesterday")

    second = session_of()
    window = opened(qtbot, second)
    qtbot.waitUntil(lambda: window.model.alive == 1, timeout=20_000)
    window.deleting.delete_everything()
    qtbot.waitUntil(lambda: window.model.counts[JobState.DELETED] == 1, timeout=20_000)
    end(qtbot, second)
    shutil.rmtree(home / "data")
    shutil.copytree(tmp_path / "yesterday", home / "data")

    third = session_of()
    third._foundation.offer_passphrase("a passphrase for a test")
    third.start()
    qtbot.waitUntil(lambda: isinstance(third.unlocking.shown, UnlockTrouble), timeout=20_000)
    trouble = third.unlocking.shown
    said = " ".join(label.text() for label in trouble.findChildren(QLabel))
    assert "older copy, from a backup or a synced folder" in said
    assert third.window is None

    qtbot.mouseClick(trouble.fresh_button, Qt.MouseButton.LeftButton)
    question = trouble.findChild(FreshQuestion)
    qtbot.mouseClick(question.accept_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: third.window is not None, timeout=20_000)
    assert third.window.model.alive == 0
