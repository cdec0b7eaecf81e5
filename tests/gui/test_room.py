"""Nothing is cut off or lies over another: the smallest window, and longer languages."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget

from tests.gui.conftest import Desk

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def visible_parts(parent: QWidget) -> list[QWidget]:
    direct = [one for one in parent.children() if isinstance(one, QWidget)]
    return [one for one in direct if one.isVisible()]


def test_at_the_least_width_no_button_over_the_page_lies_on_another(desk: Desk) -> None:
    window = desk.open()
    desk.choose(desk.add("a.pdf", "one", "two"))
    window.resize(window.minimumSize())
    desk.qtbot.waitUntil(lambda: window.width() == window.minimumWidth())
    desk.settle()
    parts = visible_parts(window.pages.bar)
    assert len(parts) >= 8
    assert not [pair for pair in combinations(parts, 2) if over_each_other(*pair)]
    # And: with room there is all of it again.
    window.resize(1280, 800)
    desk.qtbot.waitUntil(window.pages.bar.zoom_label.isVisible)


def over_each_other(one: QWidget, other: QWidget) -> bool:
    return one.geometry().intersects(other.geometry())


def test_the_export_dialog_has_room_for_longer_words(desk: Desk) -> None:
    window = desk.open()
    row = desk.add("a.pdf", "one")
    # German is longer by a fifth.
    window.exports._tr = lambda text: text.replace("(", "n" * (len(text) // 5) + " (")
    dialog = window.exports.open([row])
    desk.qtbot.waitUntil(dialog.isVisible)
    texts = [*dialog.findChildren(QCheckBox), *dialog.form.findChildren(QLabel)]
    seen = [one for one in texts if one.isVisible()]
    assert len(seen) > 12
    cut = [one.text() for one in seen if one.width() < one.sizeHint().width()]
    assert cut == []
