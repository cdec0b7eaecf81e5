"""Words for numbers, formats and languages, as the window says them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QLocale
from PySide6.QtGui import QKeySequence

from mayfly.domain.errors import UserError
from mayfly.domain.pages import PageOrigin
from mayfly.ui.language_names import LANGUAGE_NAMES

Tr = Callable[[str], str]
"""Gives an English text in the user's language."""


def number_text(value: int) -> str:
    """Return the number with the locale's grouping: 1,234."""
    return QLocale().toString(value)


def bytes_text(value: int) -> str:
    """Return an amount of data in the locale's way: 1.2 MB."""
    return QLocale().formattedDataSize(value, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def seconds_text(tr: Tr, seconds: float) -> str:
    """Return a measured time: 4.2 s."""
    return tr("{n} s").format(n=QLocale().toString(seconds, "f", 1))


def count_text(tr: Tr, value: int, one: str, many: str) -> str:
    """Return the text for one or for many, its {n} filled in; both texts are translated."""
    return tr(one if value == 1 else many).format(n=number_text(value))


def keys_text(keys: str) -> str:
    """Return a combination of keys as this system and language call them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def error_text(tr: Tr, error: UserError) -> str:
    """Return the error's sentence and its remedy."""
    return f"{tr(error.text)} {tr(error.remedy)}"


def format_name(tr: Tr, file_format: str) -> str:
    """Return what a format is called in the export menu."""
    names = {
        "txt": tr("Text (.txt)"),
        "layout": tr("Text with its layout kept (.txt)"),
        "md": tr("Markdown (.md)"),
        "docx": tr("Word processor (.docx)"),
        "pdf": tr("Searchable PDF (.pdf)"),
        "csv": tr("Tables (.csv)"),
        "words": tr("List of words (.csv)"),
        "json": tr("Words, boxes and blocks (.json)"),
        "hocr": tr("hOCR (.html)"),
        "alto": tr("ALTO 4 (.xml)"),
    }
    return names.get(file_format, f".{file_format}")


def origin_text(tr: Tr, origin: PageOrigin, confidence: float | None) -> str:
    """Return where the words of a page come from."""
    if origin is PageOrigin.TEXT_LAYER:
        return tr("Text from the file")
    if origin is PageOrigin.BLANK:
        return tr("This page is blank")
    if confidence is None:
        return tr("Recognised: no words were found on this page")
    return tr("Recognised, {n} % confident").format(n=round(confidence))


def language_name(tr: Tr, code: str) -> str:
    """Return a language's name for Tesseract's code, such as English for eng.

    Data of a user's own has Qt's English name, or its bare code.
    """
    if code in LANGUAGE_NAMES:
        return tr(LANGUAGE_NAMES[code])
    language = QLocale.codeToLanguage(code, QLocale.LanguageCodeType.AnyLanguageCode)
    if language in (QLocale.Language.AnyLanguage, QLocale.Language.C):
        return code
    return QLocale.languageToString(language)


def languages_text(tr: Tr, codes: Sequence[str]) -> str:
    """Return the chosen languages, short enough for a button."""
    names = [language_name(tr, code) for code in codes]
    if len(names) <= 2:
        return " + ".join(names) or tr("No language")
    return tr("{first} + {n} more").format(first=names[0], n=len(names) - 1)
