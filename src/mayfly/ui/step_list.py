"""Steps one below the other: done, going on, still to come."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from mayfly.ui.icons import Icons
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr

_ICON_PX = 18


class StepList(QWidget):
    """Says to a screen reader which step goes on."""

    def __init__(self, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self._texts: list[str] = []
        self._at = 0
        self._rows: list[tuple[QLabel, QLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(9)
        self._grid.setColumnStretch(1, 1)
        self.setAccessibleName(tr("Steps of the check"))
        theme.changed.connect(self._paint)

    @property
    def at(self) -> int:
        """The number of the step that goes on, from 0."""
        return self._at

    def begin(self, texts: Sequence[str]) -> None:
        """Show these, the first of them going on."""
        for pair in self._rows:
            for label in pair:
                self._grid.removeWidget(label)
                label.deleteLater()
        self._texts = list(texts)
        self._rows = [(QLabel(self), QLabel(text, self)) for text in texts]
        for place, (icon, text) in enumerate(self._rows):
            icon.setFixedSize(_ICON_PX, _ICON_PX)
            self._grid.addWidget(icon, place, 0)
            self._grid.addWidget(text, place, 1)
        self.show_at(0)

    def show_at(self, place: int) -> None:
        """Show that this step goes on and all before it are done."""
        self._at = place
        if place < len(self._texts):
            self.setAccessibleDescription(self._texts[place])
        self._paint()

    def _paint(self) -> None:
        tones = self._theme.tones
        for place, (icon, text) in enumerate(self._rows):
            if place < self._at:
                name, tone, style = "done", tones.good, "quiet"
            elif place == self._at:
                name, tone, style = "reading", tones.accent, "sentence"
            else:
                name, tone, style = "queued", tones.faint, "quiet"
            ratio = self.devicePixelRatioF()
            icon.setPixmap(self._icons.pixmap(name, tone, _ICON_PX, ratio))
            text.setObjectName(style)
            text.style().unpolish(text)
            text.style().polish(text)
