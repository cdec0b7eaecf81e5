"""The longest stall of the GUI thread while reading, beside a bare Qt window on busy cores.

python -m benchmarks.stall [--quick]

The reference is the same meter in a window without any program behind it, while plain loops
keep all cores as busy as Mayfly's workers do: what the machine itself keeps a window waiting.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.children import NO_KEYRING, busy_cores, environment, run_child, virtual_display
from benchmarks.pages import corpus_pages, images_as_pdf
from benchmarks.parts import part_main, say

_PDF_PAGES = 12


def measure(*, quick: bool) -> dict[str, Any]:
    """Return the figures of some rounds, ours and the reference's in turns."""
    rounds, seconds = (1, 12.0) if quick else (3, 40.0)
    ours, bare = [], []
    with virtual_display() as display, tempfile.TemporaryDirectory(prefix="mayfly-bench-") as base:
        images = [page.image for page in corpus_pages(Path(base)).pages if page.languages == "eng"]
        pdf = Path(base) / "pages.pdf"
        images_as_pdf(images[:_PDF_PAGES], pdf)
        env = environment(NO_KEYRING, display)
        for number in range(rounds):
            home = Path(base) / f"home-{number}"
            ours.append(run_child("stall_run", home, seconds, pdf, *images, env=env))
            with busy_cores():
                bare.append(run_child("bare_window", "stall", seconds, env=env))
            say(f"  round {number + 1}: {ours[-1]['stall_ms']} ms, {bare[-1]['stall_ms']} ms bare")
    return {"rounds": rounds, "ours": ours, "bare": bare}


if __name__ == "__main__":
    part_main(measure, __doc__)
