"""What is on its way to own storage, what failed, and what is still to be deleted there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from mayfly.domain.destinations import DestinationId, UploadState
from mayfly.domain.errors import UserError
from mayfly.ui.courier import Courier
from mayfly.ui.paragraph import WrappedLabel
from mayfly.ui.storage_watch import StorageWatch
from mayfly.ui.upload_card import UploadCard
from mayfly.ui.wording import Tr, error_text

_SIZE = QSize(620, 460)
_LEAST_PX = (440, 280)
_SAY_ANEW_MS = 10_000
"""“next try in 2 min” gets shorter by itself."""


class UploadsDialog(QDialog):
    """Stands beside the window, not in its way. What is owed stays in it until it is paid."""

    verify_wanted = Signal(object)

    def __init__(self, watch: StorageWatch, *, courier: Courier, tr: Tr, parent: QWidget) -> None:
        super().__init__(parent)
        self._watch = watch
        self._courier = courier
        self._tr = tr
        self.setWindowTitle(tr("Sent pictures"))
        self.setAccessibleName(tr("Sent pictures"))
        self.setMinimumSize(*_LEAST_PX)
        self.resize(_SIZE.boundedTo(self.screen().availableSize()))
        self.cards: dict[DestinationId, UploadCard] = {}
        uploads = watch.services.uploads
        self.pause_button = self._button(tr("Pause"), self._turn)
        self.retry_button = self._button(tr("Try again"), lambda: self._ask(uploads.retry(None)))
        self.cancel_button = self._button(
            tr("Send nothing more"), lambda: self._ask(uploads.cancel(None))
        )
        self.cancel_button.setToolTip(
            tr("Stops what waits or failed; what is there stays, and what is owed is still deleted")
        )
        self.forget_button = self._button(
            tr("Forget what was left"), lambda: self._ask(uploads.dismiss(None))
        )
        self.forget_button.setToolTip(
            tr("Forgets objects whose documents are gone. They stay there and are yours alone.")
        )
        self.close_button = self._button(tr("Close"), self.accept)
        self.none = WrappedLabel("", self, style="quiet")
        self.message = WrappedLabel("", self, style="lockTrouble")
        self.message.setAccessibleName(tr("Message"))
        self._lay_out()
        self._clock = QTimer(self)
        self._clock.setInterval(_SAY_ANEW_MS)
        self._clock.timeout.connect(self._show)
        watch.changed.connect(self._show)
        self._say("")
        self._show()

    def come_forward(self) -> None:
        """Show it, or bring it to the front."""
        self._say("")
        self._show()
        self.show()
        self._clock.start()
        self.raise_()
        self.activateWindow()
        self.close_button.setFocus(Qt.FocusReason.PopupFocusReason)

    def done(self, result: int) -> None:
        """Rest while nobody looks."""
        self._clock.stop()
        super().done(result)

    # --- what is wanted --------------------------------------------------------------

    def _turn(self) -> None:
        uploads = self._watch.services.uploads
        self._ask(uploads.resume() if self._watch.is_paused else uploads.pause())

    def _ask(self, future: Future[Any]) -> None:
        self._say("")
        self._courier.ask(self, future, then=lambda _: self._watch.ask(), failed=self._show_error)

    def _show_error(self, error: UserError) -> None:
        self._say(error_text(self._tr, error))

    def _say(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))

    # --- what is shown ---------------------------------------------------------------

    def _show(self) -> None:
        watch, tr = self._watch, self._tr
        known = {one.destination_id: one for one in watch.destinations}
        shown = {one: watch.counts_of(one) for one in known if watch.counts_of(one)}
        for gone in self.cards.keys() - shown.keys():
            card = self.cards.pop(gone)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for destination_id, counts in shown.items():
            if destination_id not in self.cards:
                self._add_card(destination_id)
            self.cards[destination_id].show_state(
                known[destination_id],
                counts,
                failures=[one for one in watch.failures if one.destination_id == destination_id],
                owed=[one for one in watch.owed if one.destination_id == destination_id],
                tried=[one for one in watch.tried if one.destination_id == destination_id],
                now=watch.now(),
            )
        waiting, failed = watch.total(UploadState.WAITING), watch.total(UploadState.FAILED)
        self.pause_button.setText(tr("Go on") if watch.is_paused else tr("Pause"))
        self.pause_button.setEnabled(waiting > 0 or watch.is_paused)
        self.cancel_button.setEnabled(waiting + failed > 0)
        self.forget_button.setVisible(watch.total(UploadState.LEFT) > 0)
        owed = watch.total(UploadState.OWED)
        self.retry_button.setEnabled(failed + owed + len(watch.tried) > 0)
        paused = tr("Sending is paused. What is to be deleted there still is.")
        self.none.setText(
            paused if watch.is_paused else "" if shown else tr("Nothing was sent anywhere.")
        )
        self.none.setVisible(bool(self.none.text()))

    def _add_card(self, destination_id: DestinationId) -> None:
        destination = self._watch.find(destination_id)
        if destination is None:
            return
        card = UploadCard(destination, tr=self._tr, parent=self._inner)
        card.verify_wanted.connect(self.verify_wanted)
        self.cards[destination_id] = card
        self._column.insertWidget(self._column.count() - 1, card)

    # --- putting together ------------------------------------------------------------

    def _button(self, text: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(act)
        return button

    def _lay_out(self) -> None:
        self._inner = QWidget(self)
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(18, 16, 18, 16)
        self._column.setSpacing(10)
        for label in (self.none, self.message):
            self._column.addWidget(label)
        self._column.addStretch(1)
        area = QScrollArea(self)
        area.setWidget(self._inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(self._tr("Destinations"))
        foot = QWidget(self)
        foot.setObjectName("dialogFoot")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(foot)
        line.setContentsMargins(18, 12, 18, 12)
        line.setSpacing(8)
        for button in (
            self.pause_button,
            self.retry_button,
            self.cancel_button,
            self.forget_button,
        ):
            line.addWidget(button)
        line.addStretch(1)
        line.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addWidget(foot)
