"""What was copied out of a document goes with it: the clipboard is emptied, if it is still ours."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QClipboard, QGuiApplication

from mayfly.domain.ids import JobId

_HINT = "x-kde-passwordManagerHint"
_MODES = (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection)


class CopiedText(QMimeData):
    """Text on the clipboard, marked so that histories that ask do not keep it.

    It knows its job, so clipboard and mouse selection may hold copies of different ones.
    """

    def __init__(self, text: str, job_id: JobId | None) -> None:
        super().__init__()
        self.job_id = job_id
        self.setText(text)
        self.setData(_HINT, b"secret")


def take_back_copies(is_gone: Callable[[JobId], bool] | None = None) -> None:
    """Empty clipboard and mouse selection if what is in them was copied from this window.

    With is_gone only copies of jobs that it says are gone.

    Also to be called before the program ends: PySide 6.11 crashes at exit when the clipboard
    still holds data that was made in Python.
    """
    clipboard = QGuiApplication.clipboard()
    for mode in _MODES:
        # Not ownsClipboard: some platforms never say so. The object itself is only there
        # while nobody else has put something in its place.
        copy = clipboard.mimeData(mode)
        if not isinstance(copy, CopiedText):
            continue
        if is_gone is None or (copy.job_id is not None and is_gone(copy.job_id)):
            clipboard.clear(mode)
