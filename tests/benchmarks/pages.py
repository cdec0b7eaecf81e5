"""The page sets that the road is measured on."""

from __future__ import annotations

import io
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.reference import Page

_SCAN_PAGES = 60
_SCAN_DPI = 300
_FIRST_SCAN_PAGE = 20


@dataclass(frozen=True)
class Unit:
    """One text to compare: the truth, and the stems of the files that hold what was read."""

    language: str
    truth: str
    stems: tuple[str, ...]


@dataclass(frozen=True)
class PageSet:
    """Documents for Mayfly and the same pages as images for the reference."""

    name: str
    documents: tuple[tuple[Path, str], ...]
    pages: tuple[Page, ...]
    page_truths: tuple[Unit, ...]
    document_truths: tuple[Unit, ...]
    in_capitals: bool = False
    """The transcriptions are, so small letters count as capitals."""

    def truths(self, *, by_document: bool) -> tuple[Unit, ...]:
        """Return what to compare, for a program that writes a text a document or a page."""
        return self.document_truths if by_document else self.page_truths


def corpus_root() -> Path:
    """Return the corpus folder, or end with a sentence."""
    default = Path(__file__).resolve().parents[3] / "shared" / "corpus"
    root = Path(os.environ.get("MAYFLY_CORPUS", default))
    if not (root / "manifest.json").is_file():
        raise SystemExit("the benchmark needs the document corpus: set MAYFLY_CORPUS")
    return root


def corpus_pages(_folder: Path) -> PageSet:
    """Return the scanned pages of the corpus with their transcriptions."""
    return _with_truth("corpus OCR pages", "ocr")


def receipt_pages(_folder: Path) -> PageSet:
    """Return the receipts that have a transcription (it is in capitals)."""
    return replace(_with_truth("receipts", "fields"), in_capitals=True)


def _with_truth(name: str, kind: str) -> PageSet:
    root = corpus_root()
    items = json.loads((root / "manifest.json").read_text(encoding="utf-8"))["items"]
    chosen = [one for one in items if one["kind"] == kind and "text" in one.get("truth", {})]
    pages, units = [], []
    for item in chosen:
        path = root / item["file"]
        truth = (root / item["truth"]["text"]).read_text(encoding="utf-8")
        pages.append(Page(path, item["language"]))
        units.append(Unit(item["language"], truth, (path.stem,)))
    documents = tuple((page.image, page.languages) for page in pages)
    return PageSet(name, documents, tuple(pages), tuple(units), tuple(units))


def scan_set(folder: Path, count: int = _SCAN_PAGES) -> PageSet:
    """Return a PDF of scans (60): pages of a long document, rendered, tilted and made noisy.

    The reference reads the very images that the PDF holds; the truth is the text layer of
    the document they were made from.
    """
    import cv2
    import numpy as np
    import pymupdf

    source = pymupdf.open(corpus_root() / "large" / "debian-docs__zsh.pdf")
    random = np.random.default_rng(2026)
    scans = pymupdf.open()
    pages, truths = [], []
    for number in range(count):
        page = source[_FIRST_SCAN_PAGE + number]
        pixmap = page.get_pixmap(dpi=_SCAN_DPI, colorspace=pymupdf.csGRAY)
        gray = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width)
        image = _as_scan(gray, random, cv2, np)
        path = folder / f"scan-{number:03}.jpg"
        ok, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])
        assert ok
        path.write_bytes(data.tobytes())
        target = scans.new_page(width=page.rect.width, height=page.rect.height)
        target.insert_image(target.rect, stream=io.BytesIO(data.tobytes()))
        pages.append(Page(path, "eng"))
        truths.append(Unit("eng", page.get_text(), (path.stem,)))
    document = folder / "scans.pdf"
    scans.save(document)
    whole = Unit("eng", "\n".join(unit.truth for unit in truths), (document.stem,))
    return PageSet(
        f"{count}-page scan", ((document, "eng"),), tuple(pages), tuple(truths), (whole,)
    )


def _as_scan(gray, random, cv2, np):
    """Tilt by up to 0.6 degrees, blur a little, add noise and a shade."""
    height, width = gray.shape
    tilt = float(random.uniform(-0.6, 0.6))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1)
    image = cv2.warpAffine(gray, turn, (width, height), borderValue=255).astype(np.float32)
    image = cv2.GaussianBlur(image, (0, 0), 0.8) * 0.93
    image += random.normal(0, 4, image.shape) + np.linspace(-8, 6, width)[None, :]
    return np.clip(image, 0, 255).astype(np.uint8)


def images_as_pdf(images: list[Path], path: Path) -> None:
    """Write a PDF with one image a page."""
    import pymupdf

    with pymupdf.open() as document:
        for image in images:
            shape = pymupdf.Pixmap(image)
            page = document.new_page(width=595, height=595 * shape.height / shape.width)
            page.insert_image(page.rect, filename=image)
        document.save(path)
