"""What was read on the page on show, in tabs: its text, Markdown, JSON; and all its pictures."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QWidget

from mayfly.domain.errors import UserError
from mayfly.domain.exports import ExportFormat
from mayfly.domain.ids import JobId
from mayfly.services.page_forms import PageForms
from mayfly.ui.courier import Courier
from mayfly.ui.form_view import FormView
from mayfly.ui.images_view import ImagesView
from mayfly.ui.page_picture import PagePicture
from mayfly.ui.text_view import TextView
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, error_text, number_text


@dataclass(frozen=True, slots=True)
class Place:
    """A page of a job."""

    job_id: JobId
    number: int


class ReadingTabs(QTabWidget):
    """Only the tab that is looked at fetches; all let go when the page does."""

    page_turn_wanted = Signal(int)

    def __init__(
        self,
        forms: PageForms,
        images: ImagesView,
        *,
        courier: Courier,
        tr: Tr,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._forms = forms
        self._courier = courier
        self._tr = tr
        self._order = 0
        self._place: Place | None = None
        self._shown: dict[FormView, Place] = {}
        self.text = TextView(tr=tr, theme=theme, parent=self)
        self.markdown = FormView(tr("Markdown of the page"), tr=tr, parent=self)
        self.json = FormView(tr("Words and boxes of the page"), tr=tr, parent=self)
        self._formats = {self.markdown: ExportFormat.MARKDOWN, self.json: ExportFormat.JSON}
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.tabBar().setAccessibleName(tr("What was read"))
        self.addTab(self.text, tr("Text"))
        self.addTab(self.markdown, tr("Markdown"))
        self.addTab(self.json, tr("JSON"))
        self._images = self.addTab(images, tr("Images"))
        images.count_changed.connect(self._show_count)
        self.currentChanged.connect(self._fetch)
        for view in (self.text, self.markdown, self.json):
            view.page_turn_wanted.connect(self.page_turn_wanted)

    @property
    def place(self) -> Place | None:
        """The page whose result is on show; None when there is none to copy."""
        return self._place

    def show_page(self, page: PagePicture | None) -> None:
        """Show another page's result, or none; what was shown before is let go at once."""
        self._order += 1
        self._shown.clear()
        self.text.show_page(page)
        for view in self._formats:
            view.let_go()
        self._place = _place_of(page)
        self._fetch()

    def _show_count(self, count: int) -> None:
        title = self._tr("Images")
        self.setTabText(self._images, f"{title} ({number_text(count)})" if count else title)

    def _fetch(self) -> None:
        view, place = self.currentWidget(), self._place
        if not isinstance(view, FormView) or place is None or self._shown.get(view) == place:
            return
        self._shown[view] = place
        order = self._order
        self._courier.ask(
            self,
            self._forms.readable(place.job_id, self._formats[view], place.number),
            then=lambda text: self._take(order, view, text, place),
            failed=lambda error: self._fail(order, view, error),
        )

    def _take(self, order: int, view: FormView, text: str, place: Place) -> None:
        if order == self._order:
            view.show_form(text, place.job_id)

    def _fail(self, order: int, view: FormView, error: UserError) -> None:
        if order == self._order:
            view.show_note(error_text(self._tr, error))


def _place_of(page: PagePicture | None) -> Place | None:
    if page is None or page.job_id is None or page.origin is None:
        return None
    return Place(page.job_id, page.number)
