"""A window in memory only says so, and the menu opens one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QLabel

from mayfly.ui.memory_mark import mark_memory_window, offer_memory_window


def test_the_window_says_so_in_its_title_and_at_its_foot(desk):
    mark_memory_window(desk.window, str)
    assert desk.window.windowTitle() == "Mayfly – in memory only"
    mark = desk.window.status.findChild(QLabel, "memoryMark")
    assert mark.text() == "In memory only"
    assert "Closing it is the deletion" in mark.accessibleDescription()


def test_the_menu_starts_another_program_that_is_in_memory(desk, monkeypatch):
    started = []
    monkeypatch.setattr(QProcess, "startDetached", lambda *words: started.append(words))
    offer_memory_window(desk.window, possible=True)
    desk.window.actions_.memory_window.trigger()
    ((_, words),) = started
    assert words == ["-m", "mayfly", "--memory"]


@pytest.mark.parametrize("possible", [True, False])
def test_it_is_offered_where_there_is_such_a_place(desk, possible):
    offer_memory_window(desk.window, possible=possible)
    assert desk.window.actions_.memory_window.isEnabled() is possible
