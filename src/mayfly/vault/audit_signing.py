"""The key that signs the audit log, and what checks its signatures with no key at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mayfly.domain.audit import Receipt
from mayfly.domain.audit_record import link, seq_of
from mayfly.domain.errors import VaultDamaged
from mayfly.vault.connection import Transaction
from mayfly.vault.keys import VaultKeys
from mayfly.vault.wrapping import unwrap, wrap

_CHAIN_CONTEXT = b"mayfly/1/audit-chain"
_TRIM_CONTEXT = b"mayfly/1/audit-trim"
_KEY_CONTEXT = b"mayfly/1/audit-key"


@dataclass(frozen=True, slots=True)
class KeyRow:
    """The row of audit_key: the public key, and the private one under a vault key."""

    public: bytes
    epoch: int
    wrapped: bytes


class Signer:
    """Signs for one vault. Made for each transaction and not kept: a locked vault has none."""

    def __init__(self, vault_id: bytes, private: Ed25519PrivateKey) -> None:
        self._vault_id = vault_id
        self._private = private

    def __repr__(self) -> str:
        return "<signer>"

    @property
    def public(self) -> bytes:
        """The key that checks these signatures."""
        return self._private.public_key().public_bytes_raw()

    def sign(self, seq: int, chain: bytes) -> bytes:
        """Vouch for an entry and, through the chain, for all before it."""
        return self._private.sign(chain_message(self._vault_id, seq, chain))

    def sign_trim(self, seq: int, record: bytes) -> bytes:
        """Vouch for the record that stands for all entries up to a number."""
        return self._private.sign(trim_message(self._vault_id, seq, record))

    def sealed(self, seal: Callable[[bytes, bytes], bytes], epoch: int) -> KeyRow:
        """Return the row that keeps this key; seal wraps under the vault key of the epoch."""
        public = self.public
        bound = key_bound(self._vault_id, public, epoch)
        return KeyRow(public, epoch, seal(self._private.private_bytes_raw(), bound))


def chain_message(vault_id: bytes, seq: int, chain: bytes) -> bytes:
    """Return what is signed for an entry."""
    return _CHAIN_CONTEXT + vault_id + seq.to_bytes(8, "big") + chain


def trim_message(vault_id: bytes, seq: int, record: bytes) -> bytes:
    """Return what is signed for the record that stands for removed entries."""
    # Another context than an entry's: neither can be passed off as the other.
    return _TRIM_CONTEXT + vault_id + seq.to_bytes(8, "big") + record


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether the key's owner signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_consistent(receipt: Receipt) -> bool:
    """Tell whether a receipt's record, chain values and signature belong together.

    That says nothing yet of whose key signed it.
    """
    message = chain_message(bytes.fromhex(receipt.vault_id), receipt.entry.seq, receipt.chain)
    return (
        seq_of(receipt.record) == receipt.entry.seq
        and link(receipt.chain_before, receipt.record) == receipt.chain
        and is_signed(receipt.public_key, receipt.signature, message)
    )


# --- the row ---------------------------------------------------------------------------


def find_key(tx: Transaction) -> KeyRow | None:
    """Return the log's key; None when none was made yet."""
    row = tx.row("SELECT public, epoch, wrapped FROM audit_key")
    return None if row is None else KeyRow(*row)


def open_signer(row: KeyRow, keys: VaultKeys) -> Signer | None:
    """Return the signer; None while locked, or when this is not the row that was written.

    Its public key is bound to it: whoever can write the database cannot put another there.
    """
    if keys.is_locked or row.epoch != keys.epoch:
        return None
    try:
        raw = unwrap(keys.key(), row.wrapped, key_bound(keys.vault_id, row.public, row.epoch))
        signer = Signer(keys.vault_id, Ed25519PrivateKey.from_private_bytes(raw))
    except (VaultDamaged, ValueError):
        return None
    return signer if signer.public == row.public else None


def make_signer(tx: Transaction, keys: VaultKeys) -> Signer | None:
    """Make the log's key and its row; None while locked or when the key is of another epoch."""
    if keys.is_locked or tx.epoch() != keys.epoch:
        return None
    signer = Signer(keys.vault_id, Ed25519PrivateKey.generate())
    row = signer.sealed(partial(wrap, keys.key()), keys.epoch)
    tx.run(
        "INSERT INTO audit_key (one, public, epoch, wrapped) VALUES (1, ?, ?, ?)",
        row.public,
        row.epoch,
        row.wrapped,
    )
    return signer


def rewrap_signer(tx: Transaction, keys: VaultKeys, epoch: int, key: bytearray) -> Signer | None:
    """Wrap the log's key under the next vault key; None when there is none that opens."""
    row = find_key(tx)
    signer = open_signer(row, keys) if row is not None else None
    if signer is not None:
        new = signer.sealed(partial(wrap, key), epoch)
        tx.run("UPDATE audit_key SET epoch = ?, wrapped = ?", new.epoch, new.wrapped)
    return signer


def key_bound(vault_id: bytes, public: bytes, epoch: int) -> bytes:
    """Return what the wrapped key of the log is bound to."""
    return _KEY_CONTEXT + vault_id + public + epoch.to_bytes(8, "big")
