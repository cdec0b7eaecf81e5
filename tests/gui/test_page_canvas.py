"""The page fits its pane and then keeps still."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize

from mayfly.domain.ids import JobId
from mayfly.domain.pages import PageOrigin, PageResult
from mayfly.services.library import PageView
from mayfly.ui.courier import Courier
from mayfly.ui.page_canvas import PageCanvas
from mayfly.ui.page_picture import prepare_page

VIEW = QSize(500, 640)


class CountingCanvas(PageCanvas):
    """Counts how often it was laid out."""

    resized = 0

    def resizeEvent(self, event):
        self.resized += 1
        super().resizeEvent(event)


@pytest.fixture
def canvas(qtbot, theme):
    courier = Courier()
    canvas = CountingCanvas(
        tr=str, theme=theme, courier=courier, scaler=lambda *_: None, parent=None
    )
    qtbot.addWidget(canvas)
    canvas.resize(VIEW)
    canvas.show()
    qtbot.waitExposed(canvas)
    yield canvas
    courier.deleteLater()


@pytest.mark.parametrize("height_px", range(1_180, 1_420, 6))
def test_the_scroll_bar_does_not_come_and_go(canvas, qtbot, height_px):
    """A page that needs the bar at full width only, but not beside it, once ran for ever."""
    result = PageResult(1, 1_000, height_px, 150, PageOrigin.RECOGNISED, ())
    view = PageView(JobId("a" * 32), 1, result, "", None, None)
    canvas.show_page(prepare_page(view, lambda: True))
    qtbot.wait(20)
    canvas.resized = 0
    qtbot.wait(20)
    assert canvas.resized == 0
