"""Locking and unlocking an open vault, and changing what opens it."""

from __future__ import annotations

from concurrent.futures import Future

from mayfly.domain.errors import InternalError
from mayfly.domain.lock_port import KeyHome
from mayfly.domain.ports import Clock, Lane
from mayfly.services.bus import EventBus


class Locking:
    """Drops the keys and everything that holds content; purges go on while locked.

    Publishes LockChanged, also when another process locked or unlocked.
    """

    def __init__(self, vault_lane: Lane, *, bus: EventBus, clock: Clock) -> None:
        self._lane = vault_lane
        self._bus = bus
        self._clock = clock

    def is_locked(self) -> Future[bool]:
        """Tell whether this process has no key."""
        raise InternalError("not built yet")

    def lock(self) -> Future[None]:
        """Stop reading (what was read so far stays), and drop the keys in every process."""
        raise InternalError("not built yet")

    def unlock(self, passphrase: str | None = None) -> Future[None]:
        """Fetch the keys, pay what purges owe, then let the queue go on.

        PassphraseNeeded, PassphraseWrong, KeyringLocked, KeyringUnavailable, KeyMissing.
        """
        raise InternalError("not built yet")

    def key_home(self) -> Future[KeyHome]:
        """Tell what opens this vault."""
        raise InternalError("not built yet")

    def set_passphrase(self, passphrase: str, *, with_keyring: bool) -> Future[None]:
        """Set or change the passphrase, beside the keyring or in place of it."""
        raise InternalError("not built yet")

    def remove_passphrase(self) -> Future[None]:
        """Have the keyring alone; KeyringUnavailable when there is none."""
        raise InternalError("not built yet")

    def has_recovery_code(self) -> Future[bool]:
        """Tell whether a recovery code stands in for the keyring."""
        raise InternalError("not built yet")

    def make_recovery_code(self) -> Future[str]:
        """Return a fresh code to print, in groups; shown once, never kept."""
        raise InternalError("not built yet")

    def drop_recovery_code(self) -> Future[None]:
        """Have no recovery code any more."""
        raise InternalError("not built yet")
