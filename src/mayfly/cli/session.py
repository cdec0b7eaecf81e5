"""One command's way into the vault: opened when it is first needed, closed at the end."""

from __future__ import annotations

from mayfly.bootstrap import Foundation
from mayfly.cli.secrets_input import SecretSource, ask_new_passphrase, ask_secret, can_ask
from mayfly.cli.terminal import Terminal
from mayfly.composition import Mayfly
from mayfly.domain.errors import NoSuchJob, PassphraseNeeded, PassphraseWrong

_MOST_TRIES = 3


class Session:
    """What a command works with. Opening the vault may ask for a passphrase on the terminal."""

    def __init__(
        self, foundation: Foundation, terminal: Terminal, *, passphrase: SecretSource
    ) -> None:
        self.foundation = foundation
        self.terminal = terminal
        self._passphrase = passphrase
        self._mayfly: Mayfly | None = None

    def vault(self, *, unlocking: bool = False) -> Mayfly:
        """Open the vault, or make one; VaultError when it cannot be, SecretNotGiven.

        A vault that was locked stays so, with VaultLocked, unless unlocking is wished.
        """
        if self._mayfly is None:
            self._mayfly = self._unlock(unlocking=unlocking)
        return self._mayfly

    def has_vault(self) -> bool:
        """Whether there is a vault: looking at jobs must not make one."""
        return self.foundation.vault_exists()

    def vault_with_jobs(self) -> Mayfly:
        """Open the vault for a command about a job; NoSuchJob when there is no vault."""
        if not self.has_vault():
            raise NoSuchJob
        return self.vault()

    def close(self) -> None:
        """End readers, close the vault, forget keys. Closing twice is no error."""
        mayfly, self._mayfly = self._mayfly, None
        if mayfly is not None:
            mayfly.close()
        self.foundation.close()

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
        chosen = ask_new_passphrase()
        if chosen is None:
            raise PassphraseNeeded
        return self.foundation.unlock(chosen).result()

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
