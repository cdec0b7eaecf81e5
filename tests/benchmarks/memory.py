"""Peak memory of the window's process and of its workers while long documents go through.

python -m benchmarks.memory [--quick]

Resident memory (RSS) counts what several processes share in each of them; the proportional
set (PSS) divides it among them, but only some users may ask for it.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

import psutil

from benchmarks.children import (
    NO_KEYRING,
    answer_of,
    environment,
    start_child,
    virtual_display,
)
from benchmarks.pages import corpus_root, scan_set
from benchmarks.parts import part_main, say

_SAMPLE_S = 0.2
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


class Sampler:
    """Samples a process and all below it; keeps the peak of each kind in bytes."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child
        self.peaks: dict[str, int] = defaultdict(int)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        main = psutil.Process(self._child.pid)
        while not self._over.wait(_SAMPLE_S):
            try:
                self._note("main", main)
                for child in main.children(recursive=True):
                    name = "tesseract" if "tesseract" in child.name() else "worker"
                    self._note(name, child)
            except psutil.Error:
                continue

    def _note(self, kind: str, process: psutil.Process) -> None:
        rss = process.memory_info().rss
        self.peaks[f"{kind}_rss"] = max(self.peaks[f"{kind}_rss"], rss)
        pss = _pss_of(process.pid)
        self.peaks[f"{kind}_pss"] = max(self.peaks[f"{kind}_pss"], pss)


def _pss_of(pid: int) -> int:
    """Return the proportional set, or 0 where this user may not ask."""
    try:
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:
        return 0
    return int(found.group(1)) * 1024 if found else 0


def measure(*, quick: bool) -> dict[str, Any]:
    """Return one row a document: text layers of growing length, then scans."""
    lengths, scans = ((30, 60, 120), 6) if quick else ((120, 240, 480), 60)
    rows = []
    with virtual_display() as display, tempfile.TemporaryDirectory(prefix="mayfly-bench-") as base:
        env = environment(NO_KEYRING, display)
        documents = [("text layers", _first_pages(Path(base), length)) for length in lengths]
        documents.append(("scans", scan_set(Path(base), scans).documents[0][0]))
        for kind, pdf in documents:
            home = Path(base) / f"home-{pdf.stem}"
            child = start_child("memory_run", home, pdf, env=env)
            with Sampler(child) as sampler:
                answer = answer_of(child)
            row = {"kind": kind, **answer, "file_mb": round(pdf.stat().st_size / 1e6, 1)}
            row.update({f"{name}_mb": round(n / 1e6) for name, n in sampler.peaks.items()})
            rows.append(row)
            say(f"  {answer['pages']} pages of {kind}: main {row['main_rss_mb']} MB")
    return {"rows": rows}


def _first_pages(folder: Path, count: int) -> Path:
    import pymupdf

    path = folder / f"first-{count}.pdf"
    with pymupdf.open(corpus_root() / "large" / "debian-docs__zsh.pdf") as whole:
        whole.select(range(min(count, whole.page_count)))
        whole.save(path, garbage=3)
    return path


if __name__ == "__main__":
    part_main(measure, __doc__)
