"""The picture of a page with its words: zoom, scroll, point at a word."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from mayfly.ui.courier import Courier
from mayfly.ui.page_picture import PagePicture
from mayfly.ui.picture_frame import PictureFrame
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr

Scaler = Callable[[bytes, QSize, Callable[[], bool]], "Future[QImage | None]"]
"""Scales off the GUI thread; the callable says whether the answer is still wanted."""

_MARGIN = 16
_LEAST_ZOOM, _MOST_ZOOM = 0.05, 8.0
_STEP = 1.25


class PageCanvas(QAbstractScrollArea):
    """Draws one PagePicture. The zoom is in screen pixels for each page pixel."""

    word_pointed = Signal(int)
    """Number of the word below the mouse, or -1."""
    word_chosen = Signal(int)
    """Number of the word that was clicked."""
    place_clicked = Signal(QPointF)
    """A place on the page, in its pixels, where no word is."""
    page_turn_wanted = Signal(int)
    """-1 or 1."""
    zoom_changed = Signal()

    def __init__(
        self, *, tr: Tr, theme: Theme, courier: Courier, scaler: Scaler, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._courier = courier
        self._scaler = scaler
        self._page: PagePicture | None = None
        self._scaled: QImage | None = None
        self._asked_size = QSize()
        self._order = 0
        self._fit = True
        self._zoom = 1.0
        self._show_boxes = True
        self._pointed = -1
        self._chosen = -1
        self._frame: PictureFrame | None = None
        self.setAccessibleName(tr("Page image"))
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(False)
        self.viewport().setMouseTracking(True)
        theme.changed.connect(self.viewport().update)

    # --- what is shown ---------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """Screen pixels (not logical ones) for each pixel of the page."""
        return self._zoom

    @property
    def fits_width(self) -> bool:
        """Whether the page follows the width of the pane."""
        return self._fit

    @property
    def shows_boxes(self) -> bool:
        """Whether every word has its outline."""
        return self._show_boxes

    def show_page(self, page: PagePicture | None) -> None:
        """Show a page, or nothing; what was shown before is let go at once."""
        same = (
            page is not None
            and self._page is not None
            and (page.job_id, page.number) == (self._page.job_id, self._page.number)
        )
        self._page = page
        self._scaled = None
        self._asked_size = QSize()
        self._order += 1
        self._pointed = self._chosen = -1
        if same:
            self._lay_out()
            return
        self.verticalScrollBar().setValue(0)
        self.horizontalScrollBar().setValue(0)
        self._lay_out()
        self._reveal_frame()

    def set_frame(self, frame: PictureFrame | None, *, reveal: bool = True) -> None:
        """Frame a picture, now or when its page is shown; None: none."""
        self._frame = frame
        if reveal:
            self._reveal_frame()
        self.viewport().update()

    def set_boxes(self, shown: bool) -> None:
        """Show or hide the outlines; the word pointed at is marked either way."""
        self._show_boxes = shown
        self.viewport().update()

    def point_at(self, number: int) -> None:
        """Mark a word lightly, or none with -1."""
        if number != self._pointed:
            self._pointed = number
            self.viewport().update()

    def choose(self, number: int, *, reveal: bool) -> None:
        """Mark a word strongly; reveal scrolls it into view."""
        self._chosen = number
        if reveal and self._page is not None and 0 <= number < len(self._page.words):
            self._reveal(self._page.words[number].box)
        self.viewport().update()

    # --- zoom ------------------------------------------------------------------------

    def fit_width(self) -> None:
        """Make the page as wide as the pane, and keep it so."""
        self._fit = True
        self._lay_out()

    def zoom_to(self, zoom: float, around: QPointF | None = None) -> None:
        """Set the zoom and keep the point (of the viewport; its middle by default) in place."""
        spot = around or QPointF(self.viewport().rect().center())
        before = self._to_page(spot)
        self._fit = False
        self._zoom = min(_MOST_ZOOM, max(_LEAST_ZOOM, zoom))
        self._lay_out()
        moved = self._from_page(before) - spot
        for bar, by in (
            (self.horizontalScrollBar(), moved.x()),
            (self.verticalScrollBar(), moved.y()),
        ):
            bar.setValue(bar.value() + round(by))

    def zoom_in(self) -> None:
        """One step closer."""
        self.zoom_to(self._zoom * _STEP)

    def zoom_out(self) -> None:
        """One step away."""
        self.zoom_to(self._zoom / _STEP)

    # --- Qt's calls ------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the page as wide as the pane."""
        super().resizeEvent(event)
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw desk, paper and words."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(self._theme.tones.desk))
        if self._page is None:
            return
        paper = self._paper()
        painter.fillRect(paper, Qt.GlobalColor.white)
        self._paint_image(painter, paper, event.rect())
        painter.setPen(QPen(QColor(self._theme.tones.line), 1))
        painter.drawRect(paper.adjusted(-0.5, -0.5, 0.5, 0.5))
        self._paint_words(painter, event.rect())
        if self._frame is not None and self._frame.page == self._page.number:
            self._frame.paint(painter, self._theme.tones, self._place_of(self._frame.box))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which word the mouse points at."""
        number = self._word_at(event.position())
        self.point_at(number)
        pointing = Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(pointing if number >= 0 else Qt.CursorShape.ArrowCursor)
        self.word_pointed.emit(number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a word chooses it."""
        if event.button() is Qt.MouseButton.LeftButton:
            number = self._word_at(event.position())
            self.choose(number, reveal=False)
            self.word_chosen.emit(number)
            if number < 0:
                self.place_clicked.emit(self._to_page(event.position()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Nothing is pointed at once the mouse has left."""
        if event.type() is QEvent.Type.Leave:
            self.point_at(-1)
            self.word_pointed.emit(-1)
        return super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl zoom around the mouse."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            steps = event.angleDelta().y() / 120
            self.zoom_to(self._zoom * _STEP**steps, event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys turn pages, Space scrolls by a screen, arrows scroll a little."""
        bar = self.verticalScrollBar()
        match event.key():
            case Qt.Key.Key_PageDown:
                self.page_turn_wanted.emit(1)
            case Qt.Key.Key_PageUp:
                self.page_turn_wanted.emit(-1)
            case Qt.Key.Key_Space:
                back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                bar.setValue(bar.value() + (-1 if back else 1) * bar.pageStep() * 9 // 10)
            case Qt.Key.Key_Home:
                bar.setValue(0)
            case Qt.Key.Key_End:
                bar.setValue(bar.maximum())
            case _:
                super().keyPressEvent(event)

    # --- geometry --------------------------------------------------------------------

    def _unit(self) -> float:
        """Logical pixels for each page pixel."""
        return self._zoom / self.devicePixelRatioF()

    def _paper(self) -> QRectF:
        """Return where the page lies on the viewport."""
        assert self._page is not None  # noqa: S101 - callers have looked
        unit = self._unit()
        width, height = self._page.size.width() * unit, self._page.size.height() * unit
        view = self.viewport().size()
        left = max(float(_MARGIN), (view.width() - width) / 2) - self.horizontalScrollBar().value()
        top = _MARGIN - self.verticalScrollBar().value()
        return QRectF(left, top, width, height)

    def _to_page(self, point: QPointF) -> QPointF:
        if self._page is None:
            return QPointF()
        return (point - self._paper().topLeft()) / self._unit()

    def _from_page(self, point: QPointF) -> QPointF:
        if self._page is None:
            return QPointF()
        return point * self._unit() + self._paper().topLeft()

    def _lay_out(self) -> None:
        page, view = self._page, self.viewport().size()
        if page is None or page.size.isEmpty():
            for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
                bar.setRange(0, 0)
        else:
            if self._fit:
                wide = self._fitting_width(page.size)
                self._zoom = wide * self.devicePixelRatioF() / page.size.width()
            unit = self._unit()
            for bar, whole, seen in (
                (self.horizontalScrollBar(), page.size.width() * unit, view.width()),
                (self.verticalScrollBar(), page.size.height() * unit, view.height()),
            ):
                bar.setRange(0, max(0, round(whole + 2 * _MARGIN - seen)))
                bar.setPageStep(seen)
                bar.setSingleStep(40)
            self._ask_scaled()
        self.zoom_changed.emit()
        self.viewport().update()

    def _fitting_width(self, page: QSize) -> int:
        """Return how wide the page is when it fits, beside a scroll bar if it then needs one.

        Never looks at whether the bar is there now: a page that needs it at full width only
        would make it come and go for ever.
        """
        most = self.maximumViewportSize()
        wide = max(80, most.width() - 2 * _MARGIN)
        if page.height() * wide / page.width() + 2 * _MARGIN <= most.height():
            return wide
        return max(80, wide - self.verticalScrollBar().sizeHint().width())

    def _place_of(self, box: QRect) -> QRectF:
        top_left = self._from_page(QPointF(box.topLeft()))
        return QRectF(top_left, box.size().toSizeF() * self._unit())

    def _reveal_frame(self) -> None:
        frame, page = self._frame, self._page
        if frame is not None and page is not None and frame.page == page.number:
            self._reveal(frame.box)

    def _reveal(self, box: QRect) -> None:
        place = self._place_of(box)
        view = QRectF(self.viewport().rect()).adjusted(24, 24, -24, -24)
        if view.contains(place):
            return
        vertical, horizontal = self.verticalScrollBar(), self.horizontalScrollBar()
        vertical.setValue(vertical.value() + round(place.center().y() - view.center().y()))
        if not (view.left() <= place.left() and place.right() <= view.right()):
            by = round(place.center().x() - view.center().x())
            horizontal.setValue(horizontal.value() + by)

    def _word_at(self, point: QPointF) -> int:
        if self._page is None:
            return -1
        number = self._page.word_at(self._to_page(point))
        return -1 if number is None else number

    # --- painting --------------------------------------------------------------------

    def _ask_scaled(self) -> None:
        """Have the picture scaled for this zoom, unless it is shown at its own size or larger."""
        page = self._page
        if page is None or page.image is None:
            return
        size = QSize(round(page.size.width() * self._zoom), round(page.size.height() * self._zoom))
        if size == self._asked_size:
            return
        self._asked_size = size
        self._order += 1
        if size.width() >= page.image.width() or size.isEmpty():
            self._scaled = None
            return
        order = self._order
        future = self._scaler(page.encoded, size, lambda: order == self._order)
        self._courier.ask(self, future, then=lambda image: self._take_scaled(order, image))

    def _take_scaled(self, order: int, image: QImage | None) -> None:
        if order == self._order and image is not None:
            self._scaled = image
            self.viewport().update()

    def _paint_image(self, painter: QPainter, paper: QRectF, dirty: QRect) -> None:
        page = self._page
        if page is None or page.image is None:
            return
        image = self._scaled if self._scaled is not None else page.image
        seen = paper.intersected(QRectF(dirty))
        if seen.isEmpty():
            return
        across, down = image.width() / paper.width(), image.height() / paper.height()
        source = QRectF(
            (seen.left() - paper.left()) * across,
            (seen.top() - paper.top()) * down,
            seen.width() * across,
            seen.height() * down,
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image is not self._scaled)
        painter.drawImage(seen, image, source)

    def _paint_words(self, painter: QPainter, dirty: QRect) -> None:
        page = self._page
        if page is None:
            return
        tones = self._theme.tones
        unit, origin = self._unit(), self._paper().topLeft()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (dirty.top() - origin.y()) / unit
        bottom = (dirty.bottom() - origin.y()) / unit
        outline, doubt = _clear(tones.word, 72), _clear(tones.doubt, 70)
        for number, word in enumerate(page.words):
            box = word.box
            marked = number in (self._pointed, self._chosen)
            if box.bottom() < top or box.top() > bottom:
                continue
            if not (marked or self._show_boxes or word.doubtful):
                continue
            place = QRectF(
                origin.x() + box.x() * unit - 1,
                origin.y() + box.y() * unit - 1,
                box.width() * unit + 2,
                box.height() * unit + 2,
            )
            if marked:
                strong = number == self._chosen
                painter.setPen(QPen(QColor(tones.word), 1.6 if strong else 1.2))
                painter.setBrush(_clear(tones.word, 60 if strong else 34))
            else:
                painter.setPen(QPen(outline, 0.8) if self._show_boxes else Qt.PenStyle.NoPen)
                painter.setBrush(doubt if word.doubtful else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place, 2, 2)


def _clear(tone: str, alpha: int) -> QColor:
    colour = QColor(tone)
    colour.setAlpha(alpha)
    return colour
