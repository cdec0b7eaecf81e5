"""A process that reads and uploads, for tests that kill it: real vault, real S3, scripted engine.

python -m tests.end2end.upload_process FOLDER

Uploads until its standard input ends, or until it is killed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mayfly.export.s3_stores import S3Stores
from mayfly.services.lane import ThreadLane
from mayfly.system.clock import SystemClock
from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault
from mayfly.vault.passphrase import ArgonProfile
from tests.fakes import FileSecrets
from tests.fakes_engine import EchoEngine, EchoKiller
from tests.services.conftest import House
from tests.services.storage_house import Storage


@contextmanager
def storage_in(folder: Path, stores: S3Stores | None = None) -> Iterator[Storage]:
    """Open the vault in a folder, or make it, with own storage on real servers."""
    paths = VaultPaths(
        folder / "data" / "vault.db", folder / "state" / "shard", folder / "state" / "lock"
    )
    vault = open_vault(paths, KeyAccess(None, "any"), argon=ArgonProfile(64, 1, 1))
    engine, clock = EchoEngine(), SystemClock()
    house = House(vault, ThreadLane("vault"), clock, engine, EchoKiller(engine), folder / "state")
    storage = Storage(
        house, secrets=FileSecrets(folder / "keyring"), stores=stores or S3Stores(clock)
    )
    try:
        yield storage
    finally:
        house.close()


def main(folder: Path) -> int:
    with storage_in(folder) as storage:
        storage.house.queue(on_ended=storage.uploads.ended)
        storage.uploads.start()
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
