"""The settings page about own storage: destinations, and everything that is done with them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from mayfly.domain.destination_port import Unbound
from mayfly.domain.destinations import Destination, DestinationId
from mayfly.domain.errors import UserError
from mayfly.ui.courier import Courier
from mayfly.ui.destination_card import DestinationCard
from mayfly.ui.destination_dialog import DestinationDialog
from mayfly.ui.icons import Icons
from mayfly.ui.paragraph import WrappedLabel
from mayfly.ui.remove_question import RemoveQuestion, removed_text
from mayfly.ui.settings_form import SettingsForm
from mayfly.ui.storage_watch import StorageWatch
from mayfly.ui.theme import Theme
from mayfly.ui.verify_dialog import VerifyDialog
from mayfly.ui.wording import Tr, error_text


class StoragePage(SettingsForm):
    """Follows the watch, so that a change in another window shows here, too."""

    def __init__(
        self,
        watch: StorageWatch,
        *,
        courier: Courier,
        tr: Tr,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._watch = watch
        self._courier = courier
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self._shown: tuple[Destination, ...] | None = None
        self.cards: list[DestinationCard] = []
        self.add_heading(tr("Own storage"))
        self._add_wide(
            WrappedLabel(
                tr(
                    "Pictures that were found in documents can be sent to a bucket of your own. "
                    "Nothing is ever sent unless you choose it, for what you add or for documents "
                    "that are here. Access keys are kept in your keyring."
                ),
                self,
                style="quiet",
            )
        )
        self._list = QWidget(self)
        self._card_column = QVBoxLayout(self._list)
        self._card_column.setContentsMargins(0, 6, 0, 6)
        self._card_column.setSpacing(10)
        self._add_wide(self._list)
        self.none = WrappedLabel(tr("There is none yet."), self)
        self._add_wide(self.none)
        self.add_button = QPushButton(tr("Add own storage…"), self)
        self.add_button.setAutoDefault(False)
        self.add_button.clicked.connect(self.add_one)
        self._add_wide(self._beside_nothing(self.add_button))
        self.message = WrappedLabel("", self, style="lockTrouble")
        self.message.setAccessibleName(tr("Message"))
        self._add_wide(self.message)
        watch.changed.connect(self._show)
        self._show()
        watch.ask()

    def sizeHint(self) -> QSize:
        """Be as wide as the dialog; cards make themselves as high as they need."""
        return QSize(400, super().sizeHint().height())

    # --- what is wanted --------------------------------------------------------------

    def add_one(self) -> DestinationDialog:
        """Ask for a new destination, and verify it once it is kept."""
        return self._ask(None)

    def verify(self, destination: Destination) -> VerifyDialog:
        """Verify one while the user looks on."""
        dialog = VerifyDialog(
            self._watch.services.destinations,
            destination,
            courier=self._courier,
            tr=self._tr,
            theme=self._theme,
            icons=self._icons,
            parent=self,
        )
        dialog.settled.connect(self._watch.ask)
        dialog.open()
        return dialog

    def remove(self, destination: Destination) -> RemoveQuestion:
        """Ask once, then forget it."""
        counts = self._watch.counts_of(destination.destination_id)
        question = RemoveQuestion(destination, counts, tr=self._tr, parent=self)
        question.accepted.connect(
            partial(self._remove, destination.destination_id, destination.name)
        )
        question.open()
        return question

    def _ask(self, before: Destination | None) -> DestinationDialog:
        self._say("")
        dialog = DestinationDialog(
            self._watch.services.destinations,
            before=before,
            courier=self._courier,
            tr=self._tr,
            parent=self,
        )
        dialog.saved.connect(self._take_saved)
        dialog.open()
        return dialog

    def _take_saved(self, destination: Destination) -> None:
        self._watch.ask()
        if destination.verified_at is None:
            self.verify(destination)

    def _remove(self, destination_id: DestinationId, name: str) -> None:
        self._courier.ask(
            self,
            self._watch.services.destinations.remove(destination_id),
            then=lambda unbound: self._take_removed(name, unbound),
            failed=self._show_error,
        )

    def _take_removed(self, name: str, unbound: Unbound) -> None:
        self._say(removed_text(self._tr, name, unbound))
        self._watch.ask()

    # --- what is shown ---------------------------------------------------------------

    def _show(self) -> None:
        shown = self._watch.destinations
        if shown == self._shown:
            return
        self._shown = shown
        focused = self._focused()
        for card in self.cards:
            self._card_column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [self._card(one) for one in shown]
        for card in self.cards:
            self._card_column.addWidget(card)
            if card.destination.destination_id == focused:
                card.verify_button.setFocus()
        self.none.setVisible(not shown)
        self._list.setVisible(bool(shown))

    def _card(self, destination: Destination) -> DestinationCard:
        card = DestinationCard(
            destination,
            now=self._watch.now(),
            tr=self._tr,
            theme=self._theme,
            icons=self._icons,
            parent=self._list,
        )
        card.verify_wanted.connect(lambda: self.verify(destination))
        card.edit_wanted.connect(lambda: self._ask(destination))
        card.remove_wanted.connect(lambda: self.remove(destination))
        return card

    def _focused(self) -> DestinationId | None:
        """Return on which card the keyboard is: it stays there when the cards are made anew."""
        here = self.focusWidget()
        for card in self.cards:
            if here is not None and card.isAncestorOf(here) and here.hasFocus():
                return card.destination.destination_id
        return None

    def _show_error(self, error: UserError) -> None:
        self._say(error_text(self._tr, error))

    def _say(self, text: str) -> None:
        self.message.setText(text)
        self.message.setAccessibleDescription(text)

    # --- putting together ------------------------------------------------------------

    def _add_wide(self, widget: QWidget) -> None:
        self._add(widget)

    def _beside_nothing(self, button: QPushButton) -> QWidget:
        row = QWidget(self)
        row.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(button)
        line.addStretch(1)
        return row
