"""The measured window while one long document goes through it, its pages turned now and then.

python -m benchmarks.memory_run HOME PDF
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.parts import tell
from benchmarks.stage import Condition, after, play
from mayfly.domain.states import JobState
from mayfly.ui.main_window import MainWindow

_TURN_EVERY_S = 0.3
_SETTLE_S = 1.5


def script(window: MainWindow, pdf: Path) -> Iterator[Condition]:
    """Add the document and look at the page read last until it is finished."""
    yield window.isVisible
    yield after(1.0)
    before = peak = _rss()
    begun_s = time.monotonic()
    window.add_paths([pdf])
    yield lambda: window.pages.row is not None
    row = window.pages.row
    assert row is not None
    while row.job.state in (JobState.QUEUED, JobState.READING):
        window.pages.show_number(max(1, row.job.pages_read))
        yield after(_TURN_EVERY_S)
        peak = max(peak, _rss())
    spent_s = time.monotonic() - begun_s
    yield after(_SETTLE_S)
    tell(
        {
            "pages": row.job.pages,
            "read": row.job.pages_read,
            "seconds": round(spent_s, 1),
            "shown": window.pages.page is not None,
            "before_mb": round(before / 1e6),
            "reading_mb": round(max(peak, _rss()) / 1e6),
        }
    )


def _rss() -> int:
    return psutil.Process(os.getpid()).memory_info().rss


if __name__ == "__main__":
    place, document = Path(sys.argv[1]), Path(sys.argv[2])
    sys.exit(play(place, lambda window: script(window, document)))
