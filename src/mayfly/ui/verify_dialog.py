"""Verifying a destination while one looks on: a tick for each step, and the remedy of a failure."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from mayfly.domain.destinations import (
    Destination,
    StepNews,
    StepState,
    Verification,
    VersionNews,
)
from mayfly.domain.errors import UserError
from mayfly.services.destinations import Destinations
from mayfly.ui.courier import Courier
from mayfly.ui.icons import Icons
from mayfly.ui.question import Question
from mayfly.ui.storage_texts import short_name
from mayfly.ui.theme import Theme
from mayfly.ui.tick_list import TickList
from mayfly.ui.wording import Tr, error_text


class VerifyDialog(Question):
    """Begins at once. Closing it stops nothing: what comes of it stands in the settings."""

    verified = Signal()
    """Every step is done."""
    settled = Signal()
    """It is over, one way or the other."""
    _told = Signal(object)

    def __init__(
        self,
        destinations: Destinations,
        destination: Destination,
        *,
        courier: Courier,
        tr: Tr,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None,
    ) -> None:
        title = tr("Verify “{name}”").format(name=short_name(destination.name))
        super().__init__(title, accept=tr("Verify again"), tr=tr, parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._destinations = destinations
        self._destination_id = destination.destination_id
        self._courier = courier
        self._tr = tr
        self.add_text(
            tr(
                "Mayfly connects to the server, writes a small object without any content of "
                "yours, reads it back and deletes it again."
            ),
            style="quiet",
        )
        self.column.addSpacing(6)
        self.ticks = TickList(tr=tr, theme=theme, icons=icons, parent=self)
        self.column.addWidget(self.ticks)
        self.column.addSpacing(6)
        self.verdict = self.add_text("", style="sentence")
        self.verdict.setAccessibleName(tr("Result"))
        self.add_buttons()
        self.accept_button.setObjectName("primary")
        self.cancel_button.setText(tr("Close"))
        self._told.connect(self._take_news, Qt.ConnectionType.QueuedConnection)
        self.begin()

    def begin(self) -> None:
        """Go through all steps, from the first."""
        self.ticks.begin()
        self._say(self._tr("Verifying…"))
        self.accept_button.setEnabled(False)
        future = self._destinations.verify(self._destination_id, self._told.emit)
        self._courier.ask(self, future, then=self._take, failed=self._fail)

    def accept(self) -> None:
        """Try again; the dialog stays."""
        self.begin()

    def _take_news(self, news: StepNews) -> None:
        self.ticks.take(news)

    def _take(self, verification: Verification) -> None:
        # All of it once more: an answer may overtake what was told on the way.
        for news in verification.steps:
            self.ticks.take(news)
        tr = self._tr
        if any(news.state is StepState.FAILED for news in verification.steps):
            self._end(tr("Not verified: nothing can be sent there yet."))
            return
        if verification.traits.versions is VersionNews.KEEPS_VERSIONS:
            self._end(tr("Verified. This bucket keeps old versions."))
        elif verification.traits.versions is VersionNews.LOCKS_OBJECTS:
            self._end(tr("Verified. This bucket locks objects, so they cannot always be deleted."))
        else:
            self._end(tr("Verified. Pictures can be sent there."))
        self.cancel_button.setFocus()
        self.verified.emit()

    def _fail(self, error: UserError) -> None:
        self._end(error_text(self._tr, error))

    def _end(self, text: str) -> None:
        self._say(text)
        self.accept_button.setEnabled(True)
        self.accept_button.setFocus()
        self.settled.emit()
        self._fit()

    def _say(self, text: str) -> None:
        self.verdict.show_text(text)
        self.verdict.setAccessibleDescription(text)

    def _fit(self) -> None:
        """Be as high as what is said now."""
        self.column.activate()
        self.adjustSize()
