"""The warning before a document goes whose text, which stays, has doubtful words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from mayfly.ui.doubt_watch import Doomed
from mayfly.ui.icons import Icons
from mayfly.ui.paragraph import WrappedLabel
from mayfly.ui.theme import Theme
from mayfly.ui.times import end_text
from mayfly.ui.wording import Tr, count_text

_ICON_PX = 18


class DoubtBar(QWidget):
    """Says how many words and how long; names no document, and holds none when it is hidden."""

    longer_wanted = Signal(object)
    """The JobRows whose documents are to be kept longer."""
    show_wanted = Signal(object)
    """The Doomed to look at."""
    dismissed = Signal(object)
    """The JobRows of which to warn no more."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        tr: Tr,
        theme: Theme,
        icons: Icons,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("troubleBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._now = now
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self._doomed: tuple[Doomed, ...] = ()
        self._icon = QLabel(self)
        self._text = WrappedLabel("", self)
        self._text.setAccessibleName(tr("Warning"))
        self.show_button = QPushButton(tr("Show"), self)
        self.show_button.setToolTip(tr("Show the first page with a doubtful word"))
        self.longer = QPushButton(tr("Keep 24 h longer"), self)
        self.longer.setToolTip(tr("Keep the documents for 24 hours from now; texts stay as set"))
        self.close_button = QToolButton(self)
        self.close_button.setObjectName("small")
        self.close_button.setAccessibleName(tr("Close this message"))
        self.close_button.setToolTip(tr("Close this message"))
        icons.dress(self.close_button, "close")
        self.show_button.clicked.connect(self._want_show)
        self.longer.clicked.connect(lambda: self.longer_wanted.emit(self._rows()))
        self.close_button.clicked.connect(lambda: self.dismissed.emit(self._rows()))
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 8, 8, 8)
        line.setSpacing(10)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self._text, 1)
        for button in (self.show_button, self.longer, self.close_button):
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self._paint_icon)
        self._paint_icon()
        self.hide()

    @property
    def text(self) -> str:
        """The warning on show."""
        return self._text.text()

    def warn(self, doomed: Sequence[Doomed]) -> None:
        """Warn of these, the first to go first; of none: go away."""
        self._doomed = tuple(doomed)
        text = self._sentence() if doomed else ""
        if text != self._text.text():
            self._text.setText(text)
            self._text.setAccessibleDescription(text)
        self.setVisible(bool(doomed))

    def _sentence(self) -> str:
        tr = self._tr
        words = sum(one.doubts.words for one in self._doomed)
        end = end_text(tr, self._doomed[0].row.job.source_delete_at, self._now())
        what = count_text(tr, words, "{n} doubtful word", "{n} doubtful words")
        n = len(self._doomed)
        if n == 1:
            return tr(
                "{words}: the document is destroyed {end}, its text stays. After that nobody can "
                "compare them."
            ).format(words=what, end=end)
        return tr(
            "{words} in {documents}: the first of them is destroyed {end}, the texts stay. After "
            "that nobody can compare them."
        ).format(words=what, documents=count_text(tr, n, "{n} document", "{n} documents"), end=end)

    def _want_show(self) -> None:
        if self._doomed:
            self.show_wanted.emit(self._doomed[0])

    def _rows(self) -> list[object]:
        return [one.row for one in self._doomed]

    def _paint_icon(self) -> None:
        tone = self._theme.tones.warn
        self._icon.setPixmap(self._icons.pixmap("keep", tone, _ICON_PX, self.devicePixelRatioF()))
