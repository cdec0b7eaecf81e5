"""The measured vault: filled with finished jobs, some of which are then deleted, and timed.

python -m benchmarks.purge_run HOME LIVE keyring|passphrase ROUNDS COUNT...

Each COUNT of jobs is deleted through the window's own service, ROUNDS times where it is 1;
after each the same rows go from the plain twin.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.children import PASSPHRASE
from benchmarks.many_jobs import add_done_jobs
from benchmarks.parts import tell
from benchmarks.plain_twin import PlainTwin
from mayfly.bootstrap import Foundation
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import DeleteOutcome
from mayfly.system.clock import SystemClock
from mayfly.system.paths import find_paths
from mayfly.system.secrets import open_secret_store
from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault
from mayfly.vault.vault import SqliteVault

_PAUSE_S = 0.3


def make_vault(home: Path, key_home: str, fill: Callable[[SqliteVault], Any]) -> Any:
    """Make a vault as the window would, and fill it; return what fill returned."""
    passphrase = passphrase_of(key_home)
    foundation = Foundation(home)
    foundation.unlock(passphrase).result().close()
    foundation.close()
    paths = find_paths(home)
    secrets = open_secret_store(None) if passphrase is None else None
    vault = open_vault(
        VaultPaths(paths.database, paths.shard, paths.lock), KeyAccess(secrets, passphrase)
    )
    try:
        return fill(vault)
    finally:
        vault.close()


def passphrase_of(key_home: str) -> str | None:
    """Return the passphrase that opens such a vault."""
    return PASSPHRASE if key_home == "passphrase" else None


def timed_ms(work: Callable[[], object]) -> float:
    """Return how long it took."""
    begun_s = time.perf_counter()
    work()
    return (time.perf_counter() - begun_s) * 1e3


def main(home: Path, live: int, key_home: str, rounds: int, counts: list[int]) -> int:
    """Fill, delete, and tell how long each deletion took and its twin's."""
    now = SystemClock().now()
    ids = make_vault(home, key_home, lambda vault: add_done_jobs(vault, live, now))
    twin = PlainTwin(find_paths(home).database, home / "twin.db")
    chance = random.Random(7)
    foundation = Foundation(home)
    mayfly = foundation.unlock(passphrase_of(key_home)).result()
    rows = []
    for count in counts:
        ours, cpu, plain = [], [], []
        for _ in range(rounds if count == 1 else 1):
            # What follows a deletion, such as setting the alarm anew, is not the next one's.
            time.sleep(_PAUSE_S)
            # From all over the vault: then most buckets lose something, which is the worst case.
            going = [JobId(ids.pop(chance.randrange(len(ids)))) for _ in range(count)]
            answers: list[DeleteOutcome] = []
            spent_s = time.process_time()
            ours.append(
                timed_ms(
                    lambda going=going, answers=answers: answers.extend(
                        one.outcome for one in mayfly.deletions.delete(going).result()
                    )
                )
            )
            cpu.append((time.process_time() - spent_s) * 1e3)
            assert answers == [DeleteOutcome.DELETED] * count
            plain.append(timed_ms(lambda going=going: twin.delete(going)))
        row = {"live": live, "count": count, "home": key_home}
        rows.append({**row, "ms": ours, "cpu_ms": cpu, "plain_ms": plain})
    mayfly.close()
    foundation.close()
    twin.close()
    tell({"rows": rows})
    return 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(
        main(
            Path(arguments[0]),
            int(arguments[1]),
            arguments[2],
            int(arguments[3]),
            [int(word) for word in arguments[4:]],
        )
    )
