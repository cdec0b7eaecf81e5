"""A destination's settings as sealed bytes: one value under the vault key of an epoch.

Padded to whole kibibytes, so that its length tells nothing of names and addresses. Whoever
begins a new epoch seals every one anew; without the old vault key an older copy opens nothing.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mayfly.domain.destinations import Addressing, Place, Provider, Traits, VersionNews
from mayfly.domain.errors import VaultDamaged
from mayfly.vault.connection import Transaction
from mayfly.vault.keys import VaultKeys
from mayfly.vault.wrapping import unwrap, wrap

_CONTEXT = b"mayfly/1/destination"
_VERSION = 1
_LENGTH_BYTES = 4
_PADDED_TO = 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """What is sealed of a destination."""

    name: str
    place: Place
    traits: Traits


def encode(settings: Settings) -> bytes:
    """Return length (4), JSON and zeros."""
    place, traits = settings.place, settings.traits
    shape = {
        "v": _VERSION,
        "name": settings.name,
        "provider": place.provider.value,
        "endpoint": place.endpoint,
        "region": place.region,
        "bucket": place.bucket,
        "prefix": place.prefix,
        "addressing": place.addressing.value,
        "ca_file": place.ca_file,
        "versions": traits.versions.value,
        "answers_sha256": traits.answers_sha256,
        "hides_missing": traits.hides_missing,
    }
    # ASCII: a path that is no UTF-8 gets through as lone surrogates.
    data = json.dumps(shape, separators=(",", ":")).encode("ascii")
    whole = len(data).to_bytes(_LENGTH_BYTES, "big") + data
    return whole + bytes(-len(whole) % _PADDED_TO)


def decode(data: bytes) -> Settings:
    """Return what encode wrote; VaultDamaged for anything else."""
    length = int.from_bytes(data[:_LENGTH_BYTES], "big")
    settings = None
    with suppress(ValueError, KeyError, TypeError):
        settings = _settings_of(json.loads(data[_LENGTH_BYTES:][:length]))
    if settings is None:
        # Raised out here: nothing of the settings may hang on the error as its context.
        raise VaultDamaged
    return settings


def seal(keys: VaultKeys, destination_id: bytes, settings: Settings) -> bytes:
    """Return the settings under the vault key in use."""
    bound = _bound(keys.vault_id, destination_id, keys.epoch)
    return wrap(keys.key(), encode(settings), bound)


def unseal(keys: VaultKeys, destination_id: bytes, epoch: int, sealed: bytes) -> Settings:
    """Return what seal sealed; VaultDamaged when it was altered, or is another's or older."""
    if epoch != keys.epoch:
        keys.key()
        raise VaultDamaged
    bound = _bound(keys.vault_id, destination_id, epoch)
    return decode(unwrap(keys.key(), sealed, bound))


def reseal_all(tx: Transaction, keys: VaultKeys, *, following: int, key: bytearray) -> None:
    """Bring every destination under the next vault key, in the transaction that begins it.

    One that does not open opens for nobody: it is passed over and kept as it was.
    """
    for raw_id, epoch, sealed in tx.rows("SELECT id, epoch, sealed FROM destination"):
        with suppress(VaultDamaged):
            settings = unwrap(keys.key(), sealed, _bound(keys.vault_id, raw_id, epoch))
            tx.run(
                "UPDATE destination SET epoch = ?, sealed = ? WHERE id = ?",
                following,
                wrap(key, settings, _bound(keys.vault_id, raw_id, following)),
                raw_id,
            )


def _settings_of(shape: dict[str, Any]) -> Settings:
    if shape["v"] != _VERSION:
        raise ValueError("another version")
    place = Place(
        provider=Provider(shape["provider"]),
        endpoint=shape["endpoint"],
        region=shape["region"],
        bucket=shape["bucket"],
        prefix=shape["prefix"],
        addressing=Addressing(shape["addressing"]),
        ca_file=shape["ca_file"],
    )
    traits = Traits(
        VersionNews(shape["versions"]),
        answers_sha256=bool(shape["answers_sha256"]),
        hides_missing=bool(shape["hides_missing"]),
    )
    return Settings(shape["name"], place, traits)


def _bound(vault_id: bytes, destination_id: bytes, epoch: int) -> bytes:
    """Return what sealed settings are bound to: they pass for no other destination's."""
    return _CONTEXT + vault_id + destination_id + epoch.to_bytes(8, "big")
