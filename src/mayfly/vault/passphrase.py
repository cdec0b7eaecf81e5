"""The share of a vault without a keyring: sealed in the vault itself under a passphrase.

Somebody with the file can try passphrases; Argon2id (RFC 9106) makes each try cost memory and
time. The shard is still needed besides, so the vault file alone is not enough.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from mayfly.domain.errors import PassphraseWrong, VaultDamaged

_SALT_BYTES, _KEY_BYTES, _NONCE_BYTES = 16, 32, 12
_MOST_MEMORY_KIB, _MOST_ITERATIONS, _MOST_LANES = 1 << 20, 16, 16


@dataclass(frozen=True, slots=True)
class ArgonProfile:
    """What one try of a passphrase costs."""

    memory_kib: int
    iterations: int
    lanes: int


PRODUCT_PROFILE = ArgonProfile(memory_kib=128 << 10, iterations=4, lanes=4)
"""0.31 to 0.37 s on two cores of a virtual machine. Twice what RFC 9106 recommends where memory
is scarce (64 MiB: 0.11 s); 192 MiB took 0.45 to 0.50 s and 256 MiB 0.66 s, but the window is
meant to stay below 350 MB."""


@dataclass(frozen=True, slots=True)
class SealedShare:
    """A share under a passphrase, with all that is needed to try one."""

    salt: bytes
    profile: ArgonProfile
    sealed: bytes

    def __post_init__(self) -> None:
        # The numbers come from a file: a forged one must not take the machine's memory.
        within = (
            8 * self.profile.lanes <= self.profile.memory_kib <= _MOST_MEMORY_KIB
            and 1 <= self.profile.iterations <= _MOST_ITERATIONS
            and 1 <= self.profile.lanes <= _MOST_LANES
            and len(self.salt) == _SALT_BYTES
        )
        if not within:
            raise VaultDamaged


class PassphraseKey:
    """What a passphrase was stretched to, kept while the vault is open to seal the next share.

    Its repr says nothing.
    """

    def __init__(self, passphrase: str, salt: bytes, profile: ArgonProfile) -> None:
        self._salt = salt
        self._profile = profile
        self._key = bytearray(_stretch(passphrase, salt, profile))

    def __repr__(self) -> str:
        return "<passphrase key>"

    def seal(self, share: bytes, *, vault_id: bytes, epoch: int) -> SealedShare:
        """Return the share sealed under the passphrase."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        box = AESGCM(self._key).encrypt(nonce, share, _bound(vault_id, epoch))
        return SealedShare(self._salt, self._profile, nonce + box)

    def open(self, sealed: SealedShare, *, vault_id: bytes, epoch: int) -> bytes:
        """Return the share; PassphraseWrong when the passphrase is another."""
        nonce, box = sealed.sealed[:_NONCE_BYTES], sealed.sealed[_NONCE_BYTES:]
        try:
            return AESGCM(self._key).decrypt(nonce, box, _bound(vault_id, epoch))
        except InvalidTag as error:
            raise PassphraseWrong from error
        except ValueError as error:
            raise VaultDamaged from error

    def forget(self) -> None:
        """Overwrite the key in memory; it opens and seals nothing afterwards."""
        self._key[:] = bytes(len(self._key))


def new_passphrase_key(passphrase: str, profile: ArgonProfile) -> PassphraseKey:
    """Return the key of a passphrase under a fresh salt."""
    return PassphraseKey(passphrase, secrets.token_bytes(_SALT_BYTES), profile)


def _stretch(passphrase: str, salt: bytes, profile: ArgonProfile) -> bytes:
    # One passphrase, one spelling: keyboards differ in how they compose an accented letter.
    # Bytes that are no text arrive from files as surrogates and count as they are.
    spelled = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return Argon2id(
        salt=salt,
        length=_KEY_BYTES,
        iterations=profile.iterations,
        lanes=profile.lanes,
        memory_cost=profile.memory_kib,
    ).derive(spelled)


def _bound(vault_id: bytes, epoch: int) -> bytes:
    return b"mayfly/1/share" + vault_id + epoch.to_bytes(8, "big")
