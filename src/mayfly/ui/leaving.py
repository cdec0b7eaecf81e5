"""What closing the window means: staying in the tray, asking first, or ending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from mayfly.domain.preferences import Closing
from mayfly.ui.wording import Tr


@dataclass(frozen=True, slots=True)
class _Staying:
    """How the program can go on without its window."""

    wanted: Callable[[], str]
    remember: Callable[[str], None]
    stay: Callable[[], object]


class Leaving(QObject):
    """Decides whether a window may close; a question never stops the window behind it."""

    def __init__(self, window: QWidget, *, is_busy: Callable[[], bool], tr: Tr) -> None:
        super().__init__(window)
        self._window = window
        self._is_busy = is_busy
        self._tr = tr
        self._sure = False
        self._quitting = False
        self._staying: _Staying | None = None
        self._question: QMessageBox | None = None

    def offer_staying(
        self,
        *,
        wanted: Callable[[], str],
        remember: Callable[[str], None],
        stay: Callable[[], object],
    ) -> None:
        """Let the program go on without its window, where there is an icon to bring it back.

        wanted: the Closing that is set; remember: set it; stay: put the window away.
        """
        self._staying = _Staying(wanted, remember, stay)

    def may_close(self) -> bool:
        """Whether the window may close now; if not, it was put away, or the user is asked.

        There is one question at a time.
        """
        if self._sure:
            return True
        staying = None if self._quitting else self._staying
        if staying is not None and staying.wanted() == Closing.STAY:
            staying.stay()
            return False
        if self._question is not None:
            return False
        if staying is not None and staying.wanted() == Closing.ASK:
            self._question = self._ask_to_stay(staying)
            return False
        if self._is_busy():
            self._question = self._ask()
            return False
        return True

    def quit(self) -> None:
        """End the program, whatever closing the window means; documents on their way count."""
        self._quitting = True
        self._window.close()
        self._quitting = False

    def leave(self) -> None:
        """Close the window without asking anything."""
        self._sure = True
        self._window.close()

    def _ask(self) -> QMessageBox:
        box = self._box(self._tr("Documents are still being added. Close anyway?"))
        keep = box.addButton(self._tr("Keep open"), QMessageBox.ButtonRole.RejectRole)
        close = box.addButton(self._tr("Close"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        close.clicked.connect(self.leave)
        box.open()
        return box

    def _ask_to_stay(self, staying: _Staying) -> QMessageBox:
        tr = self._tr
        box = self._box(tr("Keep Mayfly running without its window?"))
        box.setInformativeText(
            tr(
                "While it runs, it reads on and destroys every document at its end. Otherwise "
                "that happens when Mayfly is started next. The settings can change this later."
            )
        )
        keep = box.addButton(tr("Keep running"), QMessageBox.ButtonRole.AcceptRole)
        end = box.addButton(tr("Quit"), QMessageBox.ButtonRole.DestructiveRole)
        back = box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(back)
        self._answer(keep, staying, Closing.STAY, staying.stay)
        self._answer(end, staying, Closing.QUIT, self.quit)
        box.open()
        return box

    def _answer(
        self, button: QPushButton, staying: _Staying, closing: Closing, act: Callable[[], object]
    ) -> None:
        def answer() -> None:
            # The question is over: what follows may ask the next one.
            self._question = None
            staying.remember(closing.value)
            act()

        button.clicked.connect(answer)

    def _box(self, text: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Mayfly")
        box.setText(text)
        box.finished.connect(lambda: self._forget(box))
        return box

    def _forget(self, box: QMessageBox) -> None:
        if self._question is box:
            self._question = None
