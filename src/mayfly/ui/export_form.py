"""The fields of an export: forms, pages, names, where to. Pure widgets; nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mayfly.domain.destinations import LONGEST_LINK
from mayfly.domain.exports import (
    ALL_PAGES,
    ExportFormat,
    ExportOrder,
    PageChoice,
    parse_page_choice,
)
from mayfly.ui.wording import Tr, format_name

_COLUMNS = 2
_LINK_HOURS = 24
_WHERE_PX = 290
_MIDDLE = Qt.TextElideMode.ElideMiddle
PATTERN = "{name}"
ZIP_NAME = "Mayfly.zip"


class ExportForm(QWidget):
    """Gives an ExportOrder, or says what is missing."""

    changed = Signal()
    folder_wanted = Signal()

    def __init__(self, formats: Sequence[ExportFormat], *, tr: Tr, parent: QWidget) -> None:
        super().__init__(parent)
        self._tr = tr
        self.folder: Path | None = None
        self.formats = {one: QCheckBox(format_name(tr, one), self) for one in formats}
        self.images = QCheckBox(tr("Pictures, as files of their own"), self)
        self.links = QCheckBox(tr("Links to pictures in your own storage, valid for"), self)
        self.link_hours = QSpinBox(self)
        self.link_hours.setRange(1, LONGEST_LINK // timedelta(hours=1))
        self.link_hours.setValue(_LINK_HOURS)
        self.link_hours.setSuffix(tr(" h"))
        self.pages = QLineEdit(self)
        self.pages.setPlaceholderText(tr("All; or 1-3, 7, 9-"))
        self.pattern = QLineEdit(PATTERN, self)
        self.fields = self._fields_button()
        self.where = QLabel(self)
        self.where.setObjectName("path")
        self.choose = QPushButton(tr("Choose…"), self)
        self.choose.setAutoDefault(False)
        self.zip = QCheckBox(tr("All of it in one zip file"), self)
        self.zip_name = QLineEdit(ZIP_NAME, self)
        self.replace = QCheckBox(tr("Replace files of the same name"), self)
        self._lay_out()
        self._connect()
        self.show_folder(None)

    # --- what was chosen -------------------------------------------------------------

    def order(self) -> ExportOrder | None:
        """Return what is wished; None while something is missing or wrong."""
        pages = self.page_choice()
        formats = tuple(one for one, box in self.formats.items() if box.isChecked())
        with_images = self.images.isChecked()
        if self.folder is None or pages is None or not (formats or with_images):
            return None
        return ExportOrder(
            formats,
            self.folder,
            pages,
            self.pattern.text().strip(),
            self.zip_name.text().strip() if self.zip.isChecked() else None,
            self.replace.isChecked(),
            with_images,
            self._links(),
        )

    def offer_links(self, offered: bool) -> None:
        """Offer links only where something was sent that they could lead to."""
        for widget in (self.links, self.link_hours):
            widget.setVisible(offered)
        if not offered:
            self.links.setChecked(False)

    def page_choice(self) -> PageChoice | None:
        """Return the pages that are meant; None when that is not how pages are written."""
        text = self.pages.text().strip()
        if not text:
            return ALL_PAGES
        try:
            return parse_page_choice(text)
        except ValueError:
            return None

    def lacks(self) -> str:
        """Return a sentence about what is still missing or wrong; "" when nothing is."""
        tr = self._tr
        if self.page_choice() is None:
            return tr("Write pages as 1-3, 7, 9-.")
        if not (self.images.isChecked() or any(box.isChecked() for box in self.formats.values())):
            return tr("Choose at least one form.")
        if self.folder is None:
            return tr("Choose a folder.")
        return ""

    def show_folder(self, folder: Path | None) -> None:
        """Show where the files go."""
        self.folder = folder
        text = str(folder) if folder else self._tr("No folder chosen yet")
        self.where.setText(self.where.fontMetrics().elidedText(text, _MIDDLE, _WHERE_PX))
        self.where.setToolTip(text)
        self.where.setAccessibleName(text)
        self.changed.emit()

    def take(self, order: ExportOrder) -> None:
        """Begin with what was chosen the last time."""
        for one, box in self.formats.items():
            box.setChecked(one in order.formats)
        self.images.setChecked(order.with_images and self.images.isEnabled())
        self.pattern.setText(order.pattern)
        self.zip.setChecked(order.zip_name is not None)
        self.zip_name.setText(order.zip_name or ZIP_NAME)
        self.replace.setChecked(order.replace)
        self.links.setChecked(order.links is not None)
        if order.links is not None:
            self.link_hours.setValue(order.links // timedelta(hours=1))
        self.show_folder(order.folder)

    def _links(self) -> timedelta | None:
        wished = self.links.isChecked() and self.links.isEnabled()
        return timedelta(hours=self.link_hours.value()) if wished else None

    def _show_links(self) -> None:
        """Only some forms can hold links."""
        can = any(one.holds_links and box.isChecked() for one, box in self.formats.items())
        self.links.setEnabled(can)
        self.links.setToolTip(
            "" if can else self._tr("Markdown and JSON can hold links; choose one of them.")
        )
        self.link_hours.setEnabled(can and self.links.isChecked())

    # --- putting together ------------------------------------------------------------

    def _fields_button(self) -> QToolButton:
        tr = self._tr
        button = QToolButton(self)
        button.setObjectName("boxed")
        button.setText(tr("Insert"))
        button.setToolTip(tr("Insert what differs from file to file"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        for field, text in (
            ("name", tr("Name of the document")),
            ("date", tr("Today's date")),
            ("number", tr("Number in this export")),
            ("format", tr("Form")),
            ("pages", tr("Pages")),
            ("job", tr("Id of the document")),
            ("batch", tr("Id of the batch")),
        ):
            words = f"{{{field}}}"
            action = menu.addAction(f"{text}\t{words}")
            action.triggered.connect(lambda _=False, words=words: self.pattern.insert(words))
        button.setMenu(menu)
        return button

    def _lay_out(self) -> None:
        tr = self._tr
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        boxes = [*self.formats.values(), self.images]
        rows = -(-len(boxes) // _COLUMNS)
        for number, box in enumerate(boxes):
            grid.addWidget(box, number % rows, number // rows)
        where = QHBoxLayout()
        where.addWidget(self.where, 1)
        where.addWidget(self.choose)
        naming = QHBoxLayout()
        naming.addWidget(self.pattern, 1)
        naming.addWidget(self.fields)
        zipped = QHBoxLayout()
        for one in (where, naming, zipped):
            one.setSpacing(10)
        zipped.addWidget(self.zip)
        zipped.addWidget(self.zip_name, 1)
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(9)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for text, field, line in (
            (tr("Pages"), self.pages, self.pages),
            (tr("File names"), self.pattern, naming),
            (tr("Folder"), self.choose, where),
        ):
            label = QLabel(text, self)
            label.setBuddy(field)
            # Beside the middle of its field, not at its top.
            label.setMinimumHeight(line.sizeHint().height())
            field.setAccessibleName(text)
            form.addRow(label, line)
        form.addRow(QLabel(self), zipped)
        form.addRow(QLabel(self), self.replace)
        linked = QHBoxLayout()
        linked.addWidget(self.links)
        linked.addWidget(self.link_hours)
        linked.addStretch(1)
        self.link_hours.setAccessibleName(tr("Hours that links are valid"))
        self.zip_name.setAccessibleName(tr("Name of the zip file"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        for part in (grid, linked, form):
            column.addLayout(part)

    def _connect(self) -> None:
        for box in (*self.formats.values(), self.images, self.zip, self.replace):
            box.toggled.connect(self.changed)
        for field in (self.pages, self.pattern, self.zip_name):
            field.textChanged.connect(self.changed)
        self.links.toggled.connect(self.changed)
        self.link_hours.valueChanged.connect(self.changed)
        self.changed.connect(self._show_links)
        self.zip.toggled.connect(self.zip_name.setEnabled)
        self.zip_name.setEnabled(False)
        self.choose.clicked.connect(self.folder_wanted)
