"""The clipboard for a thread that may wait: it is read on the GUI thread, where it lives."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QClipboard, QGuiApplication

_PATIENCE_S = 10.0
_MODES = (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection)


class ClipboardReader(QObject):
    """Call it on any thread but the GUI thread; the GUI thread never waits."""

    _asked = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._asked.connect(self._read, Qt.ConnectionType.QueuedConnection)

    def __call__(self) -> Iterable[bytes]:
        """Return what clipboard and mouse selection hold, in each form; nothing if it is late."""
        answer: Future[list[bytes]] = Future()
        self._asked.emit(answer)
        try:
            return answer.result(_PATIENCE_S)
        except TooLate:
            return []

    def _read(self, answer: Future[list[bytes]]) -> None:
        found: list[bytes] = []
        for mode in _MODES:
            data = QGuiApplication.clipboard().mimeData(mode)
            if data is not None:
                found.extend(bytes(data.data(kind).data()) for kind in data.formats())
        answer.set_result(found)
