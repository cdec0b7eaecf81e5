"""One destination in the settings: where it is, how it stands, what one has to know of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from mayfly.domain.destinations import Destination
from mayfly.ui.icons import Icons
from mayfly.ui.paragraph import WrappedLabel
from mayfly.ui.storage_texts import Told, place_text, remarks, standing
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr

_ICON_PX = 16
_TOP = Qt.AlignmentFlag.AlignTop


class DestinationCard(QFrame):
    """Its buttons say of which destination they are, to a screen reader, too."""

    verify_wanted = Signal()
    edit_wanted = Signal()
    remove_wanted = Signal()

    def __init__(
        self,
        destination: Destination,
        *,
        now: datetime,
        tr: Tr,
        theme: Theme,
        icons: Icons,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.destination = destination
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self._painted: list[tuple[QLabel, Told]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 12, 16, 12)
        self._column.setSpacing(6)
        name = QLabel(destination.name, self)
        name.setTextFormat(Qt.TextFormat.PlainText)
        name.setObjectName("sentence")
        self._column.addWidget(name)
        self._column.addWidget(self._plain(place_text(tr, destination)))
        self.lines = [standing(tr, destination, now), *remarks(tr, destination)]
        for told in self.lines:
            self._add_line(told)
        self._add_buttons()
        spoken = [destination.name, place_text(tr, destination)]
        self.setAccessibleName(". ".join([*spoken, *(told.text for told in self.lines)]))
        theme.changed.connect(self._paint)
        self._paint()

    def _plain(self, text: str) -> WrappedLabel:
        return WrappedLabel(text, self, style="quiet")

    def _add_line(self, told: Told) -> None:
        icon = QLabel(self)
        icon.setFixedSize(_ICON_PX, _ICON_PX + 2)
        self._painted.append((icon, told))
        text = WrappedLabel(told.text, self, style="quiet" if told.tone == "dim" else "")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(icon, 0, _TOP)
        line.addWidget(text, 1)
        self._column.addLayout(line)

    def _add_buttons(self) -> None:
        tr, name = self._tr, self.destination.name
        line = QHBoxLayout()
        line.setSpacing(8)
        self.verify_button = self._button(tr("Verify"), self.verify_wanted.emit)
        self.edit_button = self._button(tr("Change…"), self.edit_wanted.emit)
        self.remove_button = self._button(tr("Remove…"), self.remove_wanted.emit)
        for button in (self.verify_button, self.edit_button, self.remove_button):
            button.setAccessibleName(f"{button.text().rstrip('…')}: {name}")
            line.addWidget(button)
        line.addStretch(1)
        self._column.addSpacing(2)
        self._column.addLayout(line)

    def _button(self, text: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(act)
        return button

    def _paint(self) -> None:
        ratio = self.devicePixelRatioF()
        for label, told in self._painted:
            colour = str(getattr(self._theme.tones, told.tone))
            label.setPixmap(self._icons.pixmap(told.icon, colour, _ICON_PX, ratio))
