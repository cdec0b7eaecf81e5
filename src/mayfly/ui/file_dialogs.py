"""Choosing files and folders without leaving a trace of where the user looked.

Qt's own dialog, not the desktop's: GTK's file chooser notes what was chosen in the list of
recently used files. Qt's writes its history into a settings file, in a folder that goes with us.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from mayfly.ui.wording import Tr


class Wanted(Enum):
    """What is to be chosen."""

    FILES = auto()
    ONCE = auto()
    """Documents that are looked at and not added."""
    ONE_FILE = auto()
    FOLDER = auto()
    TARGET = auto()
    HAND_OVER = auto()
    """A folder for texts that are not kept."""
    CODE_FOLDER = auto()
    SAVE = auto()
    """A folder for what Mayfly writes about itself."""
    PICTURES = auto()
    RECEIPT = auto()
    CERTIFICATE = auto()
    """Of a certificate authority."""


def keep_notes_in(folder: Path) -> None:
    """Have Qt keep its own settings, such as folders looked at, in this folder; before any dialog.

    Removing them from the user's settings afterwards would leave the paths on the disk.
    """
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(folder))


class FileDialogs:
    """Opens dialogs that do not stop the window behind them."""

    def __init__(self, parent: QWidget, *, tr: Tr, suffixes: Sequence[str] = ()) -> None:
        """suffixes: what files of documents end in, such as .pdf."""
        self._parent = parent
        self._tr = tr
        self._patterns = " ".join(f"*{suffix}" for suffix in suffixes)

    def ask(self, wanted: Wanted, then: Callable[[list[Path]], None]) -> QFileDialog:
        """Let the user choose; then gets the paths, and is not called when there are none."""
        dialog = QFileDialog(self._parent, self._title(wanted))
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAccessibleName(self._title(wanted))
        if wanted in (Wanted.FILES, Wanted.ONCE, Wanted.ONE_FILE):
            is_one = wanted is Wanted.ONE_FILE
            modes = QFileDialog.FileMode
            dialog.setFileMode(modes.ExistingFile if is_one else modes.ExistingFiles)
            dialog.setNameFilters(
                [f"{self._tr('Documents')} ({self._patterns})", f"{self._tr('All files')} (*)"]
            )
        elif wanted is Wanted.RECEIPT:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilters(
                [f"{self._tr('Receipts')} (*.json)", f"{self._tr('All files')} (*)"]
            )
        elif wanted is Wanted.CERTIFICATE:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilters(
                [f"{self._tr('Certificates')} (*.pem *.crt *.cer)", f"{self._tr('All files')} (*)"]
            )
        else:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        if wanted is Wanted.TARGET:
            dialog.setLabelText(QFileDialog.DialogLabel.Accept, self._tr("Export here"))
        if wanted is Wanted.HAND_OVER:
            dialog.setLabelText(QFileDialog.DialogLabel.Accept, self._tr("Hand over here"))
        if wanted in (Wanted.CODE_FOLDER, Wanted.SAVE, Wanted.PICTURES):
            dialog.setLabelText(QFileDialog.DialogLabel.Accept, self._tr("Save here"))
        dialog.filesSelected.connect(lambda names: then([Path(name) for name in names]))
        dialog.open()
        return dialog

    def _title(self, wanted: Wanted) -> str:
        return {
            Wanted.FILES: self._tr("Add files"),
            Wanted.ONCE: self._tr("View documents once"),
            Wanted.ONE_FILE: self._tr("Choose a document"),
            Wanted.FOLDER: self._tr("Add a folder"),
            Wanted.TARGET: self._tr("Choose a folder for the export"),
            Wanted.HAND_OVER: self._tr("Choose a folder for the texts"),
            Wanted.CODE_FOLDER: self._tr("Choose a folder for the recovery code"),
            Wanted.SAVE: self._tr("Choose a folder to save in"),
            Wanted.PICTURES: self._tr("Choose a folder for the pictures"),
            Wanted.RECEIPT: self._tr("Choose a receipt"),
            Wanted.CERTIFICATE: self._tr("Choose a certificate authority's file"),
        }[wanted]
