"""The shelf of destinations: rows whose settings open with the vault key alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from mayfly.domain.audit import AuditKind
from mayfly.domain.destination_port import Unbound
from mayfly.domain.destinations import Destination, DestinationId, Place, Traits
from mayfly.domain.errors import VaultDamaged
from mayfly.domain.states import DeleteReason
from mayfly.domain.storage_errors import DestinationExists, DestinationInUse
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.buckets import owe_new_keys
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.deletion import Ends
from mayfly.vault.destination_rows import destination_bytes, destroy_destination
from mayfly.vault.destination_sealing import Settings, seal, unseal
from mayfly.vault.keys import VaultKeys
from mayfly.vault.ledger import Gone
from mayfly.vault.moments import micros_of, moment_of, optional_moment_of
from mayfly.vault.streams import SealedStreams

_SELECT = (
    "SELECT id, delete_with_job, added_at, verified_at, error_code, epoch, sealed FROM destination"
)


class SqliteDestinationShelf:
    """Implements domain.destination_port.DestinationShelf, which says what each call promises."""

    def __init__(
        self,
        database: Database,
        streams: SealedStreams,
        keys: VaultKeys,
        audit: AuditWriter,
        ends: Ends,
    ) -> None:
        self._database = database
        self._streams = streams
        self._keys = keys
        self._audit = audit
        self._ends = ends

    def all(self) -> tuple[Destination, ...]:
        """Return every destination, by name; one whose row is damaged is passed over."""
        with self._streams.reading() as tx:
            found = list(self._destinations(tx))
        return tuple(sorted(found, key=lambda one: (_folded(one.name), one.destination_id)))

    def get(self, destination_id: DestinationId) -> Destination:
        """Return one; VaultDamaged when its row is."""
        with self._streams.reading() as tx:
            return self._get(tx, destination_id)

    def add(self, destination: Destination) -> None:
        """Keep a new one; DestinationExists when the name is taken."""
        with self._streams.writing() as tx:
            self._require_free(tx, destination)
            raw_id = bytes.fromhex(destination.destination_id)
            settings = Settings(destination.name, destination.place, destination.traits)
            verified_at = destination.verified_at
            tx.run(
                "INSERT INTO destination (id, delete_with_job, added_at, verified_at, error_code,"
                " epoch, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)",
                raw_id,
                int(destination.delete_with_job),
                micros_of(destination.added_at),
                None if verified_at is None else micros_of(verified_at),
                destination.error_code,
                self._keys.epoch,
                seal(self._keys, raw_id, settings),
            )
            at = destination.added_at
            self._tell(tx, AuditKind.DESTINATION_ADDED, destination.destination_id, at)

    def change(self, destination: Destination) -> None:
        """Keep name, place and delete_with_job as they are given; DestinationInUse.

        Then the vault key is changed, so that an old copy does not open what it was before.
        """
        with self._streams.writing() as tx:
            before = self._get(tx, destination.destination_id)
            self._require_free(tx, destination)
            raw_id = bytes.fromhex(destination.destination_id)
            moved = before.place != destination.place
            if _lies_elsewhere(before.place, destination.place):
                _require_unused(tx, raw_id)
            tx.run(
                "UPDATE destination SET delete_with_job = ? WHERE id = ?",
                int(destination.delete_with_job),
                raw_id,
            )
            if moved:
                tx.run(
                    "UPDATE destination SET verified_at = NULL, error_code = NULL WHERE id = ?",
                    raw_id,
                )
            if moved or before.name != destination.name:
                traits = Traits() if moved else before.traits
                self._put(tx, raw_id, Settings(destination.name, destination.place, traits))
                owe_new_keys(tx, None)
            tx.stamp()
        self._ends.tidy()

    def note_verified(self, destination_id: DestinationId, traits: Traits, at: datetime) -> None:
        """Every step of verifying succeeded."""
        with self._streams.writing() as tx:
            before = self._get(tx, destination_id)
            raw_id = bytes.fromhex(destination_id)
            tx.run(
                "UPDATE destination SET verified_at = ?, error_code = NULL WHERE id = ?",
                micros_of(at),
                raw_id,
            )
            self._put(tx, raw_id, Settings(before.name, before.place, traits))
            self._tell(tx, AuditKind.DESTINATION_VERIFIED, destination_id, at)

    def note_failed(self, destination_id: DestinationId, error_code: str) -> None:
        """Verifying, or a use that puts it in question, failed. Needs no key."""
        with self._database.write() as tx:
            raw_id = destination_bytes(tx, destination_id)
            tx.stamp()
            tx.run(
                "UPDATE destination SET verified_at = NULL, error_code = ? WHERE id = ?",
                error_code,
                raw_id,
            )

    def remove(self, destination_id: DestinationId, now: datetime) -> Unbound:
        """Destroy it with all its uploads' rows, then change the vault key. Needs no key itself."""
        return self._ends.destroying(lambda: self._remove(destination_id, now))

    def _remove(self, destination_id: DestinationId, now: datetime) -> Unbound:
        with self._database.write() as tx:
            raw_id = destination_bytes(tx, destination_id)
            unbound = destroy_destination(tx, raw_id)
            detail = {"objects": unbound.objects_left, "owed": unbound.owed}
            self._tell(tx, AuditKind.DESTINATION_REMOVED, destination_id, now, **detail)
            gone = Gone(raw_id, micros_of(now), frozenset(), DeleteReason.USER)
            tx.afterwards(lambda: self._ends.note_gone([gone]))
            return unbound

    def _destinations(self, tx: Transaction) -> Iterator[Destination]:
        for row in tx.rows(_SELECT):
            with suppress(VaultDamaged):
                yield self._opened(row)

    def _get(self, tx: Transaction, destination_id: DestinationId) -> Destination:
        raw_id = destination_bytes(tx, destination_id)
        return self._opened(tx.only_row(_SELECT + " WHERE id = ?", raw_id))

    def _opened(self, row: tuple[Any, ...]) -> Destination:
        raw_id, delete_with_job, added_at, verified_at, error_code, epoch, sealed = row
        settings = unseal(self._keys, raw_id, epoch, sealed)
        return Destination(
            destination_id=DestinationId(raw_id.hex()),
            name=settings.name,
            place=settings.place,
            delete_with_job=bool(delete_with_job),
            added_at=moment_of(added_at),
            verified_at=optional_moment_of(verified_at),
            error_code=error_code,
            traits=settings.traits,
        )

    def _put(self, tx: Transaction, raw_id: bytes, settings: Settings) -> None:
        tx.run(
            "UPDATE destination SET epoch = ?, sealed = ? WHERE id = ?",
            self._keys.epoch,
            seal(self._keys, raw_id, settings),
            raw_id,
        )

    def _require_free(self, tx: Transaction, destination: Destination) -> None:
        """Raise DestinationExists when another one has the name, letter case aside, or the place.

        Of two in one place one would delete what the other is to keep: a job's pictures have the
        same names there.
        """
        wanted = _folded(destination.name)
        for one in self._destinations(tx):
            is_other = one.destination_id != destination.destination_id
            is_there = not _lies_elsewhere(one.place, destination.place)
            if is_other and (is_there or _folded(one.name) == wanted):
                raise DestinationExists

    def _tell(
        self,
        tx: Transaction,
        kind: AuditKind,
        destination_id: DestinationId,
        now: datetime,
        **counts: int,
    ) -> None:
        tx.stamp()
        detail: dict[str, str | int] = {"destination": destination_id, **counts}
        self._audit.append_in(tx, kind, now, detail=detail)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _lies_elsewhere(before: Place, after: Place) -> bool:
    """Tell whether an object of before would not be found by way of after."""
    return (before.endpoint, before.bucket, before.prefix) != (
        after.endpoint,
        after.bucket,
        after.prefix,
    )


def _require_unused(tx: Transaction, raw_id: bytes) -> None:
    """Raise DestinationInUse when something lies there that Mayfly still answers for.

    Looked for in the new place, it would be “seen to be gone” and stay where it is.
    """
    used = tx.row(
        "SELECT 1 FROM upload WHERE destination = ? AND begun = 1"
        " AND state NOT IN ('left', 'deleted') LIMIT 1",
        raw_id,
    )
    if used is not None:
        raise DestinationInUse
