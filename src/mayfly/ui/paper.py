"""Printing a recovery code: one page, nothing of it kept here."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget


def print_code(code: str, *, title: str, note: str, parent: QWidget) -> QPrintDialog:
    """Ask for a printer and print the page there; the dialog stops nothing behind it.

    The print job is named Mayfly, and nothing else.
    """
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName("Mayfly")
    dialog = QPrintDialog(printer, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.accepted.connect(lambda: page_of(code, title=title, note=note).print_(printer))
    # Its own open() wants a slot by name.
    QDialog.open(dialog)
    return dialog


def page_of(code: str, *, title: str, note: str) -> QTextDocument:
    """Return the page: title, code and what it is for."""
    page = QTextDocument()
    groups = "<br>".join(escape(group) for group in _pairs(code))
    page.setHtml(
        f"<h2>{escape(title)}</h2>"
        f"<p style='font-family: monospace; font-size: 16pt'>{groups}</p>"
        f"<p>{escape(note)}</p>"
    )
    return page


def _pairs(code: str) -> list[str]:
    groups = code.split("-")
    return ["-".join(groups[first : first + 2]) for first in range(0, len(groups), 2)]
