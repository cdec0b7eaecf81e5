"""Opens a document by what its bytes say, never by its name."""

from __future__ import annotations

from mayfly.domain.document_errors import UnknownKind
from mayfly.domain.limits import Limits
from mayfly.engine.image_document import ImageDocument, is_image
from mayfly.engine.loaded_page import OpenDocument
from mayfly.engine.pdf_document import PdfDocument, is_pdf


def open_document(data: bytes, password: str | None, limits: Limits) -> OpenDocument:
    """Return the document, ready to be read.

    Raises UnknownKind, DamagedDocument, NoPages, TooManyPages, PageTooLarge, PasswordNeeded or
    PasswordWrong; a library's own failure comes through as it is.
    """
    if is_pdf(data):
        return PdfDocument(data, password, limits)
    if is_image(data):
        return ImageDocument(data, limits)
    raise UnknownKind
