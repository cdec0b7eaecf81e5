"""Destroying everything at once: asked for once, or not at all, as the user has set it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from mayfly.domain.errors import UserError, VaultNotWritable
from mayfly.domain.events import Event, VaultGone
from mayfly.domain.panic import PanicReport
from mayfly.ui.courier import Courier
from mayfly.ui.curtain import Curtain
from mayfly.ui.gone_screen import GoneScreen
from mayfly.ui.question import Question
from mayfly.ui.wording import Tr

Destroy = Callable[[], "Future[PanicReport]"]
"""Destroys the vault's key first and then the rest; never blocks."""


class PanicQuestion(Question):
    """Says what goes and what stays; Cancel is the default."""

    def __init__(self, *, tr: Tr, parent: QWidget | None) -> None:
        super().__init__(
            tr("Destroy everything now?"), accept=tr("Destroy everything"), tr=tr, parent=parent
        )
        self.add_section(
            tr("What is destroyed"),
            [
                tr("The key of the vault, first and at once: nothing opens after that"),
                tr("Every document, its page images, texts and names, also what is being read"),
                tr("The list of what was deleted, and the audit log"),
            ],
        )
        self.add_section(
            tr("What stays"),
            [
                tr("Your own files, what you exported, and the settings"),
                tr(
                    "Pictures that were sent to your own storage: nothing can delete them from "
                    "here afterwards, also not what is still owed"
                ),
            ],
        )
        self.column.addSpacing(4)
        self.add_text(tr("There is no way to bring anything back."), style="quiet")
        self.add_buttons()


class Panic(QObject):
    """Empties the window, then has the vault destroyed; follows when another process does so."""

    gone = Signal()
    """The vault is destroyed, here or by another process."""

    def __init__(
        self,
        window: QWidget,
        curtain: Curtain,
        screen: GoneScreen,
        *,
        destroy: Destroy,
        asks: Callable[[], bool],
        courier: Courier,
        tr: Tr,
    ) -> None:
        """asks: whether the user wants to be asked before."""
        super().__init__(window)
        self._window = window
        self._curtain = curtain
        self._screen = screen
        self._destroy = destroy
        self._asks = asks
        self._courier = courier
        self._tr = tr
        self._question: PanicQuestion | None = None
        self._begun = False
        screen.again_wanted.connect(self._begin)
        courier.event_arrived.connect(self._hear)

    @property
    def question(self) -> PanicQuestion | None:
        """The question on show, if any."""
        return self._question

    @property
    def begun(self) -> bool:
        """Whether everything is being destroyed, or was."""
        return self._begun

    def press(self) -> None:
        """Destroy everything, or ask first; pressing again while it asks changes nothing."""
        if self._begun or self._question is not None:
            return
        if not self._asks():
            self._begin()
            return
        # Over the dialog that is open, or it could not be answered.
        parent = QApplication.activeModalWidget() or self._window
        question = self._question = PanicQuestion(tr=self._tr, parent=parent)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.accepted.connect(self._begin)
        question.destroyed.connect(self._forget_question)
        question.open()

    def _begin(self) -> None:
        self._begun = True
        # The vault first: it needs no GUI thread, and emptying a long list takes a moment.
        future = self._destroy()
        self._screen.show_going()
        self._curtain.draw(self._screen, for_good=True)
        self._courier.ask(self, future, then=self._take, failed=self._fail)

    def _hear(self, event: Event) -> None:
        # Our own deed is told, too, a moment before it is done.
        if isinstance(event, VaultGone) and not self._begun:
            self._begun = True
            self._curtain.draw(self._screen, for_good=True)
            self._screen.show_gone()
            self.gone.emit()

    def _take(self, report: PanicReport) -> None:
        if not report.key_destroyed:
            self._fail(VaultNotWritable())
            return
        self._screen.show_gone(report)
        self.gone.emit()

    def _fail(self, error: UserError) -> None:
        self._screen.show_failed(error)

    def _forget_question(self) -> None:
        self._question = None
