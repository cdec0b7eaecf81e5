"""A page's result in one of its written forms: read-only text, fetched when it is looked at."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QFontDatabase, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from mayfly.domain.ids import JobId
from mayfly.ui.copies import CopiedText
from mayfly.ui.page_keys import turn_of
from mayfly.ui.wording import Tr

_MOST_SHOWN = 200_000
"""Laying out more would hold up the window; an export has all of it."""


class FormView(QPlainTextEdit):
    """Shows text and lets it go; knows whose it is, so that copies of it can be taken back."""

    page_turn_wanted = Signal(int)

    def __init__(self, name: str, *, tr: Tr, parent: QWidget) -> None:
        super().__init__(parent)
        self._tr = tr
        self._job_id: JobId | None = None
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setAccessibleName(name)
        self.document().setDocumentMargin(14)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def show_form(self, text: str, job_id: JobId | None) -> None:
        """Show the text of a job's page."""
        self._job_id = job_id
        self.setPlaceholderText("")
        cut = text[:_MOST_SHOWN]
        more = self._tr("[… and more. An export has all of it.]")
        self.setPlainText(cut if cut == text else f"{cut}\n\n{more}")
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def show_note(self, text: str) -> None:
        """Show a sentence in place of a form."""
        self.let_go()
        self.setPlaceholderText(text)

    def let_go(self) -> None:
        """Hold nothing of any document."""
        self._job_id = None
        self.setPlaceholderText("")
        self.clear()

    # --- Qt's calls ------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys turn pages of the document, as they do beside."""
        turn = turn_of(event)
        if turn:
            self.page_turn_wanted.emit(turn)
            return
        super().keyPressEvent(event)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy plain text, marked so that clipboard histories that ask do not keep it."""
        text = self.textCursor().selectedText()
        return CopiedText(text.replace("\u2029", "\n").replace("\u2028", "\n"), self._job_id)
