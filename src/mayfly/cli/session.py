"""One command's way into the vault: opened when it is first needed, closed at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mayfly.bootstrap import Foundation
from mayfly.cli.secrets_input import SecretSource, ask_secret, ask_twice, can_ask
from mayfly.cli.terminal import Terminal
from mayfly.composition import Keyless, Mayfly
from mayfly.domain.errors import (
    KeyMissing,
    KeyringLocked,
    KeyringUnavailable,
    NoSuchJob,
    PassphraseNeeded,
    PassphraseWrong,
    VaultLocked,
)
from mayfly.domain.inspection import Grade
from mayfly.domain.lock_port import KeyHome

T = TypeVar("T")

_MOST_TRIES = 3

_NO_KEY = (VaultLocked, PassphraseNeeded, KeyringLocked, KeyringUnavailable, KeyMissing)

_STAYS_LOCKED = (
    "The vault stays locked, and what you delete is destroyed all the same. Its key is changed"
    " when it is unlocked next; until then an older copy of the vault's file can be opened."
)

_ASKED_LOCKED = "The vault stays locked, which does not matter for this."

_READ_LOCKED = "The vault stays locked; its audit log can be read all the same."


class Session:
    """What a command works with. Opening the vault may ask for a passphrase on the terminal."""

    def __init__(
        self, foundation: Foundation, terminal: Terminal, *, passphrase: SecretSource
    ) -> None:
        self.foundation = foundation
        self.terminal = terminal
        self._passphrase = passphrase
        self._mayfly: Mayfly | None = None
        self._keyless: Keyless | None = None

    def vault(self, *, unlocking: bool = False) -> Mayfly:
        """Open the vault, or make one; VaultError when it cannot be, SecretNotGiven.

        A vault that was locked stays so, with VaultLocked, unless unlocking is wished.
        """
        if self._mayfly is None:
            is_new = not self.has_vault()
            self._mayfly = self._unlock(unlocking=unlocking)
            if is_new:
                self._warn_of_place()
        return self._mayfly

    def with_passphrase(self, work: Callable[[str | None], T]) -> T:
        """Do what needs the passphrase but not an open vault; asks for it on a terminal."""
        given = self._passphrase.read() if self._passphrase.is_named else None
        try:
            return work(given)
        except PassphraseNeeded:
            if given is not None or not can_ask():
                raise
        return work(ask_secret("Passphrase of the vault: "))

    def has_vault(self) -> bool:
        """Whether there is a vault: looking at jobs must not make one."""
        return self.foundation.vault_exists()

    def vault_with_jobs(self) -> Mayfly:
        """Open the vault for a command about a job; NoSuchJob when there is no vault."""
        if not self.has_vault():
            raise NoSuchJob
        return self.vault()

    def vault_to_delete_from(self) -> Mayfly | Keyless:
        """Open the vault, or leave it locked where its key cannot be had: deleting needs none."""
        return self._vault_or_keyless(_STAYS_LOCKED)

    def vault_without_key(self) -> Keyless:
        """Open the vault and leave it locked, asking nobody; what was due is destroyed then."""
        if self._keyless is None:
            self._keyless = self.foundation.open_keyless().result()
        return self._keyless

    def vault_with_log(self) -> Mayfly | Keyless:
        """Open the vault, or leave it locked: its audit log can be read all the same."""
        return self._vault_or_keyless(_READ_LOCKED)

    def vault_to_ask(self) -> Mayfly | Keyless:
        """Open the vault, or leave it locked: what is asked stands unsealed in it."""
        return self._vault_or_keyless(_ASKED_LOCKED)

    def _vault_or_keyless(self, note: str) -> Mayfly | Keyless:
        if self._keyless is not None:
            return self._keyless
        try:
            return self.vault()
        except _NO_KEY:
            if not self.has_vault():
                raise
        self.terminal.say(note)
        self._keyless = self.foundation.open_keyless().result()
        return self._keyless

    def close(self) -> None:
        """End readers, close the vault, forget keys. Closing twice is no error."""
        opened = self._mayfly or self._keyless
        self._mayfly = self._keyless = None
        if opened is not None:
            opened.close()
        self.foundation.close()

    def recover(self, code: str) -> Mayfly:
        """Open the vault with a recovery code in place of what the keyring lost.

        A vault that needs a passphrase besides takes it as ever.
        """
        given = self._passphrase.read() if self._passphrase.is_named else None
        if given is None and self.foundation.key_home() is KeyHome.BOTH and can_ask():
            given = ask_secret("Passphrase of the vault: ")
        self._mayfly = self.foundation.recover(code, given).result()
        return self._mayfly

    def _unlock(self, *, unlocking: bool) -> Mayfly:
        given = self._passphrase.read() if self._passphrase.is_named else None
        try:
            return self.foundation.unlock(given, unlocking=unlocking).result()
        except PassphraseNeeded:
            if given is not None or not can_ask():
                raise
        if self.has_vault():
            return self._unlock_asking()
        self.terminal.say("There is no usable keyring here, so the vault needs a passphrase.")
        self.terminal.say("Nobody can open the vault without it, and nobody can restore it.")
        chosen = ask_twice("Choose a passphrase for the new vault: ")
        if chosen is None:
            raise PassphraseNeeded
        return self.foundation.unlock(chosen).result()

    def _warn_of_place(self) -> None:
        """Say where a vault was made that had better lie elsewhere; only when it is made."""
        found = self.foundation.grade().find("synced folder")
        if found is not None and found.grade is not Grade.GOOD:
            self.terminal.say(f"{found.value}: {found.meaning} {found.remedy}")

    def _unlock_asking(self) -> Mayfly:
        for _ in range(_MOST_TRIES - 1):
            try:
                return self._unlock_with(ask_secret("Passphrase of the vault: "))
            except PassphraseWrong as error:
                self.terminal.say(str(error))
        return self._unlock_with(ask_secret("Passphrase of the vault: "))

    def _unlock_with(self, typed: str) -> Mayfly:
        if not typed:
            raise PassphraseNeeded
        return self.foundation.unlock(typed).result()
