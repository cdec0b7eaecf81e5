"""What the window has about ends: choosing them, the question about time, and warnings."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from mayfly.composition import Mayfly
from mayfly.domain.ports import Lane
from mayfly.ui.actions import Actions
from mayfly.ui.arrivals import Arrivals
from mayfly.ui.clipboard_handover import ClipboardHandover
from mayfly.ui.courier import Courier
from mayfly.ui.curtain import Documents
from mayfly.ui.doubt_bar import DoubtBar
from mayfly.ui.doubt_watch import Doomed, DoubtWatch
from mayfly.ui.icons import Icons
from mayfly.ui.keep_button import KeepButton
from mayfly.ui.keep_commands import KeepCommands
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.theme import Theme
from mayfly.ui.time_bar import TimeBar
from mayfly.ui.time_question import TimeQuestion
from mayfly.ui.wording import Tr, count_text


class Ends(QWidget):
    """The bars between toolbar and documents; takes no room while there is nothing to say."""

    def __init__(
        self,
        actions: Actions,
        mayfly: Mayfly,
        documents: Documents,
        *,
        arrivals: Arrivals,
        lane: Lane,
        button: KeepButton,
        preferences: PreferenceKeeper,
        courier: Courier,
        tr: Tr,
        theme: Theme,
        icons: Icons,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self.commands = KeepCommands(
            actions,
            mayfly.deadlines,
            documents,
            button=button,
            preferences=preferences,
            courier=courier,
            tr=tr,
            window=window,
        )
        self.time = TimeBar(tr=tr, theme=theme, icons=icons, parent=self)
        self._question = TimeQuestion(
            mayfly.timekeeping,
            self.time,
            tell=documents.status.show_message,
            complain=documents.trouble.show_error,
            courier=courier,
            tr=tr,
        )
        self.doubts = DoubtBar(
            now=documents.model.now, tr=tr, theme=theme, icons=icons, parent=self
        )
        self.watch = DoubtWatch(mayfly.doubting, documents.model, courier=courier, parent=self)
        self._documents = documents
        self.watch.found.connect(self.doubts.warn)
        self.doubts.longer_wanted.connect(self.commands.keep_longer)
        self.doubts.dismissed.connect(self.watch.dismiss)
        self.doubts.show_wanted.connect(self._show)
        self._tr = tr
        clipboard = ClipboardHandover(
            mayfly, documents.model, lane=lane, courier=courier, parent=self
        )
        arrivals.unkept.connect(clipboard.expect)
        clipboard.handed.connect(self._tell_handed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.time)
        column.addWidget(self.doubts)

    def _tell_handed(self, n: int) -> None:
        self._documents.status.show_message(
            count_text(
                self._tr,
                n,
                "Text of {n} document is on the clipboard, and nowhere else",
                "Texts of {n} documents are on the clipboard, and nowhere else",
            )
        )

    def begin(self) -> None:
        """Look whether there is something to ask."""
        self._question.look()

    def _show(self, doomed: Doomed) -> None:
        self._documents.jobs.choose(doomed.row)
        self._documents.pages.show_number(doomed.doubts.first_page or 1)
        self._documents.pages.canvas.setFocus()
