"""Asking before something that cannot be undone. Whoever says nothing has said no."""

from __future__ import annotations

import sys

from mayfly.cli.terminal import Terminal


def agrees(terminal: Terminal, question: str) -> bool:
    """Ask on standard error, so that standard output stays the result's; only a yes is one."""
    print(f"{question} [y/N] ", end="", file=terminal.err, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
