"""Tesseract through pytesseract: one pass gives words, boxes and confidences.

Only pixels are handed over, never a user's file: the tesseract command reads a text file as
a list of image paths.
"""

from __future__ import annotations

import csv
import io
import shlex
import signal
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from pytesseract import TesseractError, TesseractNotFoundError
from pytesseract.pytesseract import run_tesseract, save

from mayfly.domain.document_errors import (
    LanguageMissing,
    ReaderCrashed,
    ReaderOutOfMemory,
    ReadingTimedOut,
    RecogniserMissing,
)
from mayfly.domain.errors import UserError
from mayfly.domain.ports import RawWord

_WORD_LEVEL = "5"
_PAGE_MODE = "3"
"""Find blocks and lines, ask nothing about the orientation: recognition.py sees it for itself."""
_COLUMNS = 12


class TesseractRecogniser:
    """A Recogniser over the tesseract program that libraries.py set."""

    def __init__(self, tessdata: Path) -> None:
        self._tessdata = tessdata

    def recognise(
        self,
        pixels: bytes,
        width_px: int,
        height_px: int,
        *,
        dpi: int,
        languages: Sequence[str],
        timeout_s: float,
    ) -> list[RawWord]:
        """Return words in reading order from 8-bit gray pixels, row after row.

        Raises ReadingTimedOut, ReaderOutOfMemory, ReaderCrashed, RecogniserMissing or
        LanguageMissing.
        """
        config = shlex.join(
            [
                *("--tessdata-dir", str(self._tessdata)),
                *("--dpi", str(max(70, min(dpi, 2_400)))),
                *("--psm", _PAGE_MODE),
                *("-c", "tessedit_create_tsv=1"),
            ]
        )
        image = Image.frombytes("L", (width_px, height_px), pixels)
        # Handed over uncompressed: PNG costs 0.4 s a page, this 2 ms.
        image.format = "PPM"
        table = self._run(image, "tsv", "+".join(languages), config, timeout_s)
        return words_from(table)

    def _run(
        self, image: Image.Image, kind: str, languages: str, config: str, timeout_s: float
    ) -> str:
        try:
            with save(image) as (base, image_path):
                run_tesseract(image_path, base, kind, languages, config, timeout=timeout_s)
                return Path(f"{base}.{kind}").read_text(encoding="utf-8", errors="replace")
        except TesseractNotFoundError as error:
            raise RecogniserMissing from error
        except TesseractError as error:
            raise _meaning(error) from error
        except RuntimeError as error:
            # pytesseract's own word for a timeout.
            raise ReadingTimedOut from error


def _meaning(error: TesseractError) -> UserError:
    """Return what the end of the program means: by a signal, or with a word about data."""
    told = str(error.message)
    if error.status == -signal.SIGXCPU:
        return ReadingTimedOut()
    if "bad_alloc" in told or error.status in (-signal.SIGABRT, -signal.SIGKILL):
        return ReaderOutOfMemory()
    if "oading language" in told or "load any languages" in told:
        return LanguageMissing()
    return ReaderCrashed()


def words_from(table: str) -> list[RawWord]:
    """Return the words of Tesseract's TSV; rows that are no words are left out."""
    words = []
    rows = csv.reader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        if len(row) != _COLUMNS or row[0] != _WORD_LEVEL or not row[11].strip():
            continue
        block, paragraph, line, _, left, top, width, height = (int(value) for value in row[2:10])
        words.append(
            RawWord(
                text=row[11].strip(),
                left=left,
                top=top,
                width=width,
                height=height,
                confidence=min(100.0, max(0.0, float(row[10]))),
                block=block,
                paragraph=paragraph,
                line=line,
            )
        )
    return words
