"""A vault whose key changes, with either home of its share, and what lies where at a moment."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mayfly.domain.audit import AuditKind
from mayfly.domain.audit_record import decode_entry
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import DeleteOutcome, Part, ReadOptions
from mayfly.domain.states import DeleteReason, JobState
from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault
from mayfly.vault.vault import SqliteVault
from tests.fakes import BytesSource, FileSecrets
from tests.vault.attack import SLOT_BYTES, Loot, loot, opened, opened_streams
from tests.vault.conftest import CHEAP, RULE, paths_in

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
ALL = frozenset(Part)
WORD = "a passphrase"
HOMES = ("keyring", "passphrase")


def content(name: str) -> bytes:
    return name.encode() * 50


@dataclass
class Place:
    """A folder with a vault, its shard and its keyring, all of which can be copied."""

    folder: Path
    home: str
    word: str = WORD

    @property
    def paths(self) -> VaultPaths:
        return paths_in(self.folder)

    @property
    def secrets(self) -> FileSecrets:
        return FileSecrets(self.folder / "keyring")

    def open(self) -> SqliteVault:
        """Open it with what its home takes; a keyring can be found when it is wanted."""
        secrets = None if self.home == "passphrase" else self.secrets
        word = None if self.home == "keyring" else self.word
        return open_vault(self.paths, KeyAccess(secrets, word, lambda: self.secrets), argon=CHEAP)

    def copy(self, name: str) -> Place:
        """Copy everything, as it lies now; the vault may be open."""
        return self.copy_to(self.folder.with_name(name))

    def copy_to(self, target: Path) -> Place:
        shutil.copytree(self.folder, target)
        return Place(target, self.home, self.word)

    def remove(self) -> None:
        shutil.rmtree(self.folder)

    def lines(self) -> list[str]:
        return [one.read_text() for one in (self.folder / "keyring").glob("vault-*")]

    def loot(self) -> Loot:
        word = None if self.home == "keyring" else self.word
        return self.loot_with(word)

    def loot_with(self, word: str | None) -> Loot:
        """What lies here, tried with a passphrase that may be another vault's, or an older one."""
        return loot(self.paths.database, self.paths.shard, self.lines(), word)

    def ask(self, sql: str):
        with closing(sqlite3.connect(self.paths.database)) as looking:
            return looking.execute(sql).fetchall()

    def opened_with(self, found: Loot) -> set[str]:
        return opened(self.paths.database, found)

    def streams_opened_with(self, found: Loot) -> set[tuple[str, int, int]]:
        return opened_streams(self.paths.database, found)

    def epochs_left(self) -> tuple[list[int], list[int]]:
        """The epochs of all shares and of all shard slots that are left."""
        sealed = [row[0] for row in self.ask("SELECT epoch FROM passphrase_share")]
        words = [word for line in self.lines() for word in line.split(" ")[1:]]
        kept = [int(word.split(":")[0]) for word in words]
        shares = {"keyring": kept, "passphrase": sealed, "both": kept}[self.home]
        assert {"keyring": sealed, "passphrase": kept, "both": []}[self.home] == []
        assert self.home != "both" or sealed == kept
        data = self.paths.shard.read_bytes()
        slots = [data[at : at + 64] for at in range(0, len(data), SLOT_BYTES)]
        return shares, [int.from_bytes(one[24:32]) for one in slots if one[:8] == b"MAYFLYS1"]


def admit(vault: SqliteVault, *names: str) -> dict[str, JobId]:
    batch = vault.add_batch(NOW)
    return {
        name: vault.admit(batch, BytesSource(name, content(name)), ReadOptions(), RULE, NOW)
        for name in names
    }


def purge(vault: SqliteVault, *job_ids: JobId) -> None:
    vault.mark_purging(job_ids, DeleteReason.USER, NOW)
    answers = vault.purge(job_ids, ALL, DeleteReason.USER, NOW)
    assert {one.outcome for one in answers} == {DeleteOutcome.DELETED}


def sweep(vault: SqliteVault) -> None:
    for due in vault.due(NOW):
        vault.purge([due.job_id], due.parts, due.reason, NOW)
    vault.tidy()


def check_alive(vault: SqliteVault, names: dict[str, JobId]) -> None:
    """Every one of these is there, byte for byte."""
    for name, job_id in names.items():
        assert vault.job(job_id, NOW).name == name
        assert vault.source_chunk(job_id, 0) == content(name)


def check_settled(place: Place, epoch: int) -> None:
    """Exactly one share and one slot are left, those of this epoch, and every key is under it."""
    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(epoch, 0)]
    assert place.epochs_left() == ([epoch], [epoch])
    assert {row[0] for row in place.ask("SELECT epoch FROM key_bucket")} <= {epoch}
    assert place.ask("SELECT count(*) FROM key_bucket WHERE stale OR born > epoch") == [(0,)]
    loose = "SELECT count(*) FROM data_key LEFT JOIN key_bucket ON id = bucket"
    assert place.ask(loose + " WHERE born IS NOT data_key.epoch") == [(0,)]


def check_log(place: Place, *gone: JobId) -> None:
    """The log tells of each of these deletions exactly once, of no other, and is whole."""
    entries = [decode_entry(record) for (record,) in place.ask("SELECT record FROM audit")]
    told = [one.job_id for one in entries if one.kind is AuditKind.DELETED]
    assert sorted(told) == sorted(gone)
    vault = place.open()
    verdict = vault.audit.verify()
    vault.close()
    assert verdict.findings == ()


def state(vault: SqliteVault, job_id: JobId) -> JobState:
    return vault.job(job_id, NOW).state
