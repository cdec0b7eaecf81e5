"""Panic while there is no large window yet: somebody stands behind whoever is asked to unlock."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from mayfly.domain.errors import UserError, VaultNotWritable
from mayfly.domain.panic import PanicReport
from mayfly.ui.courier import Courier
from mayfly.ui.gone_screen import gone_text
from mayfly.ui.panic import Destroy, PanicQuestion
from mayfly.ui.unlock_windows import SmallWindow
from mayfly.ui.wording import Tr, error_text


class EarlyPanic(QObject):
    """Asks as the user has set it, destroys, and says so in a small window of its own."""

    over = Signal()
    """The user has read what came of it."""

    def __init__(
        self,
        destroy: Destroy,
        *,
        asks: Callable[[], bool],
        courier: Courier,
        tr: Tr,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._destroy = destroy
        self._asks = asks
        self._courier = courier
        self._tr = tr
        self._busy = False
        self.shown: QWidget | None = None

    def press(self, over: QWidget | None) -> None:
        """Destroy everything, or ask first, over the window that is on show."""
        if self._busy:
            return
        self._busy = True
        if not self._asks():
            self._begin()
            return
        question = PanicQuestion(tr=self._tr, parent=over)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.accepted.connect(self._begin)
        question.rejected.connect(self._forget)
        self.shown = question
        question.open()

    def clean_up(self) -> None:
        """Drop the small window."""
        if self.shown is not None:
            self.shown.deleteLater()
            self.shown = None

    def _begin(self) -> None:
        self.shown = None
        self._courier.ask(self, self._destroy(), then=self._take, failed=self._fail)

    def _take(self, report: PanicReport) -> None:
        if report.key_destroyed:
            self._say(self._tr("Everything was destroyed"), gone_text(self._tr, report))
        else:
            self._fail(VaultNotWritable())

    def _fail(self, error: UserError) -> None:
        self._say(self._tr("Not everything was destroyed"), error_text(self._tr, error))

    def _say(self, sentence: str, text: str) -> None:
        window = SmallWindow(sentence, text, leave=self._tr("Quit"))
        window.given_up.connect(self.over)
        self.shown = window
        window.show()
        window.raise_()

    def _forget(self) -> None:
        self.shown = None
        self._busy = False
