"""Fills a vault with documents that are read already, through the vault's own methods.

python -m benchmarks.filled_vault HOME COUNT keyring|passphrase
"""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path

from benchmarks.children import PASSPHRASE
from mayfly.bootstrap import Foundation
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.limits import Limits
from mayfly.domain.pages import Box, PageImage, PageOrigin, PageResult, Word
from mayfly.domain.readings import PageReading
from mayfly.domain.retention import RetentionRule
from mayfly.domain.vault_port import Vault
from mayfly.system.clock import SystemClock
from mayfly.system.files import PastedSource
from mayfly.system.paths import find_paths
from mayfly.system.secrets import open_secret_store
from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault

_BATCH = 50
_WORDS = 200


def main(home: Path, count: int, key_home: str) -> int:
    """Make the vault as the window would, then fill it; prints how long each job took."""
    passphrase = PASSPHRASE if key_home == "passphrase" else None
    foundation = Foundation(home)
    foundation.unlock(passphrase).result().close()
    foundation.close()
    paths = find_paths(home)
    secrets = open_secret_store(None) if passphrase is None else None
    vault = open_vault(
        VaultPaths(paths.database, paths.shard, paths.lock), KeyAccess(secrets, passphrase)
    )
    begun_s = time.monotonic()
    fill(vault, count)
    spent_s = time.monotonic() - begun_s
    vault.close()
    print(json.dumps({"jobs": count, "ms_per_job": round(spent_s / count * 1e3, 1)}))
    return 0


def fill(vault: Vault, count: int) -> None:
    """Add that many finished jobs of one page each, in batches of 50, without recognition."""
    now = SystemClock().now
    reading = _reading()
    batch_id = None
    for number in range(count):
        if number % _BATCH == 0:
            batch_id = vault.add_batch(now())
        assert batch_id is not None
        name = f"Letter of the garden club, number {number:04}.jpg"
        source = PastedSource(name, reading.image.data, Limits())
        vault.admit(batch_id, source, ReadOptions(), RetentionRule(), now())
        job = vault.claim_next(now())
        assert job is not None
        vault.set_pages(job.job_id, 1)
        vault.save_page(job.job_id, reading)
        vault.finish(job.job_id, now())


def _reading() -> PageReading:
    from PIL import Image

    out = io.BytesIO()
    Image.new("L", (620, 877), 240).save(out, "JPEG")
    words = tuple(
        Word(f"word{n}", Box(40 + n % 10 * 50, 40 + n // 10 * 30, 45, 20), 91.5, 0, 0, n // 10)
        for n in range(_WORDS)
    )
    result = PageResult(1, 620, 877, 75, PageOrigin.RECOGNISED, words)
    return PageReading(result, PageImage(out.getvalue(), 620, 877))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
