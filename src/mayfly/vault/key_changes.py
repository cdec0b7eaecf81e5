"""Changing what opens the vault: a passphrase set, changed or removed."""

from __future__ import annotations

from mayfly.domain.errors import PassphraseNeeded
from mayfly.domain.lock_port import KeyHome
from mayfly.vault.key_source import KeySource
from mayfly.vault.passphrase import ArgonProfile, new_passphrase_key
from mayfly.vault.rotation import Rotation
from mayfly.vault.share_homes import BothShares, PassphraseShare


class KeyChanges:
    """Implements domain.lock_port.KeyChanges, which says what each method promises."""

    def __init__(
        self,
        vault_id: bytes,
        source: KeySource,
        rotation: Rotation,
        *,
        argon: ArgonProfile,
    ) -> None:
        self._vault_id = vault_id
        self._source = source
        self._rotation = rotation
        self._argon = argon

    def set_passphrase(self, passphrase: str, *, with_keyring: bool) -> None:
        """Have this passphrase from now on, beside the keyring or in place of it."""
        if not passphrase:
            raise PassphraseNeeded
        # Before the half second that a passphrase takes to stretch.
        keyring = self._source.keyring() if with_keyring else None
        typed = PassphraseShare(self._vault_id, new_passphrase_key(passphrase, self._argon))
        if keyring is None:
            self._rotation.rehome(KeyHome.PASSPHRASE, typed)
        else:
            self._rotation.rehome(KeyHome.BOTH, BothShares(keyring, typed))

    def remove_passphrase(self) -> None:
        """Have the keyring alone from now on."""
        self._rotation.rehome(KeyHome.KEYRING, self._source.keyring())
