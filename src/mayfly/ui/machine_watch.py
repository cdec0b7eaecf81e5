"""What this machine can promise, looked up off the GUI thread and kept for all who show it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from mayfly.domain.errors import UserError
from mayfly.domain.inspection import Finding, Grade, Inspection
from mayfly.domain.ports import Lane
from mayfly.ui.courier import Courier


class MachineWatch(QObject):
    """Looks when it is told to, never twice at once."""

    changed = Signal()
    """Looking began, or there is an answer."""

    def __init__(
        self,
        look: Callable[[], Inspection],
        *,
        lane: Lane,
        courier: Courier,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._lane = lane
        self._courier = courier
        self.busy = False
        self.inspection: Inspection | None = None
        """What was found last; None before the first answer."""
        self.error: UserError | None = None
        """Why the last look failed."""

    @property
    def problems(self) -> tuple[Finding, ...]:
        """The findings that are a problem, weightiest first."""
        found = self.inspection.findings if self.inspection is not None else ()
        return tuple(one for one in found if one.grade is Grade.PROBLEM)

    def look(self) -> None:
        """Look at the machine now; changed follows twice."""
        if self.busy:
            return
        self.busy = True
        self.error = None
        self.changed.emit()
        self._courier.ask(self, self._lane.submit(self._look), then=self._take, failed=self._fail)

    def _take(self, inspection: Inspection) -> None:
        self.busy = False
        self.inspection = inspection
        self.changed.emit()

    def _fail(self, error: UserError) -> None:
        self.busy = False
        self.error = error
        self.changed.emit()
