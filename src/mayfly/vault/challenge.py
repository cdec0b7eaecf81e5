"""The challenge: tries every key there is on the wrapped keys of a copy of the vault.

Reads only. Today's halves come from the keyring, the shard and a passphrase; others from the
copy itself. Every share is tried with every slot, whatever epoch they say they are of.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from mayfly.domain.errors import CopyUnreadable, KeyMissing, PassphraseWrong, VaultDamaged
from mayfly.domain.ports import SecretStore
from mayfly.domain.proof import ChallengeReport, KeySource
from mayfly.vault.carving import Carved, DataKeyRow, SealedRow
from mayfly.vault.copies import carve_copy
from mayfly.vault.current import Current, look_at
from mayfly.vault.passphrase import PassphraseKey
from mayfly.vault.shares import parse_shares, secret_name
from mayfly.vault.trying import Share, TriedKeys

_MOST_PASSPHRASE_TRIES = 16
"""Each takes a third of a second, and a copy may hold any number of salts."""


@dataclass(frozen=True, slots=True)
class Today:
    """What there is today: the vault's files, a keyring and a passphrase, each if there is one."""

    database: Path
    shard: Path
    secrets: SecretStore | None
    passphrase: str | None = field(repr=False)


def challenge(copy: Path, today: Today) -> ChallengeReport:
    """Try everything on a copy: a folder, a database, the image of a disk, or a disk.

    Works while the vault is open elsewhere; changes nothing. Not for a process that has the
    vault open itself, if the copy is that very vault. CopyUnreadable when no key of a vault is
    in the copy. KeyringLocked, KeyringUnavailable, PassphraseWrong: what is tried without
    today's keys would show nothing.
    """
    found = carve_copy(copy)
    if not found.data_keys:
        raise CopyUnreadable
    current = look_at(today.database, today.shard)
    halves = _Halves(found, current, today)
    keys = TriedKeys(found.buckets, halves.vault_ids, halves.shares, halves.slots)
    jobs = _Jobs(found, current)
    answers = {row: keys.open(row, jobs.ids(row.seq)) for row in found.data_keys}
    own = _own_keys(current, halves)
    if own is not None:
        # Keys of today's buckets open what lives in them in any copy; what is deleted, never.
        for row in found.data_keys:
            if answers[row] is None and jobs.is_deleted(row):
                answers[row] = own.open(row, jobs.ids(row.seq))
    opened = [row for row, job_id in answers.items() if job_id is not None]
    deleted = [row for row in found.data_keys if jobs.is_deleted(row)]
    return ChallengeReport(
        vault_known=current is not None and current.vault_id in halves.copy_vault_ids,
        copy_epochs=tuple(sorted(_epochs(found))),
        vault_epoch=None if current is None else current.epoch,
        sources=tuple(sorted(halves.sources, key=list(KeySource).index)),
        keys_tried=keys.tried,
        jobs=len({row.seq for row in found.data_keys}),
        wrapped=len(found.data_keys),
        opened=len(opened),
        opened_jobs=_named(answers, opened),
        deleted=len({row.seq for row in deleted}),
        deleted_opened=_named(answers, [row for row in opened if jobs.is_deleted(row)]),
        sealed_keyrings=found.sealed_keyrings,
        vault_opens=_vault_opens(current, own),
    )


def _own_keys(current: Current | None, halves: _Halves) -> TriedKeys | None:
    """Return the keys of today's buckets; None where there is no vault today."""
    if current is None:
        return None
    return TriedKeys(current.buckets, {current.vault_id}, halves.shares, halves.slots)


def _vault_opens(current: Current | None, own: TriedKeys | None) -> bool | None:
    if current is None or own is None:
        return None
    if current.buckets:
        return own.opens_bucket
    return own.opens(current.audit_key) if current.audit_key is not None else None


def _named(answers: dict[DataKeyRow, bytes | None], rows: Iterable[DataKeyRow]) -> tuple[str, ...]:
    ids = (answers[row] for row in rows)
    return tuple(sorted({job_id.hex() for job_id in ids if job_id is not None}))


def _epochs(found: Carved) -> set[int]:
    """Return the epochs of the vault keys that the copy's keys are wrapped under."""
    direct = {row.epoch for row in found.data_keys if row.bucket is None}
    return direct | {row.epoch for row in found.buckets}


