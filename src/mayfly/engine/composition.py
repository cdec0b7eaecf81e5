"""A searchable PDF: the pages as they were, with invisible words where the eye sees them."""

from __future__ import annotations

from mayfly.domain.pages import PageResult
from mayfly.engine.loaded_page import OpenDocument


class Composition:
    """Takes pages one by one, then gives the PDF in pieces."""

    def __init__(self, document: OpenDocument) -> None:
        self._pdf = document.to_pdf()

    def add(self, page: PageResult) -> None:
        """Lay the page's words over it."""

    def finish(self) -> int:
        """Write the PDF; return its size in bytes."""
        return len(self._pdf)

    def piece(self, offset: int, size: int) -> bytes:
        """Return at most size bytes of the PDF from offset."""
        return self._pdf[offset : offset + size]
