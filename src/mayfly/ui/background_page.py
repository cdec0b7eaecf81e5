"""The page of the settings about Mayfly without its window; files are written on a lane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QCheckBox, QWidget

from mayfly.domain.background import TimerState
from mayfly.domain.errors import UserError
from mayfly.domain.ports import Lane
from mayfly.domain.preferences import Closing
from mayfly.ui.courier import Courier
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.settings_form import SettingsForm, choice, say, tick
from mayfly.ui.settings_pages import follow
from mayfly.ui.wording import Tr

_INSTALLED = (TimerState.RUNNING, TimerState.AT_NEXT_LOGIN)


class Timer(Protocol):
    """The system's timer that keeps ends while Mayfly is closed."""

    def install(self) -> TimerState:
        """Switch it on."""
        ...

    def remove(self) -> TimerState:
        """Take it away."""
        ...

    def state(self) -> TimerState:
        """Tell how it stands."""
        ...


class LoginStart(Protocol):
    """Starting with the desktop."""

    def set_wanted(self, wanted: bool) -> bool:
        """Switch it on or off; tell how it stands."""
        ...

    def is_wanted(self) -> bool:
        """Tell how it stands."""
        ...


class BackgroundPage(SettingsForm):
    """Closing, starting at login, the system's timer, notifications."""

    def __init__(
        self,
        preferences: PreferenceKeeper,
        *,
        has_tray: bool,
        timer: Timer,
        login: LoginStart,
        lane: Lane,
        courier: Courier,
        tr: Tr,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tr = tr
        self._lane = lane
        self._courier = courier
        now = preferences.now
        self.add_heading(tr("When the window is closed"))
        ways = [
            (Closing.ASK.value, tr("Ask")),
            (Closing.STAY.value, tr("Keep running")),
            (Closing.QUIT.value, tr("Quit")),
        ]
        self.closing = choice(ways, now.closing, self)
        self.closing.setEnabled(has_tray)
        self.closing.currentIndexChanged.connect(
            lambda _: preferences.change(closing=self.closing.currentData())
        )
        self.add_row(tr("Closing the window"), self.closing)
        if not has_tray:
            self.add_text(
                tr("This desktop has no place for an icon, so closing always ends Mayfly.")
            )
        self.notify = tick(tr("Say when documents were destroyed"), now.notify_purges, self)
        self.notify.setEnabled(has_tray)
        self.add_widget(self.notify)
        self.add_text(tr("How many, never which."))
        follow(self.notify.toggled, preferences, "notify_purges")
        self.add_heading(tr("While Mayfly is closed"))
        self.login = tick(tr("Start Mayfly at login"), False, self)
        self.timer = tick(tr("Have the system keep ends"), False, self)
        self.add_widget(self.login)
        self.add_widget(self.timer)
        self.timer_note = self.add_text()
        self._tie(self.login, login.is_wanted, login.set_wanted, self._show_login)
        self._tie(
            self.timer,
            timer.state,
            lambda wanted: timer.install() if wanted else timer.remove(),
            self._show_timer,
        )

    def _tie(
        self,
        box: QCheckBox,
        look: Callable[[], object],
        change: Callable[[bool], object],
        show: Callable[[object], None],
    ) -> None:
        """Show how something stands, and change it by a click; both on the lane."""
        box.setEnabled(False)

        def failed(error: UserError) -> None:
            say(self.timer_note, f"{self._tr(error.text)} {self._tr(error.remedy)}")
            self._courier.ask(box, self._lane.submit(look), then=show)

        def wish(wanted: bool) -> None:
            box.setEnabled(False)
            future = self._lane.submit(lambda: change(wanted))
            self._courier.ask(box, future, then=show, failed=failed)

        box.clicked.connect(wish)
        self._courier.ask(box, self._lane.submit(look), then=show, failed=lambda _: None)

    def _show_login(self, wanted: object) -> None:
        self.login.setChecked(bool(wanted))
        self.login.setEnabled(True)

    def _show_timer(self, state: object) -> None:
        tr = self._tr
        self.timer.setChecked(state in _INSTALLED)
        self.timer.setEnabled(state is not TimerState.UNAVAILABLE)
        notes = {
            TimerState.RUNNING: tr("Every quarter of an hour, without any key."),
            TimerState.AT_NEXT_LOGIN: tr("It begins when you log in next."),
            TimerState.UNAVAILABLE: tr("This system has no systemd, which it would take."),
        }
        text = tr(
            "Otherwise what came due is destroyed when Mayfly starts, before it shows anything."
        )
        say(self.timer_note, notes.get(TimerState(str(state)), text))
