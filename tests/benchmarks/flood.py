"""10,000 files dropped as a folder: how long the window keeps its user waiting meanwhile.

python -m benchmarks.flood [--quick]
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.children import NO_KEYRING, busy_cores, environment, run_child, virtual_display
from benchmarks.parts import part_main, say

_FOLDERS = 20
_REFERENCE_S = 20.0


def measure(*, quick: bool) -> dict[str, Any]:
    """Return the figures of one drop; and of a bare window for as long, on busy cores."""
    count = 1_000 if quick else 10_000
    with virtual_display() as display, tempfile.TemporaryDirectory(prefix="mayfly-bench-") as base:
        folder = Path(base) / "dropped"
        make_folder(folder, count)
        env = environment(NO_KEYRING, display)
        ours = run_child("flood_run", Path(base) / "home", folder, count, env=env)
        say(f"  {count} files: all rows after {ours['all_rows_s']} s, stall {ours['stall_ms']} ms")
        with busy_cores():
            bare = run_child("bare_window", "stall", 5 if quick else _REFERENCE_S, env=env)
    return {"ours": ours, "bare": bare}


def make_folder(folder: Path, count: int) -> None:
    """Make a folder tree of small PDFs of one page of text: ten documents, under many names."""
    import pymupdf

    kinds = []
    folder.mkdir(parents=True)
    for number in range(10):
        path = folder / f"kind-{number}"
        with pymupdf.open() as document:
            words = "The garden behind the old mill opens on the first Saturday in April. " * 6
            document.new_page().insert_textbox((72, 72, 520, 780), f"{number}. {words}")
            document.save(path)
        kinds.append(path)
    for number in range(count):
        part = folder / f"part {number % _FOLDERS:02}"
        part.mkdir(exist_ok=True)
        os.link(kinds[number % len(kinds)], part / f"Letter {number:05}.pdf")
    for path in kinds:
        path.unlink()


if __name__ == "__main__":
    part_main(measure, __doc__)
