"""Takes files in, in a process of its own: python -m tests.end2end.take_in HOME FILE...

Prints what became of each, as one JSON object of names and error codes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.end2end.running import add, running


def main(home: Path, paths: list[Path]) -> int:
    """Take them in; nothing is read."""
    with running(home, read=False) as mayfly:
        add(mayfly, paths)
        rows = mayfly.library.jobs().result()
    json.dump({row.name: row.error_code for row in rows}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), [Path(one) for one in sys.argv[2:]]))
