"""The privacy page: the promise, the audit log, the check, and where things lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from mayfly.domain.network_port import Network
from mayfly.domain.ports import Lane
from mayfly.services.audit_trail import AuditTrail
from mayfly.services.proof import Proof
from mayfly.ui.audit_view import AuditView
from mayfly.ui.connection_watch import ConnectionWatch
from mayfly.ui.connections_view import ConnectionsView
from mayfly.ui.courier import Courier
from mayfly.ui.icons import Icons
from mayfly.ui.machine_watch import MachineWatch
from mayfly.ui.places_view import PlacesView
from mayfly.ui.promise_view import PromiseView
from mayfly.ui.proof_view import ProofView
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr

_SIZE = QSize(860, 620)
_LEAST_PX = (520, 340)


@dataclass(frozen=True, slots=True)
class PrivacySources:
    """What the page shows, and where it writes what is saved."""

    machine: MachineWatch
    places: Mapping[str, Path]
    audit: AuditTrail
    proof: Proof
    lane: Lane
    language: str
    network: Network


class Tab(IntEnum):
    """The tabs, in their order."""

    PROMISE = 0
    AUDIT = 1
    CHECK = 2
    CONNECTIONS = 3
    PLACES = 4


class PrivacyDialog(QDialog):
    """Stands beside the window, not in its way. Its title names no document, nor does its log."""

    def __init__(
        self,
        sources: PrivacySources,
        *,
        watch: ConnectionWatch,
        courier: Courier,
        tr: Tr,
        theme: Theme,
        icons: Icons,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._tr = tr
        self.setWindowTitle(tr("Privacy"))
        self.setAccessibleName(tr("Privacy"))
        self.setMinimumSize(*_LEAST_PX)
        self.resize(_SIZE.boundedTo(self.screen().availableSize()))
        self.promise = PromiseView(sources.machine, tr=tr, theme=theme, icons=icons, parent=self)
        self.audit = AuditView(
            sources.audit,
            lane=sources.lane,
            courier=courier,
            language=sources.language,
            tr=tr,
            theme=theme,
            icons=icons,
            parent=self,
        )
        self.check = ProofView(
            sources.proof,
            lane=sources.lane,
            courier=courier,
            tr=tr,
            theme=theme,
            icons=icons,
            parent=self,
        )
        self.connections = ConnectionsView(watch, tr=tr, theme=theme, parent=self)
        self.places = PlacesView(sources.places, tr=tr, parent=self)
        self.tabs = QTabWidget(self)
        self._lay_out()
        self.tabs.currentChanged.connect(self._begin)

    def open_at(self, tab: Tab = Tab.PROMISE) -> None:
        """Show the page, or bring it to the front, with this tab."""
        self.tabs.setCurrentIndex(tab)
        self._begin(tab)
        self.show()
        self.raise_()
        self.activateWindow()
        self.tabs.tabBar().setFocus(Qt.FocusReason.PopupFocusReason)

    def _begin(self, tab: int) -> None:
        """The log is as it is now, each time it is looked at."""
        if tab == Tab.AUDIT:
            self.audit.begin()

    def _lay_out(self) -> None:
        tr = self._tr
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName(tr("Parts of the privacy page"))
        for view, name in (
            (self.promise, tr("Promise")),
            (self.audit, tr("Audit log")),
            (self.check, tr("Check it")),
            (self.connections, tr("Connections")),
            (self.places, tr("Where things lie")),
        ):
            self.tabs.addTab(view, name)
        close = QPushButton(tr("Close"), self)
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        foot = QWidget(self)
        foot.setObjectName("dialogFoot")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(foot)
        line.setContentsMargins(20, 10, 20, 10)
        line.addStretch(1)
        line.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs, 1)
        column.addWidget(foot)
