"""Runs every part of the benchmark in order and writes the page with all figures.

python -m benchmarks.suite [--quick] [--rounds N] [--only PART...] [--out PAGE]

A part that fails loses its own figures only; the page then says that they are missing. With
--only the page's other parts stay as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import facts
from benchmarks.parts import say
from benchmarks.report import page_of, with_parts_of

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "./packaging/benchmark"
_PARTS = {
    "start": ["benchmarks.start"],
    "stall": ["benchmarks.stall"],
    "flood": ["benchmarks.flood"],
    "memory": ["benchmarks.memory"],
    "purge": ["benchmarks.purge"],
    "punctuality": ["benchmarks.punctuality"],
    "road": ["benchmarks.road"],
    "uploads": ["benchmarks.uploads"],
}
_LONGEST_S = {False: 1_800.0, True: 240.0}


def run_part(name: str, *, quick: bool, rounds: int) -> dict[str, Any]:
    """Return the part's figures, or why there are none; and the seconds it took."""
    say(f"--- {name}")
    road = ["--set", "ocr" if quick else "all", "--rounds", str(1 if quick else rounds)]
    words = road if name == "road" else ["--quick"] * quick
    begun_s = time.monotonic()
    load = os.getloadavg()[0]
    answer: dict[str, Any] = {}
    try:
        done = subprocess.run(
            [sys.executable, "-m", *_PARTS[name], *words],
            stdout=subprocess.PIPE,
            timeout=_LONGEST_S[quick],
            check=True,
        )
        answer["figures"] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        answer["failure"] = type(error).__name__
        say(f"  {name} failed: {error}")
    answer["load_before"] = round(load, 2)
    answer["seconds"] = round(time.monotonic() - begun_s)
    return answer


def main() -> int:
    """Run the parts and write the page and the figures; 1 when a part failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a smoke run of some minutes")
    parser.add_argument("--only", nargs="+", choices=list(_PARTS), default=list(_PARTS))
    parser.add_argument("--figures", type=Path, help="keep the raw figures as JSON in this file")
    parser.add_argument("--out", type=Path, help="the page to write")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the road")
    given = parser.parse_args()
    out = given.out or (None if given.quick else ROOT / "docs" / "benchmarks.md")
    found: dict[str, Any] = {"quick": given.quick, "machine": facts(), "parts": {}}
    for name in given.only:
        found["parts"][name] = run_part(name, quick=given.quick, rounds=given.rounds)
        if given.figures:
            given.figures.write_text(json.dumps(found, indent=1), encoding="utf-8")
    before = out.read_text(encoding="utf-8") if out is not None and out.exists() else ""
    page = page_of(found, command=COMMAND + (" --quick" if given.quick else ""))
    if set(given.only) != set(_PARTS):
        page = with_parts_of(before, found, page)
    if out is None:
        print(page)
    else:
        out.write_text(page, encoding="utf-8")
        say(f"written: {out.name}")
    return 1 if any("failure" in part for part in found["parts"].values()) else 0


if __name__ == "__main__":
    sys.exit(main())
