"""One document in one child process: opened, read page by page, composed, gone."""

from __future__ import annotations

from typing import Any

from mayfly.domain.document_errors import (
    DamagedDocument,
    PageTooLarge,
    ReaderCrashed,
    ReaderOutOfMemory,
)
from mayfly.domain.errors import UserError
from mayfly.domain.image_codec import encode_images
from mayfly.domain.images import FoundImage
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.page_codec import decode_page, encode_page
from mayfly.engine.channel import CHUNK_BYTES, Channel, Frame
from mayfly.engine.composition import Composition
from mayfly.engine.documents import open_document
from mayfly.engine.loaded_page import OpenDocument
from mayfly.engine.page_reading import PageReader
from mayfly.engine.protocol import FATAL_CODES, Setup
from mayfly.engine.recogniser import TesseractRecogniser
from mayfly.engine.restraint import allow_cpu


class Session:
    """Answers the main process about one document. run() ends when that is closed."""

    def __init__(self, channel: Channel, setup: Setup) -> None:
        self._channel = channel
        self._limits = setup.limits
        self._tessdata = setup.tessdata
        self._recogniser = TesseractRecogniser(setup.tessdata)
        self._document: OpenDocument | None = None
        self._pages: PageReader | None = None
        self._composition: Composition | None = None
        self._images: tuple[FoundImage, ...] = ()

    def run(self, frame: Frame) -> int:
        """Handle the document that begins with this frame; return the exit status."""
        self._answer(frame)
        while self._document is not None:
            self._answer(self._channel.receive())
        return 0

    def _answer(self, frame: Frame) -> None:
        """Do what is asked and answer; anything that goes wrong is an answer too."""
        allow_cpu(self._limits.cpu_s)
        try:
            header, body = self._act(frame)
        except UserError as error:
            self._fail(error)
        except MemoryError:
            self._fail(ReaderOutOfMemory())
        except Exception as error:  # noqa: BLE001 - this is the main of a process of its own
            # MuPDF, Pillow and OpenCV raise whatever comes to them on a hostile document:
            # RuntimeError, ValueError, IndexError, struct.error, SyntaxError, ...
            self._fail(_meaning(error))
        else:
            self._channel.send(header, body)

    def _fail(self, error: UserError) -> None:
        if error.code in FATAL_CODES:
            self._document = None
        self._channel.send({"kind": "failed", "code": error.code})

    def _act(self, frame: Frame) -> tuple[dict[str, Any], bytes]:
        match frame.kind:
            case "open":
                return self._open(frame)
            case "read":
                return self._read(frame.number("number", most=self._limits.pages))
            case "image":
                image = self._images[frame.number("index", most=len(self._images) - 1)]
                return {"kind": "image"}, image.data
            case "compose":
                document = self._require_document()
                excerpt = frame.header.get("excerpt") is True
                self._composition = Composition(document, self._tessdata, excerpt=excerpt)
                return {"kind": "composing"}, b""
            case "compose_page":
                self._require_composition().add(decode_page(frame.body))
                return {"kind": "composing"}, b""
            case "compose_end":
                return {"kind": "composed", "size": self._require_composition().finish()}, b""
            case "compose_read":
                piece = self._require_composition().piece(frame.header["offset"], CHUNK_BYTES)
                return {"kind": "piece"}, piece
            case "close":
                self._document = None
                return {"kind": "closed"}, b""
        raise ReaderCrashed

    def _open(self, frame: Frame) -> tuple[dict[str, Any], bytes]:
        size = frame.number("size", most=self._limits.source_bytes)
        data = bytearray()
        while len(data) < size:
            data += self._channel.receive(most_body=CHUNK_BYTES).body
        document = open_document(bytes(data), frame.header["password"], self._limits)
        options = ReadOptions(frame.texts("languages"), bool(frame.header["recognise_anyway"]))
        self._document = document
        self._pages = PageReader(document, self._recogniser, options, self._limits)
        return {"kind": "opened", "pages": document.page_count}, b""

    def _read(self, number: int) -> tuple[dict[str, Any], bytes]:
        if self._pages is None:
            raise ReaderCrashed
        self._images = ()
        reading = self._pages.read(number)
        # Kept until the next page: they are asked for one by one.
        self._images = reading.images
        page = encode_page(reading.result)
        listed = encode_images([image.block for image in reading.images])
        header = {
            "kind": "page",
            "page_bytes": len(page),
            "list_bytes": len(listed),
            "view_width": reading.image.width_px,
            "view_height": reading.image.height_px,
        }
        return header, page + listed + reading.image.data

    def _require_document(self) -> OpenDocument:
        if self._document is None:
            raise ReaderCrashed
        return self._document

    def _require_composition(self) -> Composition:
        if self._composition is None:
            raise ReaderCrashed
        return self._composition


def _meaning(error: Exception) -> UserError:
    """Return what a library's failure means for the user."""
    told = str(error).lower()
    if "malloc" in told or "out of memory" in told or "insufficient memory" in told:
        return ReaderOutOfMemory()
    if "overly large image" in told or "decompression" in type(error).__name__.lower():
        return PageTooLarge()
    return DamagedDocument()
