"""Waiting for what another thread or process does: bounded, and no shorter than needed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_PATIENCE_S = 20.0
_STEP_S = 0.01


def eventually(ask: Callable[[], T], *, patience_s: float = _PATIENCE_S) -> T:
    """Return the first answer that is true; fail when none comes within the patience."""
    until = time.monotonic() + patience_s
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < until, f"did not happen within {patience_s:g} s"
        time.sleep(_STEP_S)
