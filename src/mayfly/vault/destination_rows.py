"""Rows of destinations, whatever is sealed in them: which there are, and how one goes."""

from __future__ import annotations

from mayfly.domain.destination_port import Unbound
from mayfly.domain.destinations import DestinationId, is_destination_id
from mayfly.domain.storage_errors import DestinationMissing
from mayfly.vault.buckets import owe_new_keys
from mayfly.vault.connection import Transaction


def destination_bytes(tx: Transaction, destination_id: DestinationId) -> bytes:
    """Return the id as it is stored; DestinationMissing when there is no such destination."""
    if is_destination_id(destination_id):
        raw_id = bytes.fromhex(destination_id)
        if tx.row("SELECT 1 FROM destination WHERE id = ?", raw_id) is not None:
            return raw_id
    raise DestinationMissing


def destroy_destination(tx: Transaction, raw_id: bytes) -> Unbound:
    """Delete the row and all that hangs on it; a new vault key is owed for it."""
    objects, owed = tx.only_row(
        "SELECT count(*), count(*) FILTER (WHERE state = 'owed') FROM upload"
        " WHERE destination = ? AND begun = 1 AND state <> 'deleted'",
        raw_id,
    )
    tx.run("DELETE FROM upload_wish WHERE destination = ?", raw_id)
    tx.run("DELETE FROM upload WHERE destination = ?", raw_id)
    tx.run("DELETE FROM destination WHERE id = ?", raw_id)
    owe_new_keys(tx, None)
    return Unbound(objects, owed)
