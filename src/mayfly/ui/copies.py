"""What was copied here is marked, and taken back: with its document, after a while, at the end.

Only what is still ours is ever taken back; what another program put there meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QObject, QTimer, Signal
from PySide6.QtGui import QClipboard, QGuiApplication, QImage

from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part

_Mode = QClipboard.Mode
_MODES = (_Mode.Clipboard, _Mode.Selection)
_NO = bytes(4)
"""A Windows DWORD that says no."""

MARKS = {
    # Klipper, GPaste, CopyQ and others.
    "x-kde-passwordManagerHint": b"secret",
    # Windows: clipboard monitors, its own history (Win+V), and its copy to other devices.
    "ExcludeClipboardContentFromMonitorProcessing": b"\1",
    "CanIncludeInClipboardHistory": _NO,
    "CanUploadToCloudClipboard": _NO,
    # macOS (nspasteboard.org), as far as Qt hands on names that it does not know.
    "org.nspasteboard.ConcealedType": b"\1",
}
"""What asks clipboard managers not to keep it. A manager that does not ask keeps it anyway."""


class Copied(QMimeData):
    """Something on the clipboard, marked so that histories that ask do not keep it.

    It knows its job, so clipboard and mouse selection may hold copies of different ones; and
    the part of it that it goes with.
    """

    part = Part.RESULT

    def __init__(self, job_id: JobId | None) -> None:
        super().__init__()
        self.job_id = job_id
        self.is_told = False
        for name, value in MARKS.items():
            self.setData(name, value)


class CopiedText(Copied):
    """A text, with or without its form as HTML."""

    def __init__(self, text: str, job_id: JobId | None, html: str | None = None) -> None:
        super().__init__(job_id)
        self.setText(text)
        if html is not None:
            self.setHtml(html)


class CopiedPicture(Copied):
    """A picture of a document."""

    part = Part.SOURCE

    def __init__(self, image: QImage, job_id: JobId) -> None:
        super().__init__(job_id)
        self.setImageData(image)


class CopyKeeper(QObject):
    """Watches clipboard and mouse selection for what this program puts there.

    It marks text that a widget copied by itself, and takes back whatever is still ours after
    a number of seconds; 0: never by time. One for the application.
    """

    copied = Signal(str)
    """Something of the job with that id came onto the clipboard, once for each copy.

    Not for the mouse selection, which changes with every word that is passed over.
    """

    def __init__(self, seconds: int, parent: QObject) -> None:
        super().__init__(parent)
        self._seconds = seconds
        self._timers = {mode: self._make_timer(mode) for mode in _MODES}
        self._clipboard = QGuiApplication.clipboard()
        self._clipboard.changed.connect(self._look)
        self._clipboard.changed.connect(self._tell)

    def set_seconds(self, seconds: int) -> None:
        """Take copies back after so many seconds from now on; one that is there counts anew."""
        if seconds != self._seconds:
            self._seconds = seconds
            for mode in _MODES:
                self._look(mode)

    def stop(self) -> None:
        """Watch no more; what is on the clipboard stays as it is."""
        self._clipboard.changed.disconnect(self._look)
        self._clipboard.changed.disconnect(self._tell)
        for timer in self._timers.values():
            timer.stop()

    def _look(self, mode: QClipboard.Mode) -> None:
        timer = self._timers.get(mode)
        if timer is None:
            return
        timer.stop()
        copy = self._clipboard.mimeData(mode)
        if isinstance(copy, Copied):
            if self._seconds:
                timer.start(self._seconds * 1_000)
        elif self._is_ours(mode) and copy is not None and copy.hasText():
            # Before the event loop goes on: nobody has been told of the unmarked one yet.
            self._clipboard.setMimeData(CopiedText(copy.text(), None), mode)

    def _tell(self, mode: QClipboard.Mode) -> None:
        copy = self._clipboard.mimeData(mode) if mode is _Mode.Clipboard else None
        if isinstance(copy, Copied) and copy.job_id is not None and not copy.is_told:
            copy.is_told = True
            self.copied.emit(copy.job_id)

    def _is_ours(self, mode: QClipboard.Mode) -> bool:
        if mode is _Mode.Selection:
            return self._clipboard.ownsSelection()
        return self._clipboard.ownsClipboard()

    def _make_timer(self, mode: QClipboard.Mode) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: _take_back(mode, lambda _: True))
        return timer


def copy_text(text: str, job_id: JobId | None) -> None:
    """Put a text of a job on the clipboard."""
    QGuiApplication.clipboard().setMimeData(CopiedText(text, job_id))


def take_back_copies(is_gone: Callable[[JobId, Part], bool] | None = None) -> None:
    """Empty clipboard and mouse selection if what is in them was copied from this window.

    With is_gone only copies of jobs of which it says that the part is gone.

    Also to be called before the program ends: PySide 6.11 crashes at exit when the clipboard
    still holds data that was made in Python.
    """

    def is_meant(copy: Copied) -> bool:
        return is_gone is None or (copy.job_id is not None and is_gone(copy.job_id, copy.part))

    for mode in _MODES:
        _take_back(mode, is_meant)


def _take_back(mode: QClipboard.Mode, is_meant: Callable[[Copied], bool]) -> None:
    clipboard = QGuiApplication.clipboard()
    # Not ownsClipboard: some platforms never say so. The object itself is only there while
    # nobody else has put something in its place.
    copy = clipboard.mimeData(mode)
    if isinstance(copy, Copied) and is_meant(copy):
        clipboard.clear(mode)
