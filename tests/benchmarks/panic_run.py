"""The measured end of a whole vault: how long until its key is gone, and until all is.

python -m benchmarks.panic_run HOME
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from benchmarks.parts import tell
from mayfly.bootstrap import Foundation
from mayfly.vault.shard import Shard


def main(home: Path) -> int:
    """Do what “mayfly panic” does."""
    overwritten: list[float] = []
    doom = Shard.doom

    def watched(self: Shard) -> None:
        doom(self)
        overwritten.append(time.perf_counter())

    Shard.doom = watched
    foundation = Foundation(home)
    begun_s = time.perf_counter()
    report = foundation.panic()
    ended_s = time.perf_counter()
    assert report.is_complete
    tell({"key_ms": (overwritten[0] - begun_s) * 1e3, "all_ms": (ended_s - begun_s) * 1e3})
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
