"""Pictures of results that leave: tabs, export, pictures, own storage. Not a test.

    python -m tests.gui.screenshots_exports FOLDER [light|dark] [LANGUAGE] [DOCUMENT...]

Without documents it draws its own: a report with pictures, captions and a table.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPen, QPolygonF

from mayfly.domain.exports import ExportFormat
from mayfly.domain.states import FINISHED, JobState
from mayfly.ui.export_dialog import ExportDialog
from mayfly.ui.privacy_dialog import Tab
from tests.gui.screenshots import Photographer, _after, _row, photograph

_LEAST = (760, 480)


class ExportPhotographer(Photographer):
    """Adds documents, reads them, and looks at every way out."""

    def __init__(self, app, session, folder: Path, theme: str, *documents: str) -> None:
        super().__init__(app, session, folder, theme)
        self._documents = [Path(one).resolve() for one in documents]

    def _script(self):
        window = self._session.window
        window.commands.choose_theme(self._theme)
        with tempfile.TemporaryDirectory() as name:
            window.add_paths(self._documents or drawn(Path(name)))
            wanted = len(self._documents) or 1
            yield lambda: sum(window.model.counts[state] for state in FINISHED) >= wanted
        for one in self._documents or [Path("Garden report.pdf")]:
            yield from self._tabs(window, one)
        yield from self._export(window)
        yield from self._connections(window)

    def _tabs(self, window, path: Path):
        row, pages, name = _row(window, path.name), window.pages, path.stem
        if row.job.state is not JobState.DONE:
            return
        window.jobs.choose(row)
        yield lambda: pages.page is not None and pages.page.job_id == row.job.job_id
        tabs, images = pages.tabs, pages.images
        tabs.setCurrentWidget(images)
        yield lambda: bool(images.model.views or images.note.text())
        yield _after(0.8)
        if images.model.views:
            images._choose([min(1, len(images.model.views) - 1)])
            yield _after(0.8)
        self._take(window, f"images {name}")
        if images.model.views:
            images.large_wanted.emit(images.chosen[0])
            large = pages.looking.large
            yield lambda: large.page is not None or large.caption.isVisible()
            yield _after(0.4)
            self._take(large, f"large {name}")
            large.close()
        for view in (tabs.markdown, tabs.json):
            tabs.setCurrentWidget(view)
            yield _after(0.7)
            self._take(window, f"{'markdown' if view is tabs.markdown else 'json'} {name}")
        tabs.setCurrentWidget(images)
        window.resize(*_LEAST)
        yield _after(0.6)
        self._take(window, f"small {name}")
        window.resize(1280, 800)

    def _export(self, window):
        window.pages.copy.menu().popup(window.mapToGlobal(window.rect().center()))
        yield _after(0.3)
        self._take(window.pages.copy.menu(), "copy-menu")
        window.pages.copy.menu().close()
        yield window.actions_.export.isEnabled
        window.actions_.export.trigger()
        yield lambda: window.findChild(ExportDialog) is not None
        dialog = window.findChild(ExportDialog)
        yield _after(0.5)
        self._take(dialog, "export")
        form = dialog.form
        form.formats[ExportFormat.MARKDOWN].setChecked(True)
        form.pages.setText("2-1")
        yield _after(0.4)
        self._take(dialog, "export-wrong")
        form.pages.setText("1")
        form.zip.setChecked(True)
        form.show_folder(Path("/home/me/Documents/Exports of this year"))
        yield _after(0.5)
        self._take(dialog, "export-zip")
        dialog.reject()

    def _connections(self, window):
        dialog = window.privacy.open_page()
        dialog.open_at(Tab.CONNECTIONS)
        yield _after(0.4)
        self._take(dialog, "connections")
        dialog.close()
        window.actions_.own_storage.trigger()
        yield _after(0.8)
        for one in window.children():
            if getattr(one, "isVisible", bool)() and one.inherits("QDialog"):
                self._take(one, "own-storage")
                one.close()


def drawn(folder: Path) -> list[Path]:
    """Write a report with two pictures, their captions and a table."""
    import pymupdf

    bed, chart = folder / "bed.png", folder / "chart.png"
    _bed().save(str(bed))
    _chart().save(str(chart))
    path = folder / "Garden report.pdf"
    lead = (
        "The beds along the south wall came into flower two weeks early this year. The rain "
        "barrels were full by the middle of April, and not one watering was needed before June."
    )
    with pymupdf.open() as book:
        page = book.new_page()
        page.insert_text((60, 84), "The garden this spring", fontsize=24, fontname="hebo")
        page.insert_textbox((60, 104, 535, 160), lead, fontsize=11.5, fontname="helv")
        page.insert_image((60, 170, 535, 400), filename=str(bed))
        page.insert_text((60, 416), "Figure 1: The south bed on the 12th of May.", fontsize=10)
        page.insert_text((60, 456), "What was sown", fontsize=16, fontname="hebo")
        for line, cells in enumerate(_TABLE):
            for cell, text in enumerate(cells):
                font = "helv" if line else "hebo"
                place = (60 + 165 * cell, 482 + 18 * line)
                page.insert_text(place, text, fontsize=11, fontname=font)
        page.insert_image((60, 580, 300, 740), filename=str(chart))
        page.insert_text((60, 756), "Figure 2: Rain by month, in litres.", fontsize=10)
        book.save(path)
    return [path]


_TABLE = (
    ("Plant", "Rows", "Sown"),
    ("Marigolds", "4", "2 March"),
    ("Beans", "6", "18 April"),
    ("Radishes", "3", "9 March"),
)


def _bed() -> QImage:
    image = QImage(950, 460, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    sky = QLinearGradient(0, 0, 0, 460)
    for place, tone in ((0.0, "#9fc9e8"), (0.55, "#e8f1ea"), (0.56, "#6f9a4e"), (1.0, "#3f6b35")):
        sky.setColorAt(place, QColor(tone))
    painter.fillRect(image.rect(), sky)
    painter.setPen(Qt.PenStyle.NoPen)
    for number in range(46):
        across, down = 30 + number * 137 % 900, 290 + number * 71 % 140
        painter.setBrush(QColor(("#f0a020", "#e2571e", "#f6d04d")[number % 3]))
        for side in ((-9, 0), (9, 0), (0, -9), (0, 9)):
            painter.drawEllipse(QPointF(across + side[0], down + side[1]), 9, 9)
        painter.setBrush(QColor("#6b3a12"))
        painter.drawEllipse(QPointF(across, down), 6, 6)
    painter.end()
    return image


def _chart() -> QImage:
    image = QImage(600, 400, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("#40504c"), 3))
    painter.drawPolyline(QPolygonF([QPointF(50, 20), QPointF(50, 360), QPointF(580, 360)]))
    for number, high in enumerate((120, 210, 300, 180, 90)):
        painter.fillRect(QRectF(85 + 100 * number, 358 - high, 60, high), QColor("#2f8f86"))
    painter.end()
    return image


if __name__ == "__main__":
    sys.exit(photograph(ExportPhotographer))
