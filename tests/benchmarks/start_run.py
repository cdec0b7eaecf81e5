"""The measured start: the program as its user starts it, ended as soon as it can be used.

python -m benchmarks.start_run BEGUN_NS JOBS

BEGUN_NS is the monotonic clock just before this process was started. The window can be used
when it is on the screen, every job is in the list, the list is painted, and the event loop
has nothing left to do.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from mayfly.bootstrap import Foundation
from mayfly.cli.program import run


def main(begun_ns: int, jobs: int) -> int:
    """Run the window program and print the seconds of each step."""
    marks: dict[str, float] = {}

    def mark(name: str) -> None:
        marks.setdefault(name, round((time.monotonic_ns() - begun_ns) / 1e9, 3))

    def open_window(foundation: Foundation, paths: Sequence[Path]) -> int:
        mark("program loaded")
        import mayfly.ui.app as app_module
        from benchmarks.start_watch import watched_session

        mark("Qt loaded")
        app_module.Session = watched_session(mark, jobs)
        status = app_module.run_window(foundation, paths)
        app_module.Session.answer(marks)
        return status

    return run([], open_window)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
