"""The picker of where the pictures of what is added next are sent."""

from __future__ import annotations

from functools import partial
from html import escape

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from mayfly.domain.destinations import Destination, DestinationId
from mayfly.ui.icons import Icons
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.storage_texts import menu_name, short_name
from mayfly.ui.storage_watch import StorageWatch
from mayfly.ui.wording import Tr

_ICON = QSize(20, 20)


class SendButton(QToolButton):
    """Not there while there is no destination. Nobody is what is chosen at every start."""

    text_changed = Signal()
    """It may need more or less room than before."""
    verify_wanted = Signal(object)
    """A Destination that has to be verified before it can be chosen."""
    settings_wanted = Signal()
    given_up = Signal(object)
    """The Destination that was chosen is in question: nothing is sent there any more."""

    def __init__(
        self,
        watch: StorageWatch,
        preferences: PreferenceKeeper,
        *,
        tr: Tr,
        icons: Icons,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._watch = watch
        self._preferences = preferences
        self._tr = tr
        menu = QMenu(self)
        menu.setAccessibleName(tr("Where pictures of what is added next are sent"))
        menu.aboutToShow.connect(self.fill)
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(_ICON)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icons.dress(self, "upload")
        watch.changed.connect(self._show)
        preferences.changed.connect(self._show)
        self._show()

    def fill(self) -> None:
        """Offer what there is now."""
        tr, menu = self._tr, self.menu()
        menu.clear()
        menu.addAction(tr("Send pictures of what is added next to")).setEnabled(False)
        group = QActionGroup(menu)
        chosen = self._preferences.send_to
        nobody = menu.addAction(tr("Nobody"))
        nobody.triggered.connect(lambda: self._choose(None))
        usable = self._watch.usable()
        actions: list[tuple[QAction, DestinationId | None]] = [(nobody, None)]
        for one in self._watch.destinations:
            action = menu.addAction(menu_name(tr, one, usable=one in usable))
            actions.append((action, one.destination_id))
            if one in usable:
                action.setEnabled(self._may_send)
                action.triggered.connect(partial(self._choose_one, one.destination_id))
            else:
                action.triggered.connect(partial(self._want_verified, one))
        for action, destination_id in actions:
            action.setCheckable(True)
            action.setChecked(destination_id == chosen)
            group.addAction(action)
        if not self._may_send:
            menu.addAction(self._why_not()).setEnabled(False)
        menu.addSeparator()
        menu.addAction(tr("Own storage…")).triggered.connect(self.settings_wanted)

    # --- within ----------------------------------------------------------------------

    @property
    def _may_send(self) -> bool:
        return self._preferences.rule.source_hours > 0

    def _why_not(self) -> str:
        return self._tr("Pictures go with their document, and that is deleted once it is read.")

    def _choose_one(self, destination_id: DestinationId, _checked: bool = False) -> None:
        self._choose(destination_id)

    def _want_verified(self, destination: Destination, _checked: bool = False) -> None:
        self.verify_wanted.emit(destination)

    def _choose(self, destination_id: DestinationId | None) -> None:
        self._preferences.choose_destination(destination_id)

    def _show(self) -> None:
        tr, watch = self._tr, self._watch
        chosen = self._preferences.send_to
        usable = {one.destination_id: one for one in watch.usable()}
        if chosen is not None and watch.is_known and chosen not in usable:
            # Removed, or in question: what is added next must not be refused for it.
            self._choose(None)
            lost = watch.find(chosen)
            if lost is not None:
                self.given_up.emit(lost)
            return
        name = usable[chosen].name if chosen in usable else tr("nobody")
        text = tr("Send to: {name}").format(name=short_name(name))
        tip = tr("Pictures of what is added next are sent to: {name}").format(name=name)
        if not self._may_send:
            tip = f"{tip}\n{self._why_not()}"
        self.setVisible(bool(watch.destinations))
        if not watch.destinations:
            # A menu keeps what it offered last, and that are names.
            self.menu().clear()
        self.setText(text)
        # A name is never markup, and a tooltip looks for some.
        self.setToolTip(f"<qt>{escape(tip)}</qt>" if "<" in tip else tip)
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
        self.text_changed.emit()
