"""The bar above the page: which page, how large, and whether boxes are drawn."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QToolButton, QWidget

from mayfly.ui.icons import Icons
from mayfly.ui.wording import Tr, number_text

_ICON = QSize(18, 18)
_SPACE_PX = 4
_NUMBER_PX = 54
_ROOMY_PX = 440
"""With less than this the buttons would lie over each other."""


class PageBar(QWidget):
    """Buttons and a page number; the page pane decides what they do."""

    page_wanted = Signal(int)
    zoom_in_wanted = Signal()
    zoom_out_wanted = Signal()
    fit_wanted = Signal()
    actual_size_wanted = Signal()
    boxes_toggled = Signal(bool)
    delete_picture_wanted = Signal()

    def __init__(self, *, tr: Tr, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("pageBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._tr = tr
        self._icons = icons
        self._pages = 0
        self.previous = self._button("previous", tr("Previous page"), "PgUp")
        self.next = self._button("next", tr("Next page"), "PgDown")
        self.number = QSpinBox(self)
        self.number.setAccessibleName(tr("Page number"))
        self.number.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.number.setKeyboardTracking(False)
        self.number.setFixedSize(_NUMBER_PX, 27)
        self._of = QLabel(self)
        self.zoom_out = self._button("zoom-out", tr("Smaller"), "Ctrl+-")
        self.zoom_label = self._button(None, tr("Show at 100 %"), "Ctrl+1")
        self.zoom_label.setMinimumWidth(58)
        self.zoom_in = self._button("zoom-in", tr("Larger"), "Ctrl++")
        self.fit = self._button("fit-width", tr("Fit the width"), "Ctrl+0")
        self.boxes = self._button("boxes", tr("Show the boxes of the words"), "Ctrl+B")
        self.boxes.setCheckable(True)
        self.boxes.setChecked(True)
        self.delete_picture = self._button("delete-picture", tr("Delete this page's picture"), "")
        self._lay_out()
        self._connect()
        self.show_pages(0, 0)

    def show_pages(self, number: int, pages: int) -> None:
        """Show "3 of 12"; 0 pages: nothing to turn."""
        self._pages = pages
        blocked = self.number.blockSignals(True)
        self.number.setRange(1 if pages else 0, pages)
        self.number.setSpecialValueText("" if pages else " ")
        self.number.setValue(number)
        self.number.blockSignals(blocked)
        self._of.setText(self._tr("of {n}").format(n=number_text(pages)) if pages else "")
        self.number.setEnabled(pages > 1)
        self.previous.setEnabled(number > 1)
        self.next.setEnabled(0 < number < pages)

    def show_zoom(self, zoom: float | None, *, fits: bool) -> None:
        """Show the zoom in per cent, or that there is nothing to zoom."""
        self.zoom_label.setText("" if zoom is None else f"{round(zoom * 100)} %")
        for button in (self.zoom_in, self.zoom_out, self.zoom_label, self.fit, self.boxes):
            button.setEnabled(zoom is not None)
        self.fit.setEnabled(zoom is not None and not fits)

    def show_picture(self, there: bool) -> None:
        """Offer to delete the page's picture only where there is one."""
        self.delete_picture.setEnabled(there)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out where there is no room what the page itself or a key says as well."""
        super().resizeEvent(event)
        tight = event.size().width() < _ROOMY_PX
        for widget in (self._page, self.zoom_label, self.fit):
            widget.setVisible(not tight)
        self.number.setFixedWidth(38 if tight else _NUMBER_PX)
        self._line.setSpacing(0 if tight else _SPACE_PX)
        side = 2 if tight else 10
        self._line.setContentsMargins(side, 0, side, 0)

    def _button(self, icon: str | None, text: str, keys: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("small")
        button.setIconSize(_ICON)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(f"{text} ({native})" if keys else text)
        button.setAccessibleName(text)
        if icon is not None:
            self._icons.dress(button, icon, (_ICON.width(),))
        return button

    def _lay_out(self) -> None:
        self.setFixedHeight(40)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 0, 10, 0)
        line.setSpacing(_SPACE_PX)
        page = self._page = QLabel(self._tr("Page"), self)
        page.setBuddy(self.number)
        self._line = line
        for widget in (self.previous, self.next, page, self.number, self._of):
            line.addWidget(widget)
            if widget is self.next:
                line.addSpacing(6)
        line.addStretch(1)
        for widget in (self.zoom_out, self.zoom_label, self.zoom_in, self.fit, self.boxes):
            line.addWidget(widget)
        line.addSpacing(10)
        line.addWidget(self.delete_picture)

    def _connect(self) -> None:
        self.previous.clicked.connect(lambda: self.page_wanted.emit(self.number.value() - 1))
        self.next.clicked.connect(lambda: self.page_wanted.emit(self.number.value() + 1))
        self.number.valueChanged.connect(self.page_wanted)
        self.zoom_in.clicked.connect(self.zoom_in_wanted)
        self.zoom_out.clicked.connect(self.zoom_out_wanted)
        self.zoom_label.clicked.connect(self.actual_size_wanted)
        self.fit.clicked.connect(self.fit_wanted)
        self.boxes.toggled.connect(self.boxes_toggled)
        self.delete_picture.clicked.connect(self.delete_picture_wanted)
