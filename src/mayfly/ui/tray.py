"""The icon that stays while the window is closed, so that ends are kept. It says counts only."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from mayfly.domain.events import Event, JobsChanged, LockChanged, Purged
from mayfly.ui.courier import Courier
from mayfly.ui.main_window import MainWindow
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.wording import Tr, count_text

_SETTLE_MS = 500


def has_tray() -> bool:
    """Tell whether this desktop has a place for an icon."""
    return QSystemTrayIcon.isSystemTrayAvailable()


class Tray(QObject):
    """Brings the window back and ends the program. Made only where there is a place for icons."""

    def __init__(
        self,
        window: MainWindow,
        *,
        preferences: PreferenceKeeper,
        courier: Courier,
        icon: QIcon,
        tr: Tr,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._preferences = preferences
        self._tr = tr
        self._locked = False
        self.icon = QSystemTrayIcon(icon, self)
        self.menu = self._make_menu(window)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activate)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._show_count)
        courier.event_arrived.connect(self._hear)
        self._show_count()
        window.leaving.offer_staying(
            wanted=lambda: preferences.now.closing,
            remember=lambda closing: preferences.change(closing=closing),
            stay=window.hide,
        )
        self.icon.show()

    def take_down(self) -> None:
        """Remove the icon: a program that ends must not leave a dead one."""
        self.icon.hide()

    def _make_menu(self, window: QWidget) -> QMenu:
        menu = QMenu(window)
        menu.setAccessibleName("Mayfly")
        menu.addAction(self._tr("Show Mayfly")).triggered.connect(self._window.come_forward)
        menu.addSeparator()
        menu.addAction(self._tr("Quit")).triggered.connect(self._window.leaving.quit)
        return menu

    def _activate(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self._window.come_forward()

    def _hear(self, event: Event) -> None:
        if isinstance(event, LockChanged):
            self._locked = event.locked
            self._settle.start()
        elif isinstance(event, JobsChanged):
            self._settle.start()
        elif isinstance(event, Purged) and self._preferences.now.notify_purges:
            self._notify(event.parts)

    def _show_count(self) -> None:
        """Say how many documents there are; a locked vault does not say even that."""
        kept = self._window.model.alive
        if self._locked or not kept:
            self.icon.setToolTip("Mayfly")
            return
        count = count_text(self._tr, kept, "{n} document kept", "{n} documents kept")
        self.icon.setToolTip(f"Mayfly: {count}")

    def _notify(self, parts: int) -> None:
        text = count_text(
            self._tr,
            parts,
            "{n} document, or a part of it, was destroyed at its end.",
            "{n} documents, or parts of them, were destroyed at their end.",
        )
        self.icon.showMessage("Mayfly", text, self.icon.icon())
