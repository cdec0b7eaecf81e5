"""The recognised text of the page on show: read-only, with words that answer to the page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QTextEdit, QWidget

from mayfly.ui.copies import CopiedText
from mayfly.ui.page_keys import turn_of
from mayfly.ui.page_picture import PagePicture
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr

_MOST_TINTS = 1_500
"""Each tint costs a little at every repaint; a page with more doubtful words is doubtful whole."""
_MOST_HUNG_WORDS = 5_000
"""Laying out a page of 20,000 words with hanging lines takes 0.1 s; a full A4 page has 700."""
_HANG_PX = 16
_LINE_PERCENT = 118


class TextView(QTextEdit):
    """Shows PagePicture.text and tells which word the mouse or the cursor is on."""

    word_pointed = Signal(int)
    word_chosen = Signal(int)
    page_turn_wanted = Signal(int)

    def __init__(self, *, tr: Tr, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._page: PagePicture | None = None
        self._pointed = -1
        self._chosen = -1
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.setAccessibleName(tr("Text of the page"))
        self.setAcceptRichText(False)
        self.document().setDocumentMargin(14)
        # Read-only text is walked by keyboard too, so that words can be chosen without a mouse.
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.viewport().setMouseTracking(True)
        self.cursorPositionChanged.connect(self._tell_chosen)
        theme.changed.connect(self._tint)

    def show_page(self, page: PagePicture | None) -> None:
        """Show a page's text, or none; what was shown before is let go at once."""
        self._page = page
        self._pointed = self._chosen = -1
        blocked = self.blockSignals(True)
        self.setPlainText(page.text if page is not None else "")
        if page is not None and len(page.words) <= _MOST_HUNG_WORDS:
            self._hang_lines()
        self.blockSignals(blocked)
        self._tint()

    def point_at(self, number: int) -> None:
        """Mark a word lightly, or none with -1."""
        if number != self._pointed:
            self._pointed = number
            self._tint()

    def choose(self, number: int) -> None:
        """Mark a word and bring it into view, without telling so."""
        self._chosen = number
        page = self._page
        if page is not None and 0 <= number < len(page.words) and page.words[number].end:
            cursor = self.textCursor()
            cursor.setPosition(page.words[number].start)
            blocked = self.blockSignals(True)
            self.setTextCursor(cursor)
            self.blockSignals(blocked)
            self.ensureCursorVisible()
        self._tint()

    # --- Qt's calls ------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which word the mouse points at."""
        super().mouseMoveEvent(event)
        number = -1
        if self._page is not None and not event.buttons():
            position = self.cursorForPosition(event.position().toPoint()).position()
            found = self._page.word_at_text(position)
            number = -1 if found is None else found
        self.point_at(number)
        self.word_pointed.emit(number)

    def viewportEvent(self, event: QEvent) -> bool:
        """Nothing is pointed at once the mouse has left."""
        if event.type() is QEvent.Type.Leave:
            self.point_at(-1)
            self.word_pointed.emit(-1)
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys turn pages of the document, as they do on the page image."""
        turn = turn_of(event)
        if turn:
            self.page_turn_wanted.emit(turn)
            return
        super().keyPressEvent(event)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy plain text, marked so that clipboard histories that ask do not keep it."""
        # Qt parts paragraphs and lines of a selection by separators of its own.
        text = self.textCursor().selectedText()
        job_id = self._page.job_id if self._page is not None else None
        return CopiedText(text.replace("\u2029", "\n").replace("\u2028", "\n"), job_id)

    # --- within ----------------------------------------------------------------------

    def _hang_lines(self) -> None:
        """Indent what wraps, so that it is plain where a line of the page begins."""
        look = QTextBlockFormat()
        look.setLeftMargin(_HANG_PX)
        look.setTextIndent(-_HANG_PX)
        look.setLineHeight(_LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(look)

    def _tell_chosen(self) -> None:
        if self._page is None or self.textCursor().hasSelection():
            return
        found = self._page.word_at_text(self.textCursor().position())
        number = -1 if found is None else found
        if number != self._chosen:
            self._chosen = number
            self._tint()
            self.word_chosen.emit(number)

    def _tint(self) -> None:
        page = self._page
        if page is None:
            self.setExtraSelections([])
            return
        tones = self._theme.tones
        doubt = QColor(tones.doubt)
        doubt.setAlpha(60)
        tints: list[QTextEdit.ExtraSelection] = []
        for word in page.words:
            if word.doubtful and word.end and len(tints) < _MOST_TINTS:
                tints.append(self._tint_of(word.start, word.end, doubt))
        pointed, chosen = QColor(tones.accent), QColor(tones.accent)
        pointed.setAlpha(40)
        chosen.setAlpha(80)
        for number, colour in ((self._pointed, pointed), (self._chosen, chosen)):
            if 0 <= number < len(page.words) and page.words[number].end:
                word = page.words[number]
                tints.append(self._tint_of(word.start, word.end, colour))
        self.setExtraSelections(tints)

    def _tint_of(self, start: int, end: int, colour: QColor) -> QTextEdit.ExtraSelection:
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        look = QTextCharFormat()
        look.setBackground(colour)
        tint = QTextEdit.ExtraSelection()
        tint.cursor = cursor
        tint.format = look
        return tint
