"""The window program: from the first line of Qt to its end. The only QApplication."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from mayfly.bootstrap import Foundation
from mayfly.composition import Mayfly
from mayfly.domain.errors import UserError
from mayfly.domain.ids import JobId
from mayfly.domain.panic import PanicReport
from mayfly.domain.preferences import Closing
from mayfly.services.lane import ThreadLane
from mayfly.ui.copies import CopyKeeper, take_back_copies
from mayfly.ui.courier import Courier
from mayfly.ui.early_panic import EarlyPanic
from mayfly.ui.file_dialogs import keep_notes_in
from mayfly.ui.icons import Icons
from mayfly.ui.input_watch import InputWatch
from mayfly.ui.interruptions import Interruptions
from mayfly.ui.keep_nothing import KeepNothing
from mayfly.ui.lock_reasons import LockReasons
from mayfly.ui.machine_watch import MachineWatch
from mayfly.ui.main_window import MainWindow
from mayfly.ui.memory_mark import mark_memory_window, offer_memory_window
from mayfly.ui.once_opener import OnceOpener
from mayfly.ui.only_adding import OnlyAdding
from mayfly.ui.own_storage import OwnStorage
from mayfly.ui.panic import Panic
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.privacy_dialog import PrivacySources
from mayfly.ui.qt_language import QtLanguage
from mayfly.ui.second_start import SecondStart
from mayfly.ui.settings_opener import Background, SettingsOpener
from mayfly.ui.theme import Theme
from mayfly.ui.tray import Tray, has_tray
from mayfly.ui.unlocking import Unlocking

_GIVEN_UP = 5
"""Exit status when the vault was not opened, as the command line has it."""


def run_window(foundation: Foundation, paths: Sequence[Path]) -> int:
    """Show the window until it is closed and return the exit status.

    paths are added as one batch once the vault is open. A second start of the same vault
    raises the first one's window instead, and only adds its paths.
    """
    with foundation.private_folder() as folder:
        keep_notes_in(folder)
        app = make_application()
        session = Session(app, foundation, [path.absolute() for path in paths])
        session.ended.connect(app.exit)
        session.start()
        with Interruptions(app, session.end):
            status = app.exec()
        session.clean_up()
        # A dialog that is still open notes where it was when it is destroyed: not after the
        # folder is gone, or it would come back.
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return status


def make_application() -> QApplication:
    """Return the application; there can be one in a process."""
    app = QApplication(["mayfly"])
    app.setApplicationDisplayName("Mayfly")
    app.setDesktopFileName("mayfly")
    # The window hides before the vault is closed; the session says when all is over.
    app.setQuitOnLastWindowClosed(False)
    return app


class Session(QObject):
    """One run of the window: unlock, show, close. Owns the lanes that are the window's own."""

    ended = Signal(int)
    """The vault is closed; the exit status."""

    def __init__(self, app: QApplication, foundation: Foundation, paths: Sequence[Path]) -> None:
        super().__init__(app)
        self._foundation = foundation
        self._paths = tuple(paths)
        # Before anything is on show: nothing of the window reads a catalogue or settings later.
        self._preferences = foundation.preferences()
        self._tr = foundation.translator(self._preferences.ui_language)
        chosen = self._preferences.ui_language
        self._qt_language = QtLanguage(foundation.text_language(chosen), chosen=chosen)
        self._copies = CopyKeeper(self._preferences.clipboard_clear_s, self)
        self._courier = Courier(self)
        self._chores = ThreadLane("chores")
        self._decode_lane = ThreadLane("decode")
        # Of its own, so that it never waits behind a chore.
        self._panic_lane = ThreadLane("panic")
        self._theme = Theme(app, self._preferences.theme)
        self._icons = Icons(foundation.resource("icons"), self._theme)
        self._instance = foundation.window_instance()
        self._is_first = self._claim()
        self._mayfly: Mayfly | None = None
        self._closed: Future[None] | None = None
        self._keeper: PreferenceKeeper | None = None
        self._ending = False
        self.window: MainWindow | None = None
        self.adding: OnlyAdding | None = None
        self.input = InputWatch(app, self)
        self.input.panic_pressed.connect(self._panic_early)
        self.early_panic = EarlyPanic(
            self._destroy,
            asks=lambda: self._preferences.panic_asks,
            courier=self._courier,
            tr=self._tr,
            parent=self,
        )
        self.early_panic.over.connect(self.end)
        self._reasons: LockReasons | None = None
        self.tray: Tray | None = None
        self.unlocking = Unlocking(
            foundation, courier=self._courier, chores=self._chores, tr=self._tr, parent=self
        )
        self.unlocking.opened.connect(self._open)
        self.unlocking.given_up.connect(lambda: self.end(_GIVEN_UP))

    def start(self) -> None:
        """Open the vault; or raise the window that is there already."""
        if not self._is_first:
            self._instance.ask_to_raise()
            if not self._paths:
                QTimer.singleShot(0, self.end)
                return
        self.unlocking.start()

    def end(self, status: int = 0) -> None:
        """Leave the screen now; close the vault off the GUI thread; then end."""
        if self._ending:
            return
        self._ending = True
        done = functools.partial(self.ended.emit, status)
        if self.window is not None:
            self.window.leaving.leave()
        # Closing the vault can take seconds: who starts anew meanwhile gets a window.
        self._instance.release()
        if self._mayfly is None:
            # The keyring may be asking the user and never answer: nothing to wait for.
            QTimer.singleShot(0, done)
            return
        future = self._chores.submit(self._mayfly.close)
        self._courier.ask(self, future, then=lambda _: done(), failed=lambda _: done())

    def clean_up(self) -> None:
        """Drop what is left after the event loop has ended."""
        take_back_copies()
        self._copies.stop()
        if self._reasons is not None:
            self._reasons.stop()
        if self.tray is not None:
            self.tray.take_down()
        if self.window is not None:
            self.window.deleteLater()
        self.early_panic.clean_up()
        if self.adding is not None:
            self.adding.clean_up()
        if not self.unlocking.busy:
            self._foundation.close()
        self._instance.release()
        self._qt_language.take_back()
        for lane in (self._decode_lane, self._panic_lane, self._chores):
            lane.close()

    def _claim(self) -> bool:
        try:
            return self._instance.claim()
        except UserError:
            # A folder that cannot be written: opening the vault meets it next, and says so.
            return True

    def _open(self, mayfly: Mayfly) -> None:
        if self._ending:
            return
        self._mayfly = mayfly
        keeper = self._keeper = PreferenceKeeper(
            self._preferences,
            self._foundation.save_preferences,
            chores=self._chores,
            courier=self._courier,
            parent=self,
        )
        self._copies.copied.connect(lambda job_id: mayfly.audit.note_copied(JobId(job_id)))
        keeper.changed.connect(lambda: self._copies.set_seconds(keeper.now.clipboard_clear_s))
        if not self._is_first:
            self._only_add(mayfly, keeper)
            return
        window = self.window = MainWindow(
            mayfly,
            preferences=keeper,
            privacy=self._privacy_of(mayfly),
            make_source=self._foundation.pasted,
            suffixes=self._foundation.document_suffixes,
            courier=self._courier,
            theme=self._theme,
            icons=self._icons,
            tr=self._tr,
            now=self._foundation.now,
            decode_lane=self._decode_lane,
        )
        if self._foundation.in_memory:
            mark_memory_window(window, self._tr)
        offer_memory_window(window, possible=self._foundation.may_be_in_memory)
        window.closing.connect(self.end)
        self._offer_view_once(window, keeper)
        self._offer_keeping_nothing(window, mayfly, keeper)
        self._reasons = self._watch_for_locking(window, keeper)
        self.tray = self._make_tray(window, keeper)
        self._offer_settings(window, mayfly, keeper, self._reasons)
        self._offer_panic(window, keeper)
        if not self._stays_away(keeper):
            window.show()
        window.begin()
        mayfly.queue.start()
        mayfly.uploads.start()
        window.add_paths(self._paths)
        # A vault that is made anew later begins empty.
        self._paths = ()
        languages = self._chores.submit(self._foundation.languages)
        self._courier.ask(window, languages, then=window.languages.show_installed)
        SecondStart(
            window,
            self._instance.is_asked_to_raise,
            lane=self._chores,
            courier=self._courier,
            is_ending=lambda: self._ending,
        )

    def _make_tray(self, window: MainWindow, keeper: PreferenceKeeper) -> Tray | None:
        if not has_tray() or self._foundation.in_memory:
            # In memory only, closing is the deletion: nothing of it may run on unseen.
            return None
        return Tray(
            window,
            preferences=keeper,
            courier=self._courier,
            icon=self._icons.app_icon(),
            tr=self._tr,
        )

    def _stays_away(self, keeper: PreferenceKeeper) -> bool:
        """Whether not to show the window: the desktop started it, and an icon stands for it."""
        is_wished = keeper.now.closing == Closing.STAY and self._foundation.is_login_start
        return is_wished and self.tray is not None

    def _privacy_of(self, mayfly: Mayfly) -> PrivacySources:
        foundation, courier = self._foundation, self._courier
        return PrivacySources(
            machine=MachineWatch(foundation.grade, lane=self._chores, courier=courier, parent=self),
            places=foundation.places(),
            audit=mayfly.audit,
            proof=mayfly.proof,
            lane=self._chores,
            language=foundation.text_language(self._preferences.ui_language),
            network=foundation.network,
        )

    def _watch_for_locking(self, window: MainWindow, keeper: PreferenceKeeper) -> LockReasons:
        reasons = LockReasons(
            window.lock.keeper,
            self._foundation.desktop(),
            preferences=keeper,
            is_busy=lambda: window.busy,
            parent=window,
        )
        self.input.used.connect(reasons.clock.note_use)
        reasons.start()
        return reasons

    def _offer_settings(
        self, window: MainWindow, mayfly: Mayfly, keeper: PreferenceKeeper, reasons: LockReasons
    ) -> None:
        storage = OwnStorage(
            window,
            mayfly,
            preferences=keeper,
            courier=self._courier,
            tr=self._tr,
            theme=self._theme,
            icons=self._icons,
        )
        foundation, chores = self._foundation, self._chores
        opener = SettingsOpener(
            window,
            mayfly.locking,
            preferences=keeper,
            reasons=reasons,
            save=lambda folder, stem, text: chores.submit(
                lambda: foundation.save_text(folder, stem, text)
            ),
            background=Background(
                has_tray=self.tray is not None,
                timer=foundation.purge_timer(),
                login=foundation.login_start(),
                lane=chores,
            ),
            spoken=foundation.text_languages(),
            storage=storage.watch,
            courier=self._courier,
            theme=self._theme,
            icons=self._icons,
            tr=self._tr,
        )
        storage.settings_wanted.connect(opener.open_storage)

    def _offer_view_once(self, window: MainWindow, keeper: PreferenceKeeper) -> None:
        OnceOpener(
            window,
            self._foundation.view_once,
            preferences=keeper,
            decode_lane=self._decode_lane,
            courier=self._courier,
            theme=self._theme,
            tr=self._tr,
            suffixes=self._foundation.document_suffixes,
        )

    def _offer_keeping_nothing(
        self, window: MainWindow, mayfly: Mayfly, keeper: PreferenceKeeper
    ) -> None:
        KeepNothing(
            window,
            mayfly,
            preferences=keeper,
            lane=self._chores,
            courier=self._courier,
            tr=self._tr,
            suffixes=self._foundation.document_suffixes,
        )

    def _offer_panic(self, window: MainWindow, keeper: PreferenceKeeper) -> None:
        panic = Panic(
            window,
            window.lock.curtain,
            window.gone,
            destroy=self._destroy,
            asks=lambda: keeper.now.panic_asks,
            courier=self._courier,
            tr=self._tr,
        )
        self.input.panic_pressed.connect(panic.press)
        window.actions_.panic.triggered.connect(panic.press)
        panic.gone.connect(self._drop_vault)
        window.gone.quit_wanted.connect(self.end)
        window.gone.fresh_wanted.connect(self._start_afresh)

    def _destroy(self) -> Future[PanicReport]:
        return self._panic_lane.submit(self._foundation.panic)

    def _panic_early(self) -> None:
        if self.window is None and self._is_first and not self._ending:
            self.early_panic.press(self.unlocking.shown)

    def _drop_vault(self) -> None:
        """Close what is open of a vault that was destroyed: its keys are still in memory."""
        mayfly, self._mayfly = self._mayfly, None
        if mayfly is not None:
            self._copies.copied.disconnect()
            self._closed = self._chores.submit(mayfly.close)

    def _start_afresh(self) -> None:
        """Put the window away, and make a new vault as at a first start."""
        window, self.window = self.window, None
        if window is None or self._closed is None:
            return
        if self._keeper is not None:
            # What was set since the start is kept, as the settings file keeps it.
            self._preferences = self._keeper.now
        if self._reasons is not None:
            self._reasons.stop()
        if self.tray is not None:
            self.tray.take_down()
            self.tray = None
        window.closing.disconnect(self.end)
        window.leaving.leave()
        window.deleteLater()
        start = self.unlocking.start
        self._courier.ask(self, self._closed, then=lambda _: start(), failed=lambda _: start())

    def _only_add(self, mayfly: Mayfly, keeper: PreferenceKeeper) -> None:
        """Add the paths for the window that is there, which reads them."""
        self.adding = OnlyAdding(mayfly.intake, courier=self._courier, tr=self._tr, parent=self)
        self.adding.finished.connect(self.end)
        self.adding.start(self._paths, keeper.wish())
