"""What Qt says by itself, in the window's language: its dialogs, menus, key names, formats."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

_AUTO = "auto"
"""The setting that leaves the language to the environment."""


class QtLanguage:
    """Makes Qt speak from now on as the texts do, until it is taken back."""

    def __init__(self, language: str, *, chosen: str) -> None:
        """language: that of the texts; chosen: the setting, whose auto leaves formats alone.

        A language that was chosen against the system's brings its own formats of numbers and
        times, as they are in the system's country where the two are known together.
        """
        self._translator: QTranslator | None = None
        wanted = QLocale(language).language()
        if chosen != _AUTO and QLocale().language() is not wanted:
            QLocale.setDefault(QLocale(wanted, QLocale.system().territory()))
        if language == "en":
            return
        translator = QTranslator()
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(f"qtbase_{language}", folder):
            QCoreApplication.installTranslator(translator)
            self._translator = translator

    def take_back(self) -> None:
        """Let Qt speak English again."""
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None
