"""The measured opening of a vault of which very many jobs were deleted.

python -m benchmarks.open_run HOME LIVE TOMBSTONES ROUNDS
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from benchmarks.many_jobs import add_done_jobs, add_tombstones
from benchmarks.parts import tell
from benchmarks.purge_run import make_vault, passphrase_of, timed_ms
from mayfly.bootstrap import Foundation
from mayfly.system.clock import SystemClock

_HOME = "passphrase"


def main(home: Path, live: int, tombstones: int, rounds: int) -> int:
    """Fill, open, and tell how long until it is open, and until all rows are listed."""
    now = SystemClock().now()

    def fill(vault) -> None:
        add_done_jobs(vault, live, now)
        add_tombstones(vault, tombstones, now)

    make_vault(home, _HOME, fill)
    opened, listed = [], []
    for _ in range(rounds):
        foundation = Foundation(home)
        begun_s = time.perf_counter()
        mayfly = foundation.unlock(passphrase_of(_HOME)).result()
        opened.append((time.perf_counter() - begun_s) * 1e3)
        listed.append(timed_ms(lambda mayfly=mayfly: mayfly.library.jobs().result()))
        mayfly.close()
        foundation.close()
    tell({"live": live, "tombstones": tombstones, "open_ms": opened, "list_ms": listed})
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *map(int, sys.argv[2:5])))
