"""What was copied out of a document goes with it: the clipboard is emptied, if it is still ours."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QClipboard, QGuiApplication

_HINT = "x-kde-passwordManagerHint"
_MODES = (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection)


class CopiedText(QMimeData):
    """Text on the clipboard, marked so that histories that ask do not keep it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        self.setData(_HINT, b"secret")


def take_back_copies() -> None:
    """Empty clipboard and mouse selection if what is in them was copied from this window.

    Also to be called before the program ends: PySide 6.11 crashes at exit when the clipboard
    still holds data that was made in Python.
    """
    clipboard = QGuiApplication.clipboard()
    for mode in _MODES:
        # Not ownsClipboard: some platforms never say so. The object itself is only there
        # while nobody else has put something in its place.
        if isinstance(clipboard.mimeData(mode), CopiedText):
            clipboard.clear(mode)
