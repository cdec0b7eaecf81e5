"""Mayfly's one entry: the window without a command, the command line with one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mayfly.bootstrap import Foundation

_INTERRUPTED = 130


def main() -> int:
    """Run with this process's arguments and return the exit status."""
    try:
        # Here, so that Ctrl-C while all of it is being loaded is no fault of the program's.
        from mayfly.cli.program import run

        return run(sys.argv[1:], _open_window)
    except KeyboardInterrupt:
        return _INTERRUPTED


def _open_window(foundation: Foundation, paths: Sequence[Path]) -> int:
    # Here, so that a command never loads Qt.
    from mayfly.ui.app import run_window

    return run_window(foundation, paths)


if __name__ == "__main__":
    sys.exit(main())
