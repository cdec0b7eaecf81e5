"""Opening a vault cheaply, and looking at every file that one consists of."""

from __future__ import annotations

from pathlib import Path

from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault
from tests.fakes import MemorySecrets
from tests.vault.conftest import CHEAP


def open_with(paths: VaultPaths, passphrase: str | None, secrets: MemorySecrets | None = None):
    return open_vault(paths, KeyAccess(secrets, passphrase), argon=CHEAP)


def files_of(paths: VaultPaths) -> dict[Path, bytes]:
    folders = (paths.database.parent, paths.shard.parent)
    return {file: file.read_bytes() for folder in folders for file in folder.iterdir()}
