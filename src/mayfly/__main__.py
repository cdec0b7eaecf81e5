"""Mayfly's one entry: the window without a command, the command line with one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from mayfly.bootstrap import Foundation
from mayfly.cli.program import run


def main() -> int:
    """Run with this process's arguments and return the exit status."""
    return run(sys.argv[1:], _open_window)


def _open_window(foundation: Foundation, paths: Sequence[Path]) -> int:
    # Here, so that a command never loads Qt.
    from mayfly.ui.app import run_window

    return run_window(foundation, paths)


if __name__ == "__main__":
    sys.exit(main())
