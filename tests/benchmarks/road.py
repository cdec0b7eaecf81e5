"""Pages per minute of the whole road, beside the reference on the same pages in the same run.

python -m benchmarks.road [--set ocr|scans|receipts|all] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accuracy import Score, score, total
from benchmarks.pages import PageSet, corpus_pages, receipt_pages, scan_set
from benchmarks.reference import read_all, version
from benchmarks.usage import Usage, measure


@dataclass(frozen=True)
class Round:
    """One round: both programs on the same pages, one after the other."""

    pages: int
    ours: Usage
    theirs: Usage

    @property
    def cpu_ratio(self) -> float:
        return self.ours.cpu_s / self.theirs.cpu_s

    @property
    def wall_ratio(self) -> float:
        return self.ours.wall_s / self.theirs.wall_s


def run_round(page_set: PageSet, folder: Path, *, ours_first: bool) -> Round:
    """Measure both; who goes first alternates, so that a warming machine favours neither."""
    if ours_first:
        ours = run_mayfly(page_set, folder)
        theirs = read_all(page_set.pages, folder / "theirs")
    else:
        theirs = read_all(page_set.pages, folder / "theirs")
        ours = run_mayfly(page_set, folder)
    return Round(len(page_set.pages), ours, theirs)


def run_mayfly(page_set: PageSet, folder: Path) -> Usage:
    """Run the road on a fresh vault, all of the set in one run, and return what it cost."""
    command = [sys.executable, "-m", "benchmarks.road_run", str(folder / "home")]
    command.append(str(folder / "ours"))
    command += [f"{languages}={document}" for document, languages in page_set.documents]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    usage = measure(command, env=env)
    if usage.status:
        raise SystemExit(f"the road ended with status {usage.status}")
    return usage


def scores_of(page_set: PageSet, texts: Path, *, by_document: bool) -> dict[str, Score]:
    """Return the score of each language; the reference has a text a page, Mayfly a document."""
    found: dict[str, list[Score]] = defaultdict(list)
    for unit in page_set.truths(by_document=by_document):
        read = "\n".join(
            (texts / f"{stem}.txt").read_text(encoding="utf-8", errors="replace")
            for stem in unit.stems
        )
        truth = unit.truth
        if page_set.in_capitals:
            read, truth = read.upper(), truth.upper()
        found[unit.language].append(score(read, truth))
    return {language: total(scores) for language, scores in found.items()}


def measure_set(page_set: PageSet, rounds: int) -> dict[str, object]:
    """Return the figures of one page set over some rounds."""
    with tempfile.TemporaryDirectory(prefix="mayfly-bench-") as base:
        seen = []
        for number in range(rounds):
            folder = Path(base) / f"round-{number}"
            seen.append(run_round(page_set, folder, ours_first=number % 2 == 0))
            _say(f"  round {number + 1}: CPU ratio {seen[-1].cpu_ratio:.3f}")
        last = Path(base) / f"round-{rounds - 1}"
        ours = scores_of(page_set, last / "ours", by_document=True)
        theirs = scores_of(page_set, last / "theirs", by_document=False)
    return {
        "set": page_set.name,
        "pages": len(page_set.pages),
        "rounds": rounds,
        "pages_per_minute": round(_median(60 * r.pages / r.ours.wall_s for r in seen), 1),
        "reference_pages_per_minute": round(
            _median(60 * r.pages / r.theirs.wall_s for r in seen), 1
        ),
        "cpu_ratio": round(_median(r.cpu_ratio for r in seen), 3),
        "cpu_ratio_range": [round(f(r.cpu_ratio for r in seen), 3) for f in (min, max)],
        "wall_ratio": round(_median(r.wall_ratio for r in seen), 3),
        "main_mb": round(max(r.ours.peak_main_bytes for r in seen) / 1e6),
        "worker_mb": round(max(r.ours.peak_child_bytes for r in seen) / 1e6),
        "accuracy": _accuracy_rows(ours, theirs),
    }


def _accuracy_rows(ours: dict[str, Score], theirs: dict[str, Score]) -> dict[str, dict[str, float]]:
    rows = {}
    every = {"all": (total(ours.values()), total(theirs.values()))}
    each = {language: (ours[language], theirs[language]) for language in sorted(ours)}
    for language, (our, their) in (each | every).items():
        rows[language] = {
            "cer": round(our.cer, 4),
            "reference_cer": round(their.cer, 4),
            "f1": round(our.f1, 4),
            "reference_f1": round(their.f1, 4),
        }
    return rows


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


SETS = {"ocr": corpus_pages, "scans": scan_set, "receipts": receipt_pages}


def main() -> None:
    """Print one JSON document with the figures of the sets that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=[*SETS, "all"], default="all")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    names = list(SETS) if given.set == "all" else [given.set]
    figures = []
    with tempfile.TemporaryDirectory(prefix="mayfly-bench-pages-") as folder:
        for name in names:
            _say(f"{name}: {version()} is the reference")
            figures.append(measure_set(SETS[name](Path(folder)), given.rounds))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
