"""Text that wraps: in windows of a fixed width, and in those that a user makes wider."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

_PLAIN = Qt.TextFormat.PlainText
"""A name that a user gave is never markup."""


class WrappedLabel(QLabel):
    """Takes the width there is and the height that its text then needs, and no more.

    With the policy that QLabel has by itself, a page that scrolls is as high as if its texts
    were narrow, and ends in empty space.
    """

    def __init__(self, text: str, parent: QWidget | None = None, *, style: str = "") -> None:
        """style: the object name that the style sheet knows, such as quiet."""
        super().__init__(parent)
        self.setTextFormat(_PLAIN)
        self.setText(text)
        self.setObjectName(style)
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)


class Paragraph(QLabel):
    """Wrapped text that is never cut off.

    A layout of a fixed width asks a label how high it is at another width, so the height at
    the real one is held here.
    """

    def __init__(self, text: str, width_px: int, parent: QWidget, *, style: str = "") -> None:
        """style: the object name that the style sheet knows, such as quiet."""
        super().__init__(parent)
        self.setTextFormat(_PLAIN)
        self._width_px = width_px
        self.setObjectName(style)
        self.setWordWrap(True)
        self.setMinimumWidth(width_px)
        self.ensurePolished()
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Show another text, in as much height as it takes."""
        self.setText(text)
        # An empty label answers -1.
        self.setMinimumHeight(max(0, self.heightForWidth(self._width_px)))
