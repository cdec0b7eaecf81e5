"""What is found on the pages of the corpus: tables, headings, lists, and sums in their cells.

PYTHONPATH=src:tests python -m benchmarks.layout

Documents are read as always, at most six pages of each. “Sums” counts the invoices and receipts
whose total, as the truth has it, stands in a cell of its own, of those where it was read at all.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.pages import corpus_root
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.layout import HeadingBlock, ListBlock, PageLayout, TableBlock
from mayfly.domain.limits import Limits
from mayfly.domain.pages import PageResult
from mayfly.engine.reader import WorkerReader
from mayfly.engine.worker_engine import WorkerEngine
from mayfly.understand.layout import document_layout
from mayfly.understand.words import words_text

_MOST_PAGES = 6
_KINDS = (
    ("receipts", ("sroie", "receipt")),
    ("electronic invoices", ("zugferd",)),
    ("other invoices", ("invoice",)),
    ("bank statements", ("bank",)),
    ("curricula", ("resume",)),
    ("reports, packing list", ("report", "packing")),
    ("forms", ("form", "fw", "f1099", "w2")),
)


def main() -> None:
    """Print one row for each kind of document."""
    root = corpus_root()
    items = json.loads((root / "manifest.json").read_text(encoding="utf-8"))["items"]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as folder:
        for item, pages in _read_all(root, items, Path(folder)):
            layouts = document_layout(pages, {})
            counts[_kind_of(item)] += _count(layouts)
            counts[_kind_of(item)] += _sums(root, item, layouts)
    print("| kind | documents | pages | with tables | tables | headings | lists | sums |")
    print("|---|---|---|---|---|---|---|---|")
    for kind, found in sorted(counts.items()):
        names = ("documents", "pages", "with tables", "tables", "headings", "lists")
        row = " | ".join(str(found[name]) for name in names)
        sums = f"{found['in cells']} of {found['sums']}" if found["sums"] else ""
        print(f"| {kind} | {row} | {sums} |")


def _kind_of(item: dict[str, Any]) -> str:
    if item["kind"] in ("ocr", "large"):
        return "prose: typewritten, printed" if item["kind"] == "ocr" else "prose: a manual"
    name = Path(item["file"]).name.lower()
    kinds = (kind for kind, signs in _KINDS if any(sign in name for sign in signs))
    return next(kinds, "letters, contracts, cards")


def _read_all(
    root: Path, items: list[dict[str, Any]], folder: Path
) -> Iterator[tuple[dict[str, Any], list[PageResult]]]:
    places = {"tessdata": folder / "t", "user_tessdata": folder / "u"}
    reader = WorkerEngine(Limits(), **places, fallback_scratch=folder / "s").start_reader()
    try:
        for item in items:
            if item["kind"] != "odd":
                yield item, _read(reader, root / item["file"], item)
    finally:
        reader.kill()


def _read(reader: WorkerReader, path: Path, item: dict[str, Any]) -> list[PageResult]:
    data = path.read_bytes()
    language = "deu" if item["language"] == "deu" else "eng"
    count = reader.open([data], len(data), ReadOptions((language,)), None)
    first = 20 if item["kind"] == "large" else 1
    numbers = range(first, min(count, first + _MOST_PAGES - 1) + 1)
    pages = [reader.read_page(number).result for number in numbers]
    reader.close_document()
    return pages


def _count(layouts: tuple[PageLayout, ...]) -> Counter[str]:
    found = Counter(documents=1, pages=len(layouts))
    names = {TableBlock: "tables", HeadingBlock: "headings", ListBlock: "lists"}
    for layout in layouts:
        kinds = [names[type(block)] for block in layout.blocks if type(block) in names]
        found.update(kinds)
        found["with tables"] += "tables" in kinds
    return found


def _sums(root: Path, item: dict[str, Any], layouts: tuple[PageLayout, ...]) -> Counter[str]:
    fields = item.get("truth", {}).get("fields")
    if fields is None:
        return Counter()
    truth = json.loads((root / fields).read_text(encoding="utf-8"))["fields"].get("total")
    total = _digits(str(truth or ""))
    words = {_digits(word.text) for layout in layouts for word in layout.page.words}
    if not total or total not in words:
        return Counter()
    cells = {
        _digits(words_text(cell.words))
        for layout in layouts
        for block in layout.blocks
        if isinstance(block, TableBlock)
        for row in block.rows
        for cell in row
    }
    return Counter({"sums": 1, "in cells": int(total in cells)})


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


if __name__ == "__main__":
    main()
