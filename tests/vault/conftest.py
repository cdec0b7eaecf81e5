"""A real vault in a temporary folder, and shortcuts to fill it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mayfly.domain.ids import JobId
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.pages import Box, PageImage, PageOrigin, PageResult, Word
from mayfly.domain.readings import PageReading
from mayfly.domain.retention import RetentionRule
from mayfly.domain.vault_port import Vault
from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault
from mayfly.vault.passphrase import ArgonProfile
from tests.conftest import FakeClock
from tests.fakes import BytesSource, MemorySecrets
from tests.fakes_engine import images_of

CHEAP = ArgonProfile(memory_kib=64, iterations=1, lanes=1)
RULE = RetentionRule(source_hours=1, result_hours=24)


def paths_in(folder: Path) -> VaultPaths:
    return VaultPaths(
        database=folder / "data" / "vault.db",
        shard=folder / "state" / "shard",
        lock=folder / "state" / "lock",
    )


def reading(
    number: int, *texts: str, picture: bytes = b"\xff\xd8picture", images: int = 0
) -> PageReading:
    words = tuple(
        Word(text, Box(10, 20 * index, 50, 18), 90.5, 0, 0, index)
        for index, text in enumerate(texts)
    )
    result = PageResult(number, 1000, 1400, 300, PageOrigin.RECOGNISED, words)
    return PageReading(result, PageImage(picture, 500, 700), images_of(number, images))


@dataclass
class Desk:
    """A vault, its clock, and what tests do with it most."""

    vault: Vault
    clock: FakeClock
    paths: VaultPaths
    secrets: MemorySecrets

    def admit(
        self,
        data: bytes = b"%PDF a document",
        *,
        name: str = "letter.pdf",
        path: str | None = None,
        rule: RetentionRule = RULE,
        options: ReadOptions | None = None,
    ) -> JobId:
        now = self.clock.now()
        batch = self.vault.add_batch(now)
        source = BytesSource(name, data, path=path)
        return self.vault.admit(batch, source, options or ReadOptions(), rule, now)

    def reading_job(self, pages: int = 2, **wishes) -> JobId:
        """Admit a document and claim it; it must be the only one that waits."""
        job_id = self.admit(**wishes)
        claimed = self.vault.claim_next(self.clock.now())
        assert claimed is not None
        assert claimed.job_id == job_id
        self.vault.set_pages(job_id, pages)
        return job_id

    def done_job(self, *texts: str, pages: int = 2, **wishes) -> JobId:
        """Admit a document and read it to its end."""
        job_id = self.reading_job(pages, **wishes)
        for number in range(1, pages + 1):
            self.vault.save_page(job_id, reading(number, *(texts or ("word",))))
        self.vault.finish(job_id, self.clock.now())
        return job_id

    def reopen(self) -> None:
        self.vault.close()
        self.vault = open_vault(self.paths, KeyAccess(self.secrets, None))

    def sql(self, statement: str, *values: object) -> list[tuple]:
        """Look at or tamper with the file behind the vault's back."""
        connection = sqlite3.connect(self.paths.database, timeout=10)
        try:
            with connection:
                return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def every_byte(self) -> bytes:
        """Every byte of every file of the vault, as it lies on the disk now."""
        folders = {self.paths.database.parent, self.paths.shard.parent}
        files = [file for folder in sorted(folders) for file in sorted(folder.iterdir())]
        return b"\0".join(file.read_bytes() for file in files)


@pytest.fixture
def secrets() -> MemorySecrets:
    return MemorySecrets()


@pytest.fixture
def paths(tmp_path: Path) -> VaultPaths:
    return paths_in(tmp_path)


@pytest.fixture
def open_desk(paths: VaultPaths, secrets: MemorySecrets, clock: FakeClock) -> Iterator[Callable]:
    """Open the test's vault, as often as wanted: each stands for a process of its own."""
    opened: list[Desk] = []

    def open_one() -> Desk:
        vault = open_vault(paths, KeyAccess(secrets, None))
        opened.append(Desk(vault, clock, paths, secrets))
        return opened[-1]

    yield open_one
    for desk in opened:
        desk.vault.close()


@pytest.fixture
def desk(open_desk: Callable[[], Desk]) -> Desk:
    return open_desk()


# --- vaults whose key changes; rotating imports this module, so it is imported when needed ----


@pytest.fixture(params=["keyring", "passphrase"])
def place(request, tmp_path):
    from tests.vault.rotating import Place

    folder = tmp_path / "today"
    folder.mkdir()
    return Place(folder, request.param)


@pytest.fixture
def keyring_place(tmp_path):
    from tests.vault.rotating import Place

    folder = tmp_path / "today"
    folder.mkdir()
    return Place(folder, "keyring")


@pytest.fixture
def vault(place):
    vault = place.open()
    yield vault
    vault.close()
