"""Paints the rows of the job list and opens the password field in them."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QAbstractItemModel, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mayfly.domain.error_codes import error_of
from mayfly.domain.states import JobState
from mayfly.ui.fading import SHORT, fade_of, faded
from mayfly.ui.icons import Icons
from mayfly.ui.job_model import Index, JobModel
from mayfly.ui.job_rows import BatchRow, Column, JobRow
from mayfly.ui.password_field import PasswordField
from mayfly.ui.row_layout import RowLayout
from mayfly.ui.theme import Theme
from mayfly.ui.times import left_samples, next_end
from mayfly.ui.wording import Tr

_ELIDE = Qt.TextElideMode.ElideRight
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Attention(Protocol):
    """Where mouse and keyboard are in the list; JobList knows."""

    def is_hovered(self, index: Index) -> bool:
        """Whether the mouse is over the index's row."""
        ...

    def is_bin_hot(self, index: Index) -> bool:
        """Whether the mouse is over the bin of the index's row."""
        ...

    def is_current(self, index: Index) -> bool:
        """Whether the keyboard acts on the index's row."""
        ...

    def first_cell(self, index: Index) -> QRect:
        """Return where the first cell of the index's row is."""
        ...


class JobDelegate(QStyledItemDelegate):
    """Two lines a row, nothing per row but paint, so that 10,000 rows cost what 20 do."""

    password_given = Signal(str, str)
    """Job id and password; connect to what hands them to the vault and keeps neither."""

    def __init__(
        self,
        model: JobModel,
        *,
        tr: Tr,
        theme: Theme,
        icons: Icons,
        attention: Attention,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._attention = attention
        self._model = model
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self.layout = RowLayout(parent.font(), left_texts=left_samples(tr))

    # --- painting --------------------------------------------------------------------

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return one height for all rows; columns have widths of their own."""
        del option, index
        return QSize(80, self.layout.height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell and its ground."""
        row = self._model.row_at(index)
        if row is None:
            return
        painter.save()
        cell = option.rect
        column = index.column()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = self._attention.is_hovered(index)
        self._paint_ground(painter, cell, index, chosen=chosen, hovered=hovered)
        if column == Column.DELETE:
            if chosen or hovered:
                self._paint_bin(painter, cell, row, hot=self._attention.is_bin_hot(index))
        else:
            # Lines run on from the first cell into the second, so each draws its part of both.
            painter.setClipRect(cell, Qt.ClipOperation.IntersectClip)
            first = self._attention.first_cell(index)
            if isinstance(row, BatchRow):
                self._paint_batch(painter, first, row)
            else:
                self._paint_job(painter, first, row)
            if column == Column.LEFT and isinstance(row, JobRow):
                self._paint_left(painter, cell, row)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, cell: QRect, index: Index, *, chosen: bool, hovered: bool
    ) -> None:
        tones = self._theme.tones
        if chosen:
            painter.fillRect(cell, QColor(tones.chosen))
        elif hovered:
            painter.fillRect(cell, QColor(tones.hover))
        if index.column() == Column.DOCUMENT and self._attention.is_current(index):
            painter.fillRect(QRect(cell.topLeft(), QSize(3, cell.height())), QColor(tones.accent))

    def _paint_batch(self, painter: QPainter, cell: QRect, batch: BatchRow) -> None:
        tones, layout = self._theme.tones, self.layout
        # A batch has no time of its own: its two lines may run on under that column.
        wide = layout.wide(cell)
        self._icon(painter, layout.icon(cell), _chevron(batch.is_open), tones.dim)
        title = self._model.texts.batch_title(batch, self._model.now())
        self._line(painter, layout.title(wide), title, tones.text, layout.batch_font)
        state = self._model.texts.batch_state(batch)
        self._line(painter, layout.second(wide), state, tones.dim, layout.small_font)
        if batch.running:
            self._bar(painter, layout.bar(wide), batch.share_done)

    def _paint_job(self, painter: QPainter, cell: QRect, row: JobRow) -> None:
        tones, layout, job = self._theme.tones, self.layout, row.job
        pale = job.state is JobState.DELETED or row.leaving
        name, tone = self._look(row)
        now = self._model.now()
        fade = fade_of(job, now)
        self._icon(painter, layout.icon(cell), name, faded(tone, tones.dim, fade))
        title = self._model.texts.title(job)
        title_tone = tones.faint if pale else faded(tones.text, tones.dim, fade)
        self._line(painter, layout.title(cell), title, title_tone, layout.title_font)
        state = self._model.texts.second(row, now)
        wide = layout.wide(cell)
        if job.state is JobState.NEEDS_PASSWORD and not row.leaving:
            self._paint_field(painter, layout.field(wide), state)
            return
        line_tone = tones.bad if job.state is JobState.FAILED and not pale else tones.dim
        self._line(painter, layout.second(wide), state, line_tone, layout.small_font)
        if job.state is JobState.READING and (job.pages or 0) > 1 and not row.leaving:
            settled = job.pages_read + job.pages_failed
            self._bar(painter, layout.bar(wide), settled / (job.pages or 1))

    def _paint_left(self, painter: QPainter, cell: QRect, row: JobRow) -> None:
        painter.setFont(self.layout.small_font)
        now, tones = self._model.now(), self._theme.tones
        end = next_end(row.job)
        is_short = end is not None and end - now < SHORT
        painter.setPen(QColor(tones.warn if is_short else tones.dim))
        left = self._model.texts.left(row.job, now)
        painter.drawText(self.layout.left(cell), _RIGHT, left)

    def _paint_field(self, painter: QPainter, place: QRect, hint: str) -> None:
        tones = self._theme.tones
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tones.line), 1))
        painter.setBrush(QColor(tones.ground))
        painter.drawRoundedRect(place.adjusted(0, 0, -1, -1), 6, 6)
        inner = place.adjusted(8, 0, -8, 0)
        self._line(painter, inner, hint, tones.warn, self.layout.small_font)

    def _paint_bin(
        self, painter: QPainter, cell: QRect, row: BatchRow | JobRow, *, hot: bool
    ) -> None:
        if not row.alive:
            return
        tones = self._theme.tones
        if hot:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            ground = QColor(tones.bad)
            ground.setAlpha(38)
            painter.setBrush(ground)
            painter.drawRoundedRect(self.layout.bin(cell).adjusted(-6, -6, 6, 6), 6, 6)
        self._icon(painter, self.layout.bin(cell), "delete", tones.bad if hot else tones.dim)

    def _look(self, row: JobRow) -> tuple[str, str]:
        tones, state = self._theme.tones, row.job.state
        if row.leaving:
            return "deleted", tones.faint
        return {
            JobState.QUEUED: ("queued", tones.dim),
            JobState.READING: ("reading", tones.accent),
            JobState.DONE: ("done", tones.good),
            JobState.FAILED: ("failed", tones.bad),
            JobState.NEEDS_PASSWORD: ("locked", tones.warn),
            JobState.CANCELLED: ("cancelled", tones.dim),
            JobState.DELETED: ("deleted", tones.faint),
        }[state]

    def _icon(self, painter: QPainter, place: QRect, name: str, tone: str) -> None:
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(place.topLeft(), self._icons.pixmap(name, tone, place.width(), ratio))

    def _line(self, painter: QPainter, place: QRect, text: str, tone: str, font: QFont) -> None:
        painter.setFont(font)
        painter.setPen(QColor(tone))
        painter.drawText(place, _LEFT, QFontMetrics(font).elidedText(text, _ELIDE, place.width()))

    def _bar(self, painter: QPainter, place: QRect, share: float) -> None:
        tones = self._theme.tones
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tones.line))
        painter.drawRoundedRect(place, 1.5, 1.5)
        painter.setBrush(QColor(tones.accent))
        done = QRect(place)
        done.setWidth(max(place.height(), round(place.width() * min(1.0, share))))
        painter.drawRoundedRect(done, 1.5, 1.5)

    # --- the password ----------------------------------------------------------------

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Open a password field; the sentence that says why stands in it until one types."""
        del option
        row = self._model.job_at(index)
        code = row.job.error_code if row is not None else None
        field = PasswordField(parent, self._tr, hint=self._tr(error_of(code or "").text))
        field.setFont(self.layout.small_font)
        return field

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """A password is never shown again, so there is nothing to fill in."""
        del editor, index

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand the password over if Enter was pressed, and empty the field."""
        del model
        row = self._model.job_at(index)
        if not isinstance(editor, PasswordField) or row is None:
            return
        password, submitted = editor.text(), editor.submitted
        editor.clear()
        if submitted and password:
            self.password_given.emit(str(row.job.job_id), password)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Lay the field where it was painted."""
        del index
        editor.setGeometry(self.layout.field(self.layout.wide(option.rect)))


def _chevron(is_open: bool) -> str:
    return "open" if is_open else "closed"
