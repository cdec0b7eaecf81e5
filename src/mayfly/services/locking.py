"""Locking and unlocking an open vault, and changing what opens it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

from mayfly.domain.errors import InternalError, UserError, VaultBusy, VaultLocked
from mayfly.domain.events import JobsChanged, LockChanged
from mayfly.domain.lock_port import FetchedKey, KeyChanges, KeyHome, VaultLock
from mayfly.domain.ports import Clock, Lane
from mayfly.services.bus import EventBus
from mayfly.services.lane import ThreadLane
from mayfly.services.reading import Queue

_log = logging.getLogger(__name__)

T = TypeVar("T")

_ATTEMPTS = 3
"""Other processes change the vault key at most once between two looks, but for bad luck."""


class Locking:
    """Drops the keys and everything that holds content; purges go on while locked.

    Publishes LockChanged, also when another process locked or unlocked. What waits for
    readers to end or for a keyring to answer does so on a thread of its own, never on the
    vault lane, which keeps every deadline meanwhile.
    """

    def __init__(
        self,
        vault_lock: VaultLock,
        changes: KeyChanges,
        vault_lane: Lane,
        *,
        queue: Queue,
        sweep: Callable[[], object],
        bus: EventBus,
        clock: Clock,
    ) -> None:
        """sweep destroys what is due and pays what purges owe; called on the vault lane."""
        self._lock = vault_lock
        self._changes = changes
        self._vault_lane = vault_lane
        self._queue = queue
        self._sweep = sweep
        self._bus = bus
        self._clock = clock
        self._lane = ThreadLane("locking")
        self._wished = False
        self._told = False
        self._last_lock = object()

    def is_locked(self) -> Future[bool]:
        """Tell whether this process has no key."""
        return self._vault_lane.submit(self._lock.is_locked, urgent=True)

    def lock(self) -> Future[None]:
        """Drop the keys in every process, and stop reading; what was read so far stays.

        When the row cannot be written the future fails, and this process is locked all the same.
        """
        # An unlock that is under way must not undo this when its keyring answers.
        self._last_lock = object()
        # On the vault lane now: the keys must not wait for an unlock that asks a keyring.
        dropped = self._vault_lane.submit(self._drop, urgent=True)
        return self._lane.submit(lambda: self._after_lock(dropped))

    def unlock(self, passphrase: str | None = None) -> Future[None]:
        """Fetch the keys, pay what purges owe, then let the queue go on.

        PassphraseNeeded, PassphraseWrong, KeyringLocked, KeyringUnavailable, KeyMissing. Waits
        for a keyring that asks the user as long as that takes; VaultLocked when it was locked
        again meanwhile.
        """
        since = self._last_lock
        return self._lane.submit(lambda: self._unlock(passphrase, since))

    def key_home(self) -> Future[KeyHome]:
        """Tell what opens this vault."""
        return self._vault_lane.submit(self._lock.key_home, urgent=True)

    def follow(self) -> None:
        """Do as another process did. Only on the vault lane, when something changed."""
        was_wished, self._wished = self._wished, self._lock.is_lock_wished()
        if self._wished:
            self._lock.drop()
        else:
            self._lock.drop_outdated()
        is_locked = self._lock.is_locked()
        is_news = is_locked is not self._told
        if is_news:
            self._lane.submit(self._settle)
        if is_locked and not self._wished and (is_news or was_wished):
            self._lane.submit(self._unlock_unasked)

    def close(self) -> None:
        """Begin nothing more; a keyring that was asked and does not answer is not waited for."""
        self._lane.leave()

    # --- on the vault lane -----------------------------------------------------------

    def _drop(self) -> None:
        self._wished = True
        self._lock.lock(self._clock.now())

    def _open(self, fetched: FetchedKey, since: object, *, asked: bool) -> None:
        """Take the key, destroy what is due and pay for it, and only then let anybody read.

        One piece of work: nothing is shown in between. VaultLocked when it was locked meanwhile.
        """
        if self._last_lock is not since or (not asked and self._lock.is_lock_wished()):
            # What follow compares with: the next unlock is news, however soon it comes.
            self._wished = True
            raise VaultLocked
        self._lock.take(fetched)
        try:
            self._sweep()
            if asked:
                # Who only follows clears nothing: it would be the next lock of another process.
                self._lock.clear()
        except BaseException:
            self._lock.drop()
            raise

    # --- on the locking lane ---------------------------------------------------------

    def _after_lock(self, dropped: Future[None]) -> None:
        try:
            dropped.result()
        finally:
            self._settle()

    def _settle(self) -> None:
        """Have listeners and the queue follow what the keys are now."""
        is_locked = self._on_vault(self._lock.is_locked)
        if is_locked is self._told:
            return
        self._told = is_locked
        self._bus.publish(LockChanged(is_locked))
        if is_locked:
            self._queue.suspend()
        else:
            self._queue.go_on()
            self._bus.publish(JobsChanged())

    def _unlock(self, passphrase: str | None, since: object, *, asked: bool = True) -> None:
        for attempt in range(_ATTEMPTS):
            fetched = self._on_vault(self._lock.ask).fetch(passphrase)
            try:
                self._on_vault(partial(self._open, fetched, since, asked=asked))
                break
            except VaultBusy:
                if attempt == _ATTEMPTS - 1:
                    raise
        self._settle()

    def _unlock_unasked(self) -> None:
        """Unlock because another process was unlocked, if that takes nothing of the user's."""
        since = self._last_lock
        try:
            if self._on_vault(self._lock.key_home) is KeyHome.KEYRING:
                self._unlock(None, since, asked=False)
        except UserError as error:
            _log.info("stays locked: %s", error.code)
        except InternalError:
            _log.info("stays locked: Mayfly is closing")

    def _on_vault(self, work: Callable[[], T]) -> T:
        return self._vault_lane.submit(work, urgent=True).result()

    # --- what opens the vault --------------------------------------------------------

    def set_passphrase(self, passphrase: str, *, with_keyring: bool) -> Future[None]:
        """Set or change the passphrase, beside the keyring or in place of it.

        VaultLocked, PassphraseNeeded for an empty one, KeyringUnavailable, KeyringLocked.
        """
        return self._vault_lane.submit(
            lambda: self._changes.set_passphrase(passphrase, with_keyring=with_keyring),
            urgent=True,
        )

    def remove_passphrase(self) -> Future[None]:
        """Have the keyring alone; VaultLocked, KeyringLocked, KeyringUnavailable."""
        return self._vault_lane.submit(self._changes.remove_passphrase, urgent=True)

    def has_recovery_code(self) -> Future[bool]:
        """Tell whether a recovery code stands in for the keyring."""
        return self._vault_lane.submit(self._changes.has_recovery_code, urgent=True)

    def make_recovery_code(self) -> Future[str]:
        """Return a fresh code to print, in groups; shown once, never kept.

        VaultLocked, or NotNow in a vault that needs no keyring.
        """
        return self._vault_lane.submit(self._changes.make_recovery_code, urgent=True)

    def drop_recovery_code(self) -> Future[None]:
        """Have no recovery code any more; VaultLocked."""
        return self._vault_lane.submit(self._changes.drop_recovery_code, urgent=True)

    def recover(self, code: str, passphrase: str | None = None) -> Future[None]:
        """Put the share back into the keyring that the code opens, and unlock.

        RecoveryCodeMistyped, RecoveryCodeWrong, and what unlock fails with.
        """
        since = self._last_lock
        return self._lane.submit(lambda: self._recover(code, passphrase, since))

    def _recover(self, code: str, passphrase: str | None, since: object) -> None:
        self._on_vault(self._changes.ask_recovery).put_back(code)
        self._unlock(passphrase, since)
