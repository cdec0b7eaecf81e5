"""Asks how long documents are kept, and says all the while what that means for each part."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from mayfly.domain.retention import RuleChange
from mayfly.ui.keep_picker import Describe, KeepPicker
from mayfly.ui.question import Question
from mayfly.ui.wording import Tr

_SAY_ANEW_MS = 10_000


class KeepDialog(Question):
    """Chooses; whoever opens it listens to chosen and does it. Names no document."""

    chosen = Signal(object)
    """A RuleChange."""

    def __init__(
        self,
        title: str,
        start: RuleChange,
        describe: Describe,
        *,
        tr: Tr,
        parent: QWidget,
        always: bool = False,
    ) -> None:
        """always: may be accepted although nothing else was chosen than at first."""
        super().__init__(title, accept=tr("Keep like this"), tr=tr, parent=parent)
        # It knows documents: nothing of them may stay with a dialog that is closed.
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._tr = tr
        self._always = always
        self.add_text(
            tr(
                "Counted from the moment a document has been read: a week, 168 hours, at most. "
                "Nothing outlives 30 days after it was added."
            ),
            style="quiet",
        )
        self.column.addSpacing(8)
        self.picker = KeepPicker(start, describe, tr=tr, parent=self)
        self.column.addWidget(self.picker)
        self.add_buttons()
        self.picker.source.setFocus()
        self.picker.changed.connect(self._show)
        self.accepted.connect(lambda: self.chosen.emit(self.picker.change))
        self._clock = QTimer(self)
        self._clock.setInterval(_SAY_ANEW_MS)
        self._clock.timeout.connect(self.picker.show_ends)
        self._clock.start()
        self._show()

    def _show(self) -> None:
        """Let the button say what it does: it may destroy."""
        tr, button = self._tr, self.accept_button
        going = self.picker.going > 0
        button.setText(tr("Destroy at once") if going else tr("Keep like this"))
        button.setEnabled(self._always or self.picker.is_changed)
        style = "danger" if going else "primary"
        if button.objectName() != style:
            button.setObjectName(style)
            button.style().unpolish(button)
            button.style().polish(button)
        # Enter changes a time at once, but what cannot be undone must be gone to.
        (self.cancel_button if going else button).setDefault(True)
