"""What the actions of the window do. Each group of actions is connected here, once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from mayfly.ui.actions import Actions
from mayfly.ui.arrivals import Arrivals
from mayfly.ui.export_commands import ExportCommands
from mayfly.ui.file_dialogs import FileDialogs, Wanted
from mayfly.ui.job_list import JobList
from mayfly.ui.offer import offer_of
from mayfly.ui.page_pane import PagePane
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.theme import Theme
from mayfly.ui.wishes import Wishes
from mayfly.ui.wording import Tr


class Commands(QObject):
    """Turns actions into wishes for the rows that are chosen, and knows which make sense."""

    menu_opening = Signal()
    """The context menu is about to show actions of others, too."""

    def __init__(
        self,
        actions: Actions,
        *,
        jobs: JobList,
        pages: PagePane,
        wishes: Wishes,
        arrivals: Arrivals,
        dialogs: FileDialogs,
        exports: ExportCommands,
        theme: Theme,
        preferences: PreferenceKeeper,
        tr: Tr,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._jobs = jobs
        self._pages = pages
        self._wishes = wishes
        self._arrivals = arrivals
        self._dialogs = dialogs
        self._exports = exports
        self._theme = theme
        self._preferences = preferences
        self._tr = tr
        self._window = window
        self._paused = False
        self._more: list[Callable[[QMenu], object]] = []
        self._connect_documents()
        self._connect_view()
        jobs.menu_wanted.connect(self.open_menu)

    def show_chosen(self) -> None:
        """Enable what makes sense for the rows that are chosen."""
        jobs, actions, wishes = self._jobs.chosen_jobs(), self._actions, self._wishes
        actions.cancel.setEnabled(bool(wishes.may_cancel(jobs)))
        actions.retry.setEnabled(bool(wishes.may_retry(jobs)))
        actions.recognise.setEnabled(bool(wishes.may_recognise(jobs)))
        exports = bool(wishes.may_export(jobs))
        for action in (actions.export, *actions.exports.values()):
            action.setEnabled(exports)

    def show_paused(self, paused: bool) -> None:
        """Make the pause action mean the other way from here."""
        self._paused = paused
        self._actions.show_paused(paused)

    def paste(self) -> None:
        """Add what is in the clipboard."""
        self._arrivals.add_offer(offer_of(QGuiApplication.clipboard().mimeData()))

    def choose_theme(self, theme: str) -> None:
        """Wear auto, light or dark, and remember it."""
        self._theme.choose(theme)
        self._preferences.set_theme(theme)

    def extend_menu(self, add: Callable[[QMenu], object]) -> None:
        """Have the context menu offer more, for the rows that are chosen when it opens."""
        self._more.append(add)

    def open_menu(self, point: QPoint) -> None:
        """Open the context menu of the chosen rows."""
        actions = self._actions
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([actions.cancel, actions.retry, actions.recognise])
        menu.addSeparator()
        exports = menu.addMenu(self._tr("Export"))
        exports.addAction(actions.export)
        exports.addSeparator()
        exports.addActions(list(actions.exports.values()))
        for add in self._more:
            add(menu)
        menu.addSeparator()
        menu.addAction(actions.keep)
        menu.addActions([actions.delete, actions.delete_source, actions.delete_result])
        self.menu_opening.emit()
        self.show_chosen()
        menu.popup(point)

    # --- putting together ------------------------------------------------------------

    def _connect_documents(self) -> None:
        actions, jobs, wishes, arrivals = self._actions, self._jobs, self._wishes, self._arrivals
        ask = self._dialogs.ask
        actions.add_files.triggered.connect(lambda: ask(Wanted.FILES, arrivals.add_paths))
        actions.add_folder.triggered.connect(lambda: ask(Wanted.FOLDER, arrivals.add_paths))
        actions.paste.triggered.connect(self.paste)
        actions.pause.triggered.connect(lambda: wishes.set_paused(not self._paused))
        for action, act in (
            (actions.cancel, wishes.cancel),
            (actions.retry, wishes.retry),
            (actions.recognise, wishes.recognise_anyway),
        ):
            action.triggered.connect(lambda _=False, act=act: act(jobs.chosen_jobs()))
        actions.export.triggered.connect(
            lambda: self._exports.open(wishes.may_export(jobs.chosen_jobs()))
        )
        for file_format, action in actions.exports.items():
            action.triggered.connect(lambda _=False, kind=file_format: self._export(kind))

    def _connect_view(self) -> None:
        actions, pages = self._actions, self._pages
        actions.next_page.triggered.connect(lambda: pages.turn(1))
        actions.previous_page.triggered.connect(lambda: pages.turn(-1))
        actions.zoom_in.triggered.connect(pages.canvas.zoom_in)
        actions.zoom_out.triggered.connect(pages.canvas.zoom_out)
        actions.zoom_fit.triggered.connect(pages.canvas.fit_width)
        actions.zoom_full.triggered.connect(lambda: pages.canvas.zoom_to(1.0))
        actions.boxes.toggled.connect(pages.bar.boxes.setChecked)
        pages.bar.boxes.toggled.connect(actions.boxes.setChecked)
        actions.next_pane.triggered.connect(self._next_pane)
        for theme, action in actions.themes.items():
            action.setChecked(theme == self._theme.choice)
            action.triggered.connect(lambda _=False, theme=theme: self.choose_theme(theme))

    def _export(self, file_format: str) -> None:
        rows = self._wishes.may_export(self._jobs.chosen_jobs())
        if rows:
            self._dialogs.ask(
                Wanted.TARGET, lambda paths: self._wishes.export(rows, file_format, paths[0])
            )

    def _next_pane(self) -> None:
        panes = [self._jobs, self._pages.canvas, self._pages.text]
        shown = [pane for pane in panes if pane.isVisible()]
        if not shown:
            return
        here = next((place for place, pane in enumerate(shown) if pane.hasFocus()), -1)
        shown[(here + 1) % len(shown)].setFocus(Qt.FocusReason.ShortcutFocusReason)
