"""The keyring's share sealed to a recovery code: anew for each epoch, without the code at hand.

The vault keeps the code's public key only, wrapped under the vault key: whoever can write the
file cannot put a key of their own in its place and have the next share sealed to that.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mayfly.domain.errors import RecoveryCodeWrong, VaultDamaged
from mayfly.vault.connection import Transaction
from mayfly.vault.key_source import FindKeyring
from mayfly.vault.keys import VaultKeys
from mayfly.vault.recovery_code import key_pair, parse_code
from mayfly.vault.share_homes import KeyringShare
from mayfly.vault.shares import SHARE_BYTES
from mayfly.vault.wrapping import unwrap, wrap

_PUBLIC_BYTES = 32
_NONCE = bytes(12)
"""Each key is used once: it comes of a key pair that is made for one seal."""


def public_of(code: bytes, vault_id: bytes) -> bytes:
    """Return the public key of a code."""
    return key_pair(code, vault_id).public_key().public_bytes_raw()


def has_code(tx: Transaction) -> bool:
    """Tell whether there is a code."""
    return tx.row("SELECT 1 FROM recovery") is not None


def read_public(tx: Transaction, keys: VaultKeys) -> bytes | None:
    """Return the code's public key; None when there is none, or it is not what we wrapped."""
    row = tx.row("SELECT epoch, public FROM recovery")
    if row is None or row[0] != keys.epoch:
        return None
    try:
        return unwrap(keys.key(), row[1], _public_bound(keys.vault_id, row[0]))
    except VaultDamaged:
        return None


@dataclass(frozen=True, slots=True)
class NextEpoch:
    """What the row of the following epoch is made of."""

    vault_id: bytes
    epoch: int
    key: bytearray
    share: bytes
    """The keyring's share, or its part."""


def write_code(tx: Transaction, public: bytes | None, following: NextEpoch | None) -> None:
    """Seal the share of the following epoch to the code, in place of the one before.

    Without a code, or without a share in the keyring, there is no row.
    """
    tx.run("DELETE FROM recovery")
    if public is None or following is None:
        return
    vault_id, epoch = following.vault_id, following.epoch
    tx.run(
        "INSERT INTO recovery (one, epoch, public, sealed) VALUES (1, ?, ?, ?)",
        epoch,
        wrap(following.key, public, _public_bound(vault_id, epoch)),
        _seal(following.share, public, vault_id, epoch),
    )


@dataclass(frozen=True, slots=True)
class Recovery:
    """The sealed share of the epoch in use, and where it belongs."""

    vault_id: bytes
    epoch: int
    sealed: bytes | None
    find_keyring: FindKeyring

    def put_back(self, code: str) -> None:
        """Put the share that the code opens into the keyring; NOT on the vault lane.

        RecoveryCodeMistyped, RecoveryCodeWrong, KeyringUnavailable, KeyringLocked.
        """
        secret = parse_code(code)
        if self.sealed is None:
            raise RecoveryCodeWrong
        share = _open(self.sealed, secret, self.vault_id, self.epoch)
        KeyringShare(self.vault_id, self.find_keyring()).put_back(self.epoch, share)


def request_recovery(tx: Transaction, find_keyring: FindKeyring) -> Recovery:
    """Look at what the code would open."""
    vault_id, epoch = tx.only_row("SELECT vault_id, epoch FROM meta")
    row = tx.row("SELECT sealed FROM recovery WHERE epoch = ?", epoch)
    return Recovery(vault_id, epoch, None if row is None else row[0], find_keyring)


def _seal(share: bytes, public: bytes, vault_id: bytes, epoch: int) -> bytes:
    passing = X25519PrivateKey.generate()
    ours = passing.public_key().public_bytes_raw()
    shared = passing.exchange(X25519PublicKey.from_public_bytes(public))
    key = _seal_key(shared, ours + public, vault_id)
    return ours + AESGCM(key).encrypt(_NONCE, share, _share_bound(vault_id, epoch))


def _open(sealed: bytes, code: bytes, vault_id: bytes, epoch: int) -> bytes:
    private = key_pair(code, vault_id)
    theirs, box = sealed[:_PUBLIC_BYTES], sealed[_PUBLIC_BYTES:]
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(theirs))
        key = _seal_key(shared, theirs + private.public_key().public_bytes_raw(), vault_id)
        share = AESGCM(key).decrypt(_NONCE, box, _share_bound(vault_id, epoch))
    except (InvalidTag, ValueError) as error:
        raise RecoveryCodeWrong from error
    if len(share) != SHARE_BYTES:
        raise VaultDamaged
    return share


def _seal_key(shared: bytes, publics: bytes, vault_id: bytes) -> bytes:
    info = b"mayfly/1/recovery-seal" + vault_id + publics
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(shared)


def _share_bound(vault_id: bytes, epoch: int) -> bytes:
    return b"mayfly/1/recovery-share" + vault_id + epoch.to_bytes(8, "big")


def _public_bound(vault_id: bytes, epoch: int) -> bytes:
    return b"mayfly/1/recovery-public" + vault_id + epoch.to_bytes(8, "big")
