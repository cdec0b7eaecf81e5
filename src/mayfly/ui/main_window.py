"""The main window: puts the panes together and connects them. What they do is theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from mayfly.composition import Mayfly
from mayfly.domain.error_codes import error_of
from mayfly.domain.events import Event, IntakeProgress, QueuePaused, Trouble
from mayfly.domain.ports import Lane
from mayfly.domain.states import JobState
from mayfly.services.progress import Pace
from mayfly.ui.actions import Actions
from mayfly.ui.arrivals import Arrivals, MakeSource
from mayfly.ui.commands import Commands
from mayfly.ui.courier import Courier
from mayfly.ui.curtain import Curtain, Documents
from mayfly.ui.delete_commands import DeleteCommands
from mayfly.ui.deleting import Deleting
from mayfly.ui.drop_window import DropWindow
from mayfly.ui.empty_state import EmptyState
from mayfly.ui.ends import Ends
from mayfly.ui.export_commands import ExportCommands
from mayfly.ui.file_dialogs import FileDialogs
from mayfly.ui.first_choice import FirstChoice
from mayfly.ui.gone_screen import GoneScreen
from mayfly.ui.icons import Icons
from mayfly.ui.job_feed import JobFeed
from mayfly.ui.job_list import JobList
from mayfly.ui.job_model import JobModel
from mayfly.ui.keep_button import KeepButton
from mayfly.ui.language_menu import LanguageButton
from mayfly.ui.leaving import Leaving
from mayfly.ui.list_pane import ListPane
from mayfly.ui.lock_screen import LockScreen
from mayfly.ui.pace_keeper import PaceKeeper
from mayfly.ui.page_pane import PagePane
from mayfly.ui.picture_saving import PictureSaving
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.privacy_commands import PrivacyCommands
from mayfly.ui.privacy_dialog import PrivacySources
from mayfly.ui.status_strip import StatusStrip
from mayfly.ui.theme import Theme
from mayfly.ui.toolbar import Toolbar
from mayfly.ui.trouble_bar import TroubleBar
from mayfly.ui.window_lock import WindowLock
from mayfly.ui.wishes import Wishes
from mayfly.ui.wording import Tr
from mayfly.ui.workspace import SIZE_PX, Workspace, tight_column

_LEAST_PX = (760, 480)
_SETTLE_MS = 80


class MainWindow(DropWindow):
    """Everything a user sees of an open vault. Its title never says more than the name."""

    closing = Signal()
    """The window is gone from the screen; the application may end."""

    def __init__(
        self,
        mayfly: Mayfly,
        *,
        preferences: PreferenceKeeper,
        privacy: PrivacySources,
        make_source: MakeSource,
        suffixes: Sequence[str],
        courier: Courier,
        theme: Theme,
        icons: Icons,
        tr: Tr,
        now: Callable[[], datetime],
        decode_lane: Lane,
    ) -> None:
        super().__init__(tr=tr, theme=theme, icons=icons)
        self._mayfly = mayfly
        self._preferences = preferences
        self._courier = courier
        self._theme = theme
        self._tr = tr
        self._paused = False
        self._had_documents = False
        self._since = now().replace(microsecond=0)
        self._stop_hearing: Callable[[], None] = lambda: None
        self.setWindowTitle("Mayfly")
        self.setWindowIcon(icons.app_icon())
        self.setMinimumSize(*_LEAST_PX)
        self.resize(*SIZE_PX)
        self._make_parts(make_source, decode_lane, now)
        self._make_widgets(icons, decode_lane, suffixes)
        self.privacy = self._make_privacy(privacy, icons)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._lay_out()
        self._connect()
        self.lock = self._make_lock(icons)
        self._show_state()

    def _make_parts(
        self, make_source: MakeSource, decode_lane: Lane, now: Callable[[], datetime]
    ) -> None:
        """Make what is not seen: the rows, and what goes to and comes from the vault."""
        self.model = JobModel(self._tr, now=now, parent=self)
        self.feed = JobFeed(self._mayfly.library, self._courier, self.model)
        self.pace = PaceKeeper(self.model)
        self.wishes = Wishes(
            self._mayfly,
            feed=self.feed,
            courier=self._courier,
            tr=self._tr,
            parent=self,
        )
        self.deleting = Deleting(
            self._mayfly.deletions,
            model=self.model,
            feed=self.feed,
            courier=self._courier,
            parent=self,
        )
        self.arrivals = Arrivals(
            self._mayfly.intake,
            make_source=make_source,
            decode_lane=decode_lane,
            courier=self._courier,
            preferences=self._preferences,
            tr=self._tr,
            now=now,
            parent=self,
        )
        self.leaving = Leaving(self, is_busy=lambda: self.arrivals.busy, tr=self._tr)

    def _make_widgets(self, icons: Icons, decode_lane: Lane, suffixes: Sequence[str]) -> None:
        self.actions_ = Actions(
            self, tr=self._tr, icons=icons, formats=self._mayfly.exporting.formats
        )
        self.jobs = JobList(self.model, tr=self._tr, theme=self._theme, icons=icons, parent=self)
        self.pages = PagePane(
            self._mayfly.library,
            decode_lane,
            forms=self._mayfly.forms,
            model=self.model,
            courier=self._courier,
            tr=self._tr,
            theme=self._theme,
            icons=icons,
            parent=self,
        )
        self.languages = LanguageButton(
            self._preferences.now.languages, tr=self._tr, icons=icons, parent=self
        )
        self.keep = KeepButton(
            self._preferences.rule,
            formats=self._mayfly.exporting.formats,
            now=self.model.now,
            tr=self._tr,
            icons=icons,
            parent=self,
        )
        self.toolbar = Toolbar(
            self.actions_, self.languages, self.keep, tr=self._tr, icons=icons, parent=self
        )
        self.trouble = TroubleBar(tr=self._tr, theme=self._theme, icons=icons, parent=self)
        self.empty = EmptyState(tr=self._tr, theme=self._theme, icons=icons, parent=self)
        self.empty.show_hours(self._preferences.now.result_hours)
        self.status = StatusStrip(tr=self._tr, parent=self)
        self.documents = Documents(
            self.model, self.feed, self.jobs, self.pages, self.status, self.trouble
        )
        self._make_commands(icons, decode_lane, suffixes)

    def _make_commands(self, icons: Icons, decode_lane: Lane, suffixes: Sequence[str]) -> None:
        dialogs = FileDialogs(self, tr=self._tr, suffixes=suffixes)
        self.exports = ExportCommands(
            self._mayfly.exporting,
            dialogs=dialogs,
            status=self.status,
            trouble=self.trouble,
            courier=self._courier,
            tr=self._tr,
            window=self,
        )
        self.commands = Commands(
            self.actions_,
            jobs=self.jobs,
            pages=self.pages,
            wishes=self.wishes,
            arrivals=self.arrivals,
            dialogs=dialogs,
            exports=self.exports,
            theme=self._theme,
            preferences=self._preferences,
            tr=self._tr,
            window=self,
        )
        PictureSaving(
            self._mayfly.pictures, self.documents, dialogs, courier=self._courier, tr=self._tr
        )
        self.actions_.quit.triggered.connect(self.leaving.quit)
        self.delete_commands = DeleteCommands(
            self.actions_,
            self._mayfly.deletions,
            self.documents,
            deleting=self.deleting,
            courier=self._courier,
            tr=self._tr,
            window=self,
        )

        self.ends = Ends(
            self.actions_,
            self._mayfly,
            self.documents,
            arrivals=self.arrivals,
            lane=decode_lane,
            button=self.keep,
            preferences=self._preferences,
            courier=self._courier,
            tr=self._tr,
            theme=self._theme,
            icons=icons,
            window=self,
        )
        self.keep_commands = self.ends.commands

    def _make_privacy(self, sources: PrivacySources, icons: Icons) -> PrivacyCommands:
        return PrivacyCommands(
            self.actions_,
            sources,
            status=self.status,
            trouble=self.trouble,
            preferences=self._preferences,
            courier=self._courier,
            tr=self._tr,
            theme=self._theme,
            icons=icons,
            window=self,
        )

    def _make_lock(self, icons: Icons) -> WindowLock:
        screen = LockScreen(tr=self._tr, theme=self._theme, icons=icons, parent=self)
        self.gone = GoneScreen(tr=self._tr, theme=self._theme, icons=icons, parent=self)
        for cover in (screen, self.gone):
            self._front.addWidget(cover)
        actions = self.actions_
        curtain = Curtain(
            self,
            self.documents,
            front=self._front,
            body=self._body,
            allowed=[actions.quit, actions.panic, *actions.themes.values()],
        )
        return WindowLock(
            self,
            self._mayfly.locking,
            screen=screen,
            curtain=curtain,
            actions=actions,
            courier=self._courier,
            tr=self._tr,
        )

    def begin(self) -> None:
        """Ask for the jobs, and listen from now on."""
        self._stop_hearing = self._mayfly.bus.subscribe(self._courier.hear)
        self._courier.ask(self, self._mayfly.queue.is_paused(), then=self._show_paused)
        self.feed.ask()
        self.privacy.begin()
        self.ends.begin()
        # It may have been locked again since it was opened, before anybody listened.
        self.lock.keeper.look()

    @property
    def busy(self) -> bool:
        """Whether documents are being added or read, or wait for that and not for a user."""
        counts = self.model.counts
        waiting = counts[JobState.QUEUED] > 0 and not self._paused
        return self.arrivals.busy or counts[JobState.READING] > 0 or waiting

    def add_paths(self, paths: Sequence[Path]) -> None:
        """Add files and folders as one batch."""
        self.arrivals.add_paths(paths)

    # --- Qt's calls ------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave the screen at once, or ask first when documents would be left out."""
        if not self.leaving.may_close():
            event.ignore()
            return
        self.pages.forget()
        self.feed.stop()
        self._stop_hearing()
        self.hide()
        event.accept()
        self.closing.emit()

    # --- what is shown ---------------------------------------------------------------

    def _show_state(self) -> None:
        """Bring everything that depends on the jobs up to date."""
        self._had_documents = self._had_documents or self.model.alive > 0
        deleted = self.model.counts[JobState.DELETED]
        self.empty.deleted.setVisible(deleted > 0)
        wanted = self._workspace if self._had_documents else self.empty
        if self._stack.currentWidget() is not wanted:
            self._stack.setCurrentWidget(wanted)
        self.status.show_counts(self.model.counts, paused=self._paused)
        self._settle.start()

    def _show_paused(self, paused: bool) -> None:
        self._paused = paused
        self.commands.show_paused(paused)
        self.status.show_counts(self.model.counts, paused=paused)

    def _show_pace(self, pace: Pace) -> None:
        self.status.show_pace(self.model.texts.pace(pace.pages_per_minute, pace.left_s))

    def _show_deleted_ones(self) -> None:
        self._had_documents = True
        self.actions_.show_deleted.setChecked(True)
        self._show_state()
        self.jobs.setFocus()

    def _hear(self, event: Event) -> None:
        match event:
            case IntakeProgress() if not self.lock.curtain.drawn:
                self.status.show_intake(event)
            case QueuePaused(paused):
                self._show_paused(paused)
            case Trouble(code):
                self.trouble.show_error(error_of(code))
            case _:
                pass

    def _follow_preferences(self) -> None:
        now = self._preferences.now
        self.languages.choose(now.languages)
        self.empty.show_hours(self._preferences.rule.result_hours)

    def _note_filled(self) -> None:
        (self.jobs if self._had_documents else self.empty.add).setFocus()

    # --- putting together ------------------------------------------------------------

    def _lay_out(self) -> None:
        side = ListPane(self.jobs, self.model, actions=self.actions_, tr=self._tr, parent=self)
        self._workspace = Workspace(side, self.pages, self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._workspace)
        self._body = QWidget(self)
        column = tight_column(self._body)
        for widget in (self.toolbar, self.ends, self.trouble, self.exports.bar):
            column.addWidget(widget)
        column.addWidget(self._stack, 1)
        column.addWidget(self.status)
        self._front = QStackedWidget(self)
        self._front.addWidget(self._body)
        tight_column(self).addWidget(self._front)

    def _connect(self) -> None:
        self._settle.timeout.connect(self.commands.show_chosen)
        for others in (self.delete_commands, self.keep_commands):
            self._settle.timeout.connect(others.show_chosen)
            self.commands.menu_opening.connect(others.show_chosen)
        self.model.applied.connect(self._show_state)
        FirstChoice(self.model, self.jobs, self.pages, since=self._since)
        self.feed.filled.connect(self._note_filled)
        self.pace.pace_changed.connect(self._show_pace)
        self.jobs.job_chosen.connect(self.pages.show_job)
        self.jobs.chosen_changed.connect(self._settle.start)
        self.jobs.password_given.connect(self.wishes.give_password)
        self.actions_.show_deleted.toggled.connect(self.model.set_show_deleted)
        self.pages.recognise_wanted.connect(lambda row: self.wishes.recognise_anyway([row]))
        self.wishes.failed.connect(self.trouble.show_error)
        self.pages.copy.failed.connect(self.trouble.show_error)
        self.pages.copy.copied.connect(self.status.show_message)
        self.wishes.told.connect(self.status.show_message)
        self.offered.connect(self.arrivals.add_offer)
        self.arrivals.failed.connect(self.trouble.show_error)
        self.arrivals.nothing_there.connect(
            lambda: self.status.show_message(self._tr("There is no document or picture in it."))
        )
        self._courier.trouble_arrived.connect(self.trouble.show_error)
        self._courier.event_arrived.connect(self._hear)
        self.languages.languages_changed.connect(self._preferences.set_languages)
        self._preferences.changed.connect(self._follow_preferences)
        self.empty.add_wanted.connect(self.actions_.add_files.trigger)
        self.empty.paste_wanted.connect(self.commands.paste)
        self.empty.deleted_wanted.connect(self._show_deleted_ones)
