"""The grade of this machine in the foot of the window; a click tells more."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from mayfly.ui.foot_chip import FootChip
from mayfly.ui.icons import Icons
from mayfly.ui.machine_watch import MachineWatch
from mayfly.ui.promise_texts import PROMISE_LOOKS, Look, promise_word
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, error_text


class PrivacyChip(FootChip):
    """Never empty: looking, a grade, or that the look failed."""

    def __init__(
        self, machine: MachineWatch, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget
    ) -> None:
        super().__init__(theme=theme, icons=icons, parent=parent)
        self._machine = machine
        self._tr = tr
        machine.changed.connect(self._show)
        theme.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        tr, machine = self._tr, self._machine
        found = machine.inspection
        if found is not None:
            look, text, tip = (
                PROMISE_LOOKS[found.promise],
                promise_word(tr, found.promise),
                tr(found.sentence),
            )
        elif machine.error is not None:
            look, text, tip = (
                Look("shield-unknown", "warn"),
                tr("Promise: not known"),
                error_text(tr, machine.error),
            )
        else:
            look, text, tip = (
                Look("shield-unknown", "dim"),
                tr("Privacy"),
                tr("Looking at this machine…"),
            )
        self._say(look.icon, look.tone, text, tip)
