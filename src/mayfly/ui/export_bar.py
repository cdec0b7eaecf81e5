"""How far an export is, in a bar above the documents; names none of them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from mayfly.domain.exports import ExportProgress
from mayfly.ui.wording import Tr, number_text

_BAR_PX = 160


class ExportBar(QWidget):
    """Hidden while nothing is exported."""

    cancel_wanted = Signal()

    def __init__(self, *, tr: Tr, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("noteBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._tr = tr
        self._text = QLabel(self)
        self._text.setAccessibleName(tr("Export"))
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_BAR_PX)
        self._bar.setAccessibleName(tr("Progress of the export"))
        self.cancel = QPushButton(tr("Cancel"), self)
        self.cancel.setToolTip(tr("Stop exporting; files that are written stay"))
        self.cancel.clicked.connect(self._cancel)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 8, 8, 8)
        line.setSpacing(12)
        line.addWidget(self._text, 1)
        line.addWidget(self._bar)
        line.addWidget(self.cancel)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def show_progress(self, progress: ExportProgress) -> None:
        """Show how many files are written."""
        text = self._tr("Exporting: {done} of {total} files").format(
            done=number_text(progress.done), total=number_text(progress.total)
        )
        if progress.pages_done:
            pages = self._tr("{n} pages").format(n=number_text(progress.pages_done))
            text = f"{text} · {pages}"
        self._text.setText(text)
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        if self.isHidden():
            self.cancel.setEnabled(True)
            self.show()

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.cancel_wanted.emit()
