"""The button that copies what was read: as text, as Markdown, or its tables; a page or all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QToolButton

from mayfly.domain.exports import ExportFormat
from mayfly.domain.ids import JobId
from mayfly.services.page_forms import CopiedTables, PageForms
from mayfly.ui.copies import CopiedText
from mayfly.ui.courier import Courier
from mayfly.ui.icons import Icons
from mayfly.ui.reading_tabs import Place, ReadingTabs
from mayfly.ui.wording import Tr

T = TypeVar("T")

_ICON = QSize(18, 18)
_TSV = "text/tab-separated-values"


class CopyButton(QToolButton):
    """Sits beside the tabs. What is copied is marked as secret and is taken back by CopyKeeper."""

    copied = Signal(str)
    """A sentence that says what lies in the clipboard."""
    failed = Signal(object)
    """A UserError: there was nothing to copy, and why."""

    def __init__(
        self, forms: PageForms, tabs: ReadingTabs, *, courier: Courier, tr: Tr, icons: Icons
    ) -> None:
        super().__init__(tabs)
        self._forms = forms
        self._tabs = tabs
        self._courier = courier
        self._tr = tr
        self._order = 0
        self.setObjectName("small")
        self.setAutoRaise(True)
        self.setIconSize(_ICON)
        self.setToolTip(tr("Copy what was read"))
        self.setAccessibleName(tr("Copy what was read"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        icons.dress(self, "copy", (_ICON.width(),))
        self.setMenu(self._make_menu())

    def _make_menu(self) -> QMenu:
        tr, menu = self._tr, QMenu(self)
        copies: list[QAction] = []
        for title, whole in ((tr("This page"), False), (tr("All pages"), True)):
            # Not addSection: with a style sheet its title is not drawn.
            if whole:
                menu.addSeparator()
            menu.addAction(title).setEnabled(False)
            for text, copy in (
                (tr("Copy as text"), partial(self._copy_form, ExportFormat.TEXT)),
                (tr("Copy as Markdown"), partial(self._copy_form, ExportFormat.MARKDOWN)),
                (tr("Copy the tables"), self._copy_tables),
            ):
                action = menu.addAction(text)
                action.triggered.connect(lambda _=False, copy=copy, whole=whole: copy(whole))
                copies.append(action)
        menu.aboutToShow.connect(lambda: self._enable(copies))
        return menu

    def _enable(self, copies: Sequence[QAction]) -> None:
        for action in copies:
            action.setEnabled(self._tabs.place is not None)

    def _copy_form(self, file_format: ExportFormat, whole: bool) -> None:
        place = self._tabs.place
        if place is not None:
            future = self._forms.form(place.job_id, file_format, _number(place, whole))
            self._ask(future, place, lambda text: CopiedText(text, place.job_id))

    def _copy_tables(self, whole: bool) -> None:
        place = self._tabs.place
        if place is not None:
            future = self._forms.tables(place.job_id, _number(place, whole))
            self._ask(future, place, lambda tables: _tables_copy(tables, place.job_id))

    def _ask(self, future: Future[T], place: Place, copy_of: Callable[[T], CopiedText]) -> None:
        self._order += 1
        order = self._order

        def put(answer: T) -> None:
            # Locked or deleted meanwhile: what was asked for then must not come out now.
            if order == self._order and self._tabs.place == place:
                QGuiApplication.clipboard().setMimeData(copy_of(answer))
                self.copied.emit(self._tr("Copied. Other programs can read it now."))

        self._courier.ask(self, future, then=put, failed=self.failed.emit)


def _number(place: Place, whole: bool) -> int | None:
    return None if whole else place.number


def _tables_copy(tables: CopiedTables, job_id: JobId) -> CopiedText:
    copy = CopiedText(tables.tsv, job_id, tables.html)
    copy.setData(_TSV, tables.tsv.encode())
    return copy
