"""Changing what opens the vault: a passphrase or a recovery code set, changed or removed."""

from __future__ import annotations

from dataclasses import replace

from mayfly.domain.audit import AuditKind
from mayfly.domain.errors import NotNow, PassphraseNeeded
from mayfly.domain.lock_port import KeyHome
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.key_source import FindKeyring, KeySource
from mayfly.vault.passphrase import ArgonProfile, new_passphrase_key
from mayfly.vault.recovery import Recovery, has_code, public_of, request_recovery
from mayfly.vault.recovery_code import format_code, new_code
from mayfly.vault.rotation import NewHome, Rotation
from mayfly.vault.share_homes import BothShares, PassphraseShare, ShareHome


class KeyChanges:
    """Implements KeyChanges and RecoveryCodes of domain.lock_port, which say what is promised.

    Each change is a rotation: an older copy of the vault with the older passphrase or code opens
    with nothing that there is afterwards.
    """

    def __init__(
        self,
        vault_id: bytes,
        database: Database,
        source: KeySource,
        rotation: Rotation,
        *,
        find_keyring: FindKeyring,
        argon: ArgonProfile,
    ) -> None:
        self._vault_id = vault_id
        self._database = database
        self._source = source
        self._rotation = rotation
        self._find_keyring = find_keyring
        self._argon = argon

    # --- the passphrase --------------------------------------------------------------

    def set_passphrase(self, passphrase: str, *, with_keyring: bool) -> None:
        """Have this passphrase from now on, beside the keyring or in place of it."""
        if not passphrase:
            raise PassphraseNeeded
        # First: a keyring that is not there is told before a passphrase is stretched.
        keyring = self._source.keyring() if with_keyring else None
        typed = PassphraseShare(self._vault_id, new_passphrase_key(passphrase, self._argon))
        if keyring is None:
            self._move(KeyHome.PASSPHRASE, typed)
        else:
            self._move(KeyHome.BOTH, BothShares(keyring, typed))

    def remove_passphrase(self) -> None:
        """Have the keyring alone from now on."""
        self._move(KeyHome.KEYRING, self._source.keyring())

    def _move(self, key_home: KeyHome, home: ShareHome) -> None:
        def to(tx: Transaction) -> NewHome:
            return replace(self._rotation.home_in_use(tx), key_home=key_home, home=home)

        self._rotation.change(to, AuditKind.PASSPHRASE_CHANGED)

    # --- the recovery code -----------------------------------------------------------

    def has_recovery_code(self) -> bool:
        """Whether a recovery code stands in for the keyring."""
        with self._database.read() as tx:
            return has_code(tx)

    def make_recovery_code(self) -> str:
        """Return a fresh code to print, in place of any earlier one."""
        code = new_code()
        self._change_code(public_of(code, self._vault_id))
        return format_code(code)

    def drop_recovery_code(self) -> None:
        """Have no recovery code any more."""
        if self.has_recovery_code():
            self._change_code(None)

    def ask_recovery(self) -> Recovery:
        """Look at what the code would open; needs no key."""
        with self._database.read() as tx:
            return request_recovery(tx, self._find_keyring)

    def _change_code(self, public: bytes | None) -> None:
        def to(tx: Transaction) -> NewHome:
            now = self._rotation.home_in_use(tx)
            if now.home.keyring is None:
                raise NotNow
            return replace(now, recovery=public)

        self._rotation.change(to, AuditKind.RECOVERY_CODE_CHANGED)
