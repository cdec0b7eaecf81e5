"""A question before something that cannot be undone: says what goes and what stays."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from mayfly.ui.paragraph import Paragraph
from mayfly.ui.wording import Tr

_TOP = Qt.AlignmentFlag.AlignTop
WIDTH_PX = 460
SIDE_PX = 26
TEXT_PX = WIDTH_PX - 2 * SIDE_PX


class Question(QDialog):
    """A sentence, paragraphs, and two buttons, of which Cancel is the default.

    Never stops what is behind it: call open(), and listen to accepted.
    """

    def __init__(self, title: str, *, accept: str, tr: Tr, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Mayfly")
        self.setAccessibleName(title)
        self.setFixedWidth(WIDTH_PX)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SIDE_PX, 24, SIDE_PX, 22)
        self.column.setSpacing(8)
        self.heading = QLabel(title, self)
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.heading.setObjectName("sentence")
        font = self.heading.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        self.heading.setFont(font)
        self.column.addWidget(self.heading)
        self.accept_button = QPushButton(accept, self)
        self.accept_button.setObjectName("danger")
        # Enter presses it once the user has gone to it, and Cancel before that.
        self.accept_button.setAutoDefault(True)
        self.accept_button.clicked.connect(self.accept)
        self.cancel_button = QPushButton(tr("Cancel"), self)
        self.cancel_button.setDefault(True)
        self.cancel_button.clicked.connect(self.reject)

    def add_section(self, title: str, lines: Sequence[str]) -> None:
        """Add a small heading and a list below it."""
        self.column.addSpacing(6)
        heading = QLabel(title, self)
        heading.setObjectName("section")
        self.column.addWidget(heading)
        for line in lines:
            self.column.addLayout(self._list_item(line))

    def add_text(self, text: str, *, style: str = "") -> Paragraph:
        """Add a paragraph."""
        paragraph = Paragraph(text, TEXT_PX, self, style=style)
        self.column.addWidget(paragraph)
        return paragraph

    def add_buttons(self) -> None:
        """Add the buttons, below everything else. Cancel has the focus."""
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.cancel_button)
        line.addWidget(self.accept_button)
        self.column.addSpacing(10)
        self.column.addLayout(line)
        QWidget.setTabOrder(self.cancel_button, self.accept_button)
        self.cancel_button.setFocus()

    def _list_item(self, text: str) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(0)
        dot = QLabel("•", self)
        dot.setObjectName("quiet")
        dot.setFixedWidth(16)
        line.addWidget(dot)
        line.addWidget(Paragraph(text, TEXT_PX - 16, self), 1)
        line.setAlignment(dot, _TOP)
        return line
