"""The package around a .docx: nothing of its template, of this user or of this hour is in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE

_PIECE = 1 << 16
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name; the same words always give the same file."""

_STYLES_TWICE = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"
_LEFT_OUT = frozenset(
    {
        RELATIONSHIP_TYPE.THUMBNAIL,
        RELATIONSHIP_TYPE.EXTENDED_PROPERTIES,
        RELATIONSHIP_TYPE.CUSTOM_XML,
        _STYLES_TWICE,
    }
)
"""Parts of python-docx's template that say where it was made or that nothing reads."""


def empty_document() -> Document:
    """Return a document with styles and no content, author, title or time."""
    document = docx.Document()
    package = document.part.package
    for owner in (package, document.part):
        for key, relation in list(owner.rels.items()):
            if relation.reltype in _LEFT_OUT:
                del owner.rels[key]
    core = document.core_properties._element
    for child in list(core):
        core.remove(child)
    _forget_sessions(document)
    return document


def _forget_sessions(document: Document) -> None:
    """Take out the numbers of the sessions in which somebody edited the template."""
    for part in (document.settings.element, document.styles.element, document.element):
        for revision in part.xpath("//w:rsids | //w:rsid"):
            revision.getparent().remove(revision)
        for element in part.iter():
            for name in [name for name in element.attrib if "}rsid" in name]:
                del element.attrib[name]


def packed(document: Document) -> Iterator[bytes]:
    """Yield the file; the same document gives the same bytes at any time."""
    raw, out = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for entry in made.infolist():
            clean = zipfile.ZipInfo(entry.filename, _EARLIEST)
            clean.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(clean, made.read(entry))
    raw.close()
    out.seek(0)
    while piece := out.read(_PIECE):
        yield piece
