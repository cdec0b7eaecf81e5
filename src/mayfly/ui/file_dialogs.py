"""Choosing files and folders without leaving a trace of where the user looked.

Qt's own dialog, not the desktop's: GTK's file chooser notes what was chosen in the list of
recently used files. Qt's writes its history into a settings file, which is removed each time.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from mayfly.domain.ports import Lane
from mayfly.ui.wording import Tr

_PATTERNS = (
    "*.pdf *.png *.jpg *.jpeg *.jpe *.jfif *.tif *.tiff *.bmp *.dib *.gif *.webp *.jp2 *.j2k "
    "*.jpx *.jpf *.pnm *.pbm *.pgm *.ppm *.heic *.heif"
)


class Wanted(Enum):
    """What is to be chosen."""

    FILES = auto()
    FOLDER = auto()
    TARGET = auto()


def forget_dialogs() -> None:
    """Remove what Qt's file dialog noted. Reads and writes a file: not for the GUI thread."""
    settings = QSettings(QSettings.Scope.UserScope, "QtProject")
    settings.remove("FileDialog")
    settings.remove("Qt/filedialog")
    settings.sync()


class FileDialogs:
    """Opens dialogs that do not stop the window behind them."""

    def __init__(self, parent: QWidget, *, tr: Tr, chores: Lane) -> None:
        self._parent = parent
        self._tr = tr
        self._chores = chores

    def ask(self, wanted: Wanted, then: Callable[[list[Path]], None]) -> QFileDialog:
        """Let the user choose; then gets the paths, and is not called when there are none."""
        dialog = QFileDialog(self._parent, self._title(wanted))
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAccessibleName(self._title(wanted))
        if wanted is Wanted.FILES:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
            dialog.setNameFilters(
                [f"{self._tr('Documents')} ({_PATTERNS})", f"{self._tr('All files')} (*)"]
            )
        else:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        if wanted is Wanted.TARGET:
            dialog.setLabelText(QFileDialog.DialogLabel.Accept, self._tr("Export here"))
        dialog.filesSelected.connect(lambda names: then([Path(name) for name in names]))
        # The history is written when the dialog is destroyed; only then can it be removed.
        chores = self._chores
        dialog.destroyed.connect(lambda: chores.submit(forget_dialogs))
        dialog.open()
        return dialog

    def _title(self, wanted: Wanted) -> str:
        return {
            Wanted.FILES: self._tr("Add files"),
            Wanted.FOLDER: self._tr("Add a folder"),
            Wanted.TARGET: self._tr("Choose a folder for the export"),
        }[wanted]
