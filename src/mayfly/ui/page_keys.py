"""Page keys turn pages of the document wherever one of its views has the focus."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_TURNS: dict[int, int] = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}


def turn_of(event: QKeyEvent) -> int:
    """Return by how many pages the key turns: 1, -1, or 0 for any other key."""
    if event.modifiers() != Qt.KeyboardModifier.NoModifier:
        return 0
    return _TURNS.get(event.key(), 0)