class _Jobs:
    """The jobs of the copy, and what became of them."""

    def __init__(self, found: Carved, current: Current | None) -> None:
        self._current = current
        self._copied = _by_number(found.jobs)
        self._ids = _by_number((*found.jobs, *(current.jobs.items() if current else ())))

    def ids(self, seq: int) -> set[bytes]:
        """Return the ids that a job of this number can have."""
        return self._ids.get(seq, set())

    def is_deleted(self, row: DataKeyRow) -> bool:
        """Whether today's vault knows the job and has destroyed this part of it."""
        current = self._current
        if current is None or current.jobs.get(row.seq) not in self._copied.get(row.seq, ()):
            return False
        return (row.seq, row.part) not in current.living


def _by_number(jobs: Iterable[tuple[int, bytes]]) -> dict[int, set[bytes]]:
    found: dict[int, set[bytes]] = {}
    for seq, job_id in jobs:
        found.setdefault(seq, set()).add(job_id)
    return found


class _Halves:
    """Every half of a vault key that can be had, and where each kind came from."""

    def __init__(self, found: Carved, current: Current | None, today: Today) -> None:
        self.sources: set[KeySource] = set()
        self.copy_vault_ids = {slot.vault_id for slot in found.slots}
        self.copy_vault_ids |= {vault_id for vault_id, _ in found.vaults}
        self.vault_ids = set(self.copy_vault_ids)
        if current is not None:
            self.vault_ids.add(current.vault_id)
        self.slots = set(found.slots)
        self._note(KeySource.COPY_SHARD, found.slots)
        if current is not None:
            self.slots |= current.slots
            self._note(KeySource.SHARD, current.slots)
        self.shares = self._open_shares(found, today.secrets)
        if today.passphrase is not None:
            self._add_sealed(found, current, today.passphrase)

    def _open_shares(self, found: Carved, secrets: SecretStore | None) -> set[Share]:
        """Return the shares of the keyring, and those that lie open in the copy."""
        shares = set(found.shares)
        self._note(KeySource.COPY_SHARES, found.shares)
        if secrets is not None:
            self.sources.add(KeySource.KEYRING)
            for vault_id in self.vault_ids:
                line = secrets.get(secret_name(vault_id))
                if line is not None:
                    with suppress(KeyMissing):
                        shares |= set(parse_shares(line).items())
        return shares

    def _add_sealed(self, found: Carved, current: Current | None, passphrase: str) -> None:
        """Add the shares under the passphrase, and both parts where a vault needs two."""
        opener = _Opener(passphrase, self.vault_ids)
        mine = opener.open_all(current.sealed if current is not None else ())
        theirs = opener.open_all(found.sealed)
        if current is not None and current.sealed and not mine:
            raise PassphraseWrong
        self._note(KeySource.PASSPHRASE, mine)
        self._note(KeySource.COPY_PASSPHRASE, theirs)
        under_it = mine | theirs
        pairs = itertools.product(self.shares, under_it)
        both = {(epoch, kept + sealed) for (_, kept), (epoch, sealed) in pairs}
        self.shares |= under_it | both

    def _note(self, source: KeySource, found: Iterable[object]) -> None:
        if any(True for _ in found):
            self.sources.add(source)


class _Opener:
    """Tries a passphrase on sealed shares; each salt is stretched once."""

    def __init__(self, passphrase: str, vault_ids: set[bytes]) -> None:
        self._passphrase = passphrase
        self._vault_ids = vault_ids
        self._keys: dict[object, PassphraseKey] = {}

    def open_all(self, rows: Iterable[SealedRow]) -> set[Share]:
        """Return the shares that open."""
        return {share for row in rows for share in self._open(row)}

    def _open(self, row: SealedRow) -> set[Share]:
        key = self._key_of(row)
        if key is None:
            return set()
        opened = set()
        for vault_id in self._vault_ids:
            with suppress(PassphraseWrong, VaultDamaged):
                opened.add((row.epoch, key.open(row.sealed, vault_id=vault_id, epoch=row.epoch)))
        return opened

    def _key_of(self, row: SealedRow) -> PassphraseKey | None:
        cost = (row.sealed.salt, row.sealed.profile)
        if cost not in self._keys and len(self._keys) < _MOST_PASSPHRASE_TRIES:
            self._keys[cost] = PassphraseKey(self._passphrase, *cost)
        return self._keys.get(cost)
