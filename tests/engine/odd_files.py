"""Runs every odd file of the corpus through workers and says what became of each.

python tests/engine/odd_files.py [CORPUS]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from mayfly.domain.document_errors import PasswordNeeded
from mayfly.domain.errors import UserError
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.limits import Limits
from mayfly.engine.reader import WorkerReader
from mayfly.engine.worker_engine import WorkerEngine

_PAGES = 4


def outcomes(engine: WorkerEngine, root: Path) -> Iterator[tuple[str, str, float]]:
    """Yield name, outcome and seconds for each odd file; a dead reader is replaced."""
    manifest = json.loads((root / "manifest.json").read_text(encoding="utf-8"))
    reader = engine.start_reader()
    try:
        for item in manifest["items"]:
            if item["kind"] != "odd":
                continue
            began = time.monotonic()
            passwords = item.get("expect", {}).get("passwords") or [None]
            outcome = _read(reader, (root / item["file"]).read_bytes(), passwords[0])
            yield item["file"], outcome, time.monotonic() - began
            if not reader.alive:
                reader.kill()
                reader = engine.start_reader()
    finally:
        reader.kill()


def _read(reader: WorkerReader, data: bytes, password: str | None) -> str:
    try:
        try:
            pages = reader.open([data], len(data), ReadOptions(), None)
            asked = ""
        except PasswordNeeded:
            pages = reader.open([data], len(data), ReadOptions(), password)
            asked = "password, then "
    except UserError as error:
        return error.code
    said = [_read_page(reader, number + 1) for number in range(min(pages, _PAGES))]
    reader.close_document()
    return f"{asked}{pages} pages: {', '.join(said)}"


def _read_page(reader: WorkerReader, number: int) -> str:
    try:
        result = reader.read_page(number).result
    except UserError as error:
        return error.code
    turned = f" turned {result.turned_degrees}" if result.turned_degrees else ""
    return f"{result.origin} {len(result.words)} words{turned}"


def main() -> None:
    """Print one line for each file."""
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/corpus")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        engine = WorkerEngine(
            Limits(),
            tessdata=place / "tessdata",
            user_tessdata=place / "user",
            fallback_scratch=place / "scratch",
        )
        for name, outcome, seconds in outcomes(engine, root):
            print(f"{name:60} {seconds:5.1f} s  {outcome}")


if __name__ == "__main__":
    main()
