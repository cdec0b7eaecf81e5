"""Mayfly's recognition beside plain Debian tesseract, page by page: accuracy and CPU.

PYTHONPATH=src:tests python -m benchmarks.recognition

Every page of the corpus that has a transcription, and the receipts. The rules were tuned on
every second page by name; both halves are printed, and only the other one proves anything.
"""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.accuracy import Score, score, total
from benchmarks.pages import PageSet, corpus_pages, receipt_pages
from benchmarks.reference import debian_tesseract
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.limits import Limits
from mayfly.engine.reader import WorkerReader
from mayfly.engine.worker_engine import WorkerEngine


@dataclass(frozen=True)
class Row:
    """One page: what it was read like, and at what cost."""

    group: str
    tuned: bool
    debian: Score
    debian_s: float
    mayfly: Score
    mayfly_s: float


def main() -> None:
    """Print a table for the tuning half, the other half, and all pages."""
    with tempfile.TemporaryDirectory() as folder:
        rows = _measure(Path(folder))
    for title, chosen in (
        ("pages used for tuning", [row for row in rows if row.tuned]),
        ("pages not used for tuning", [row for row in rows if not row.tuned]),
        ("all pages", rows),
    ):
        _print(title, chosen)


def _measure(folder: Path) -> list[Row]:
    engine = WorkerEngine(
        Limits(),
        tessdata=folder / "tessdata",
        user_tessdata=folder / "user",
        fallback_scratch=folder / "scratch",
    )
    reader = engine.start_reader()
    rows = []
    try:
        for page_set in (corpus_pages(folder), receipt_pages(folder)):
            rows += _measure_set(page_set, reader, folder)
    finally:
        reader.kill()
    return rows


def _measure_set(page_set: PageSet, reader: WorkerReader, folder: Path) -> list[Row]:
    is_receipts = page_set.name == "receipts"
    units = zip(page_set.pages, page_set.page_truths, strict=True)
    ordered = sorted(units, key=lambda pair: pair[0].image.name)
    rows = []
    for index, (page, unit) in enumerate(ordered):
        debian, debian_s = _read_with_debian(page.image, page.languages, folder)
        mayfly, mayfly_s = _read_with_mayfly(page.image, page.languages, reader)
        truth = unit.truth
        if is_receipts:
            # Their transcription is all capitals.
            debian, mayfly, truth = debian.upper(), mayfly.upper(), truth.upper()
        rows.append(
            Row(
                group="receipts" if is_receipts else page.languages,
                tuned=index % 2 == 0,
                debian=score(debian, truth),
                debian_s=debian_s,
                mayfly=score(mayfly, truth),
                mayfly_s=mayfly_s,
            )
        )
    return rows


def _read_with_debian(image: Path, languages: str, folder: Path) -> tuple[str, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = subprocess.run(
        [debian_tesseract(), str(image), "stdout", "-l", languages],
        env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        cwd=folder,
        capture_output=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return answer.stdout.decode(errors="replace"), spent_s


def _read_with_mayfly(image: Path, languages: str, reader: WorkerReader) -> tuple[str, float]:
    before_s = _cpu_s(reader)
    data = image.read_bytes()
    reader.open([data], len(data), ReadOptions(tuple(languages.split("+"))), None)
    result = reader.read_page(1).result
    reader.close_document()
    return " ".join(word.text for word in result.words), _cpu_s(reader) - before_s


def _cpu_s(reader: WorkerReader) -> float:
    """Return what the worker and all its ended children have used."""
    worker = psutil.Process(reader.pid)
    while worker.children():
        time.sleep(0.01)
    times = worker.cpu_times()
    return times.user + times.system + times.children_user + times.children_system


def _print(title: str, rows: list[Row]) -> None:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
        groups["all"].append(row)
    print(f"\n{title}")
    print("| kind | pages | CER Debian | CER Mayfly | F1 Debian | F1 Mayfly | CPU | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for name, chosen in sorted(groups.items()):
        debian, mayfly = (total(row.debian for row in chosen), total(row.mayfly for row in chosen))
        theirs, ours = sum(row.debian_s for row in chosen), sum(row.mayfly_s for row in chosen)
        print(
            f"| {name} | {len(chosen)} | {debian.cer:.3f} | {mayfly.cer:.3f} "
            f"| {debian.f1:.3f} | {mayfly.f1:.3f} "
            f"| {theirs:.1f} s, {ours:.1f} s | {ours / theirs:.2f} |"
        )


if __name__ == "__main__":
    main()
