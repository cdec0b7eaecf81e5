"""Every connection since the start, and what holds the others back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from mayfly.domain.network_port import NetworkLook
from mayfly.ui.connection_model import Column, ConnectionModel
from mayfly.ui.connection_watch import ConnectionWatch
from mayfly.ui.log_table import dress_log_table
from mayfly.ui.paragraph import WrappedLabel
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr


class ConnectionsView(QWidget):
    """A table that grows while it is looked at; without any, it says so."""

    def __init__(self, watch: ConnectionWatch, *, tr: Tr, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._tr = tr
        self._watch = watch
        self.table = self._make_table(ConnectionModel(watch, tr=tr, theme=theme, parent=self))
        self._none = QLabel(tr("Mayfly has connected to nothing since it was started."), self)
        self._none.setObjectName("quiet")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._none.setWordWrap(True)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._none)
        self._stack.addWidget(self.table)
        self.sentence = WrappedLabel(_sentence(tr, watch.network.look()), self)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 12)
        column.setSpacing(14)
        column.addWidget(self.sentence)
        column.addWidget(self._stack, 1)
        watch.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self._stack.setCurrentWidget(self.table if self._watch.all else self._none)

    def _make_table(self, model: ConnectionModel) -> QTableView:
        table = QTableView(self)
        name = self._tr("Connections since the start")
        dress_log_table(table, model, name=name, row_space_px=10)
        columns = table.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns.setSectionResizeMode(Column.HOST, QHeaderView.ResizeMode.Stretch)
        return table


def _sentence(tr: Tr, look: NetworkLook) -> str:
    told = tr("Only your own storage is ever connected to, and only after you said so.")
    if look.kernel:
        held = tr(
            "The system itself refuses network connections to every part of Mayfly but the one "
            "that sends pictures to your storage."
        )
    elif look.hook:
        held = tr(
            "Mayfly refuses all others itself; this system, or a display that is reached over "
            "the network, does not let it have the kernel do that, too."
        )
    else:
        held = tr("In this process no guard is installed.")
    return f"{told} {held}"
