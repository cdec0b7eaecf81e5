"""What Mayfly connected to since its start, for all who show it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from mayfly.domain.network_port import Connection, Network

_GATHER_MS = 200
"""A thousand uploads are not a thousand changes to look at."""


class ConnectionWatch(QObject):
    """Hears of connections on any thread and tells on the GUI thread, some times a second."""

    changed = Signal()

    _heard = Signal()

    def __init__(self, network: Network, parent: QObject) -> None:
        super().__init__(parent)
        self.network = network
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(_GATHER_MS)
        self._gather.timeout.connect(self.changed)
        self._heard.connect(self._wait, Qt.ConnectionType.QueuedConnection)
        self.destroyed.connect(network.listen(self._heard.emit))

    @property
    def all(self) -> tuple[Connection, ...]:
        """What was connected to and what was refused, latest first."""
        return self.network.connections()

    @property
    def made(self) -> int:
        """How many connections were made."""
        return sum(one.count for one in self.all if not one.is_refused)

    @property
    def refused(self) -> int:
        """How many were tried and refused."""
        return sum(one.count for one in self.all if one.is_refused)

    def _wait(self) -> None:
        if not self._gather.isActive():
            self._gather.start()
