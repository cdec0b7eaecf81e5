"""Opens the privacy page, and tells once what this machine makes of the promise."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from mayfly.ui.actions import Actions
from mayfly.ui.connection_chip import ConnectionChip
from mayfly.ui.connection_watch import ConnectionWatch
from mayfly.ui.courier import Courier
from mayfly.ui.icons import Icons
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.privacy_chip import PrivacyChip
from mayfly.ui.privacy_dialog import PrivacyDialog, PrivacySources, Tab
from mayfly.ui.promise_texts import finding_title
from mayfly.ui.status_strip import StatusStrip
from mayfly.ui.theme import Theme
from mayfly.ui.trouble_bar import TroubleBar
from mayfly.ui.wording import Tr


class PrivacyCommands(QObject):
    """Makes the page when it is first wanted; a window that never shows it pays nothing."""

    def __init__(
        self,
        actions: Actions,
        sources: PrivacySources,
        *,
        status: StatusStrip,
        trouble: TroubleBar,
        preferences: PreferenceKeeper,
        courier: Courier,
        tr: Tr,
        theme: Theme,
        icons: Icons,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._sources = sources
        self._watch = ConnectionWatch(sources.network, window)
        self._trouble = trouble
        self._preferences = preferences
        self._courier = courier
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self._window = window
        self.dialog: PrivacyDialog | None = None
        chip = PrivacyChip(sources.machine, tr=tr, theme=theme, icons=icons, parent=window)
        connections = ConnectionChip(self._watch, tr=tr, theme=theme, icons=icons, parent=window)
        for one in (connections, chip):
            status.add_chip(one)
        for signal, tab in (
            (chip.clicked, Tab.PROMISE),
            (connections.clicked, Tab.CONNECTIONS),
            (actions.privacy.triggered, Tab.PROMISE),
            (actions.audit.triggered, Tab.AUDIT),
            (actions.check.triggered, Tab.CHECK),
        ):
            signal.connect(lambda _=False, tab=tab: self.open_page(tab))
        sources.machine.changed.connect(self._tell_problem)

    def begin(self) -> None:
        """Look at the machine, now that the window is on the screen."""
        self._sources.machine.look()

    def open_page(self, tab: Tab = Tab.PROMISE) -> PrivacyDialog:
        """Show the privacy page with this tab."""
        if self.dialog is None:
            self.dialog = PrivacyDialog(
                self._sources,
                watch=self._watch,
                courier=self._courier,
                tr=self._tr,
                theme=self._theme,
                icons=self._icons,
                parent=self._window,
            )
        self.dialog.open_at(tab)
        return self.dialog

    def _tell_problem(self) -> None:
        """Tell a problem once; again only when it was gone in between."""
        machine = self._sources.machine
        if machine.inspection is None:
            return
        told = self._preferences.now.told_problems
        self._preferences.change(told_problems=tuple(one.key for one in machine.problems))
        new = [one for one in machine.problems if one.key not in told]
        if not new:
            return
        tr, worst = self._tr, new[0]
        parts = [f"{finding_title(tr, worst)}."]
        parts.extend(tr(one) for one in (worst.meaning, worst.remedy) if one)
        self._trouble.show_message(
            " ".join(parts), offer=tr("Show"), then=partial(self.open_page, Tab.PROMISE)
        )
