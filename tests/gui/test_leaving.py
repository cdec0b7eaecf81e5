"""Closing the window never leaves documents of a drop out in silence."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtWidgets import QMessageBox

# What the offscreen platform cannot do is no fault of the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def coming(desk):
    """A window with a drop that is still being taken in, and what lets it finish."""
    gate, take = threading.Event(), desk.house.intake._take
    desk.house.intake._take = lambda *given: (gate.wait(20), take(*given))[1]
    window = desk.open()
    window.add_paths([desk.file("a.pdf", "words")])
    yield window, gate
    gate.set()


def press(window, text):
    box = window.findChild(QMessageBox)
    assert "still being added" in box.text()
    next(button for button in box.buttons() if button.text() == text).click()


def test_it_stays_open_unless_the_user_insists(desk, coming):
    window, _ = coming
    window.close()
    window.close()
    assert len(window.findChildren(QMessageBox)) == 1
    assert window.findChild(QMessageBox).defaultButton().text() == "Keep open"
    press(window, "Keep open")
    desk.wait(lambda: not window.findChildren(QMessageBox))
    assert window.isVisible()
    window.close()
    press(window, "Close")
    assert not window.isVisible()


def test_it_closes_at_once_when_all_is_in(desk, coming):
    window, gate = coming
    gate.set()
    desk.wait(lambda: not window.arrivals.busy)
    window.close()
    assert not window.isVisible()


def test_a_signal_is_not_answered_by_a_question(coming):
    window, _ = coming
    window.leaving.leave()
    assert not window.isVisible()
