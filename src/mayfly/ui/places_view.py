"""Where everything lies on this machine, what Mayfly never does, and what it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from mayfly.ui.paragraph import WrappedLabel
from mayfly.ui.wording import Tr

_SELECTABLE = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)


class PlacesView(QScrollArea):
    """Constant sentences and paths; nothing here is looked up."""

    def __init__(self, places: Mapping[str, Path], *, tr: Tr, parent: QWidget) -> None:
        """places: data, state, config and cache, as Foundation.places names them."""
        super().__init__(parent)
        self._tr = tr
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Where things lie, and what Mayfly never does"))
        inner = QWidget(self)
        inner.setObjectName("sheet")
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(10)
        column.addWidget(self._section(tr("Where things lie")))
        column.addLayout(self._paths(places))
        column.addSpacing(8)
        column.addWidget(self._section(tr("What Mayfly never does")))
        self._add_lines(column, self._never())
        column.addSpacing(8)
        column.addWidget(self._section(tr("What nobody can promise")))
        self._add_lines(column, self._limits())
        column.addStretch(1)
        self.setWidget(inner)
        lines = (*self._never(), *self._limits())
        self.setAccessibleDescription(" ".join(lines))

    def _paths(self, places: Mapping[str, Path]) -> QGridLayout:
        tr = self._tr
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        names = {
            "data": tr("Documents, pages and texts, all sealed"),
            "state": tr("One half of the key, locks, the log"),
            "config": tr("Settings"),
            "cache": tr("Language data"),
        }
        for row, (key, name) in enumerate(names.items()):
            if key in places:
                self._add_path(grid, row, name, str(places[key]))
        keyring = WrappedLabel(
            tr("In your keyring, or made of your passphrase; never in a file"), self
        )
        grid.addWidget(QLabel(tr("The other half of the key"), self), len(names), 0)
        grid.addWidget(keyring, len(names), 1)
        return grid

    def _add_path(self, grid: QGridLayout, row: int, name: str, path: str) -> None:
        label = WrappedLabel(path, self, style="path")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(_SELECTABLE)
        label.setAccessibleName(name)
        grid.addWidget(QLabel(name, self), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label, row, 1)

    def _never(self) -> tuple[str, ...]:
        tr = self._tr
        return (
            tr(
                "Open a connection of its own accord: nothing is looked up or updated, and "
                "pictures are sent to your own storage only if you registered it and said which."
            ),
            tr("Write a word, a name or a picture of a document unsealed to a disk."),
            tr(
                "Put the name of a document into titles, notifications, logs, settings or lists "
                "of recent files."
            ),
            tr("Keep a trash, an undo or a second copy of what was deleted."),
            tr("Touch your own file: it stays where it is until you delete it."),
        )

    def _limits(self) -> tuple[str, ...]:
        tr = self._tr
        return (
            tr("What you exported, printed, or let another program see is yours to delete."),
            tr("While the vault is open, a program that runs as you can see what you see."),
            tr(
                "A vault cannot be backed up: a copy that comes back does not open. Exports are "
                "the way to keep something."
            ),
        )

    def _add_lines(self, column: QVBoxLayout, lines: Sequence[str]) -> None:
        for text in lines:
            line = QHBoxLayout()
            line.setSpacing(0)
            dot = QLabel("•", self)
            dot.setObjectName("quiet")
            dot.setFixedWidth(16)
            line.addWidget(dot, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(WrappedLabel(text, self), 1)
            column.addLayout(line)

    def _section(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setObjectName("section")
        return label
