"""How every part of the benchmark is started: python -m benchmarks.PART [--quick]."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any


def part_main(measure: Callable[..., Any], told: str | None) -> None:
    """Measure and print the figures as JSON on standard output."""
    parser = argparse.ArgumentParser(
        description=told, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a smoke run, less exact")
    given = parser.parse_args()
    print(json.dumps(measure(quick=given.quick), indent=1))


def tell(answer: dict[str, Any]) -> None:
    """Print what was measured on one line, as children.answer_of reads it."""
    print(json.dumps(answer), flush=True)


def say(text: str) -> None:
    """Say how far it is, on standard error."""
    print(text, file=sys.stderr, flush=True)
