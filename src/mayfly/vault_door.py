"""The door of the vault: opening, making, locking and recovering the one that lies at its place.

Knows where keys come from, and remembers which keyring it was; bootstrap makes what else an
opened vault works with.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from mayfly.composition import Adapters, Keyless, Mayfly, assemble, assemble_keyless, begin_time
from mayfly.domain.errors import (
    InternalError,
    KeyringUnavailable,
    PassphraseNeeded,
    VaultError,
    VaultLocked,
)
from mayfly.domain.lock_port import KeyHome
from mayfly.domain.panic import KeyringFate, PanicReport
from mayfly.domain.ports import Lane, SecretStore
from mayfly.domain.proof import ChallengeReport
from mayfly.engine.scratch import sweep_scratch
from mayfly.services.lane import ThreadLane
from mayfly.services.timekeeper import Timekeeper
from mayfly.system.backup_marks import mark_folders
from mayfly.system.paths import Paths, make_folders
from mayfly.system.presence import Presence
from mayfly.system.secrets import open_secret_store
from mayfly.system.settings import load_settings, save_settings
from mayfly.vault.challenge import Today, challenge
from mayfly.vault.opening import (
    KeyAccess,
    VaultPaths,
    is_lock_wished,
    needed_key,
    open_vault,
    open_without_key,
)
from mayfly.vault.panic import Doomed, destroy, is_begun
from mayfly.vault.vault import SqliteVault

_KEYRING_PATIENCE_S = 3.0
"""For a secret that opens nothing any more when it is asked for; two calls take 20 ms."""

MakeAdapters = Callable[[SqliteVault, Lane], Adapters]
OpenStore = Callable[[str | None], SecretStore]
"""Opens the keyring of that name, or whichever is usable."""


def vault_paths(paths: Paths) -> VaultPaths:
    """Return where the vault's own files lie."""
    return VaultPaths(paths.database, paths.shard, paths.lock)


class VaultDoor:
    """Opens the vault of one place, one at a time. Making one touches nothing."""

    def __init__(
        self,
        paths: Paths,
        clock: Timekeeper,
        make_adapters: MakeAdapters,
        *,
        open_store: OpenStore = open_secret_store,
    ) -> None:
        self._paths = paths
        self._open_store = open_store
        self._clock = clock
        self._adapters = make_adapters
        self._lane: ThreadLane | None = None
        self._opened = False
        self._offered: str | None = None
        self._presence = Presence(paths.present)

    def vault_exists(self) -> bool:
        """Whether there is a vault already; False means that the first unlock makes one."""
        self._finish_destroying()
        return needed_key(vault_paths(self._paths)) is not None

    def key_home(self) -> KeyHome | None:
        """Tell what opens the vault there is; None when there is none."""
        self._finish_destroying()
        return needed_key(vault_paths(self._paths))

    def offer_passphrase(self, passphrase: str) -> None:
        """Have unlock try this passphrase when it is called without one."""
        self._offered = passphrase

    def unlock(
        self, passphrase: str | None = None, *, unlocking: bool | None = None
    ) -> Future[Mayfly]:
        """Open or make the vault and destroy all that is due; nothing is shown before that.

        A vault that was locked fails with VaultLocked, after what is due was destroyed, unless
        unlocking is wished (None: when a passphrase is given here); then it is unlocked for
        every process. Fails with PassphraseNeeded (no vault and no keyring: a new one is to be
        chosen; or a vault with a passphrase), PassphraseWrong, KeyringLocked,
        KeyringUnavailable, KeyMissing, VaultTooNew, VaultDamaged, VaultBusy, ...; it can then
        be called again.
        The keyring may ask the user for as long as it likes, so never wait on the GUI thread.
        The queue does not read yet: call mayfly.queue.start().
        """
        lane = self._own_lane()
        tried = self._offered if passphrase is None else passphrase
        wished = passphrase is not None if unlocking is None else unlocking
        return lane.submit(lambda: self._open(lane, tried, unlocking=wished), urgent=True)

    def open_keyless(self) -> Future[Keyless]:
        """Open a vault that is there and leave it locked; what is due is destroyed.

        For deleting by id, which needs no key. Fails as unlock does, but for want of a key.
        """
        lane = self._own_lane()
        return lane.submit(lambda: self._open_keyless(lane), urgent=True)

    def recover(self, code: str, passphrase: str | None = None) -> Future[Mayfly]:
        """Put the share back into the keyring that a recovery code opens, and unlock with it.

        RecoveryCodeMistyped, RecoveryCodeWrong, KeyringUnavailable, and what unlock fails with.
        """
        lane = self._own_lane()
        tried = self._offered if passphrase is None else passphrase
        return lane.submit(lambda: self._recover(lane, code, tried), urgent=True)

    def lock(self) -> bool:
        """Lock the vault for every process without opening it; False when there is none.

        Blocks, as opening does. VaultError when the vault cannot be written.
        """
        paths = vault_paths(self._paths)
        if not self.vault_exists():
            return False
        with closing(open_without_key(paths)) as vault:
            begin_time(vault, self._clock)
            vault.lock.lock(self._clock.now())
        return True

    def verify_copy(self, copy: Path, passphrase: str | None = None) -> ChallengeReport:
        """Try every key there is on a copy of the vault; blocks for as long as reading it takes.

        The vault may be open elsewhere, not in this process. CopyUnreadable, PassphraseNeeded,
        PassphraseWrong, KeyringLocked, KeyringUnavailable; nothing is changed.
        """
        paths, tried = vault_paths(self._paths), self._offered if passphrase is None else passphrase
        key_home = needed_key(paths)
        if key_home in (KeyHome.PASSPHRASE, KeyHome.BOTH) and tried is None:
            raise PassphraseNeeded
        secrets = self._secrets(key_home, tried)
        return challenge(copy, Today(paths.database, paths.shard, secrets, tried))

    # --- destroying it whole ---------------------------------------------------------

    def panic(self) -> PanicReport:
        """Destroy the vault: its key at once, then every other process, file and secret of it.

        Needs no key, waits for no lock and no lane, works on a full disk, and can be called
        again. Any thread; blocks for some tenths of a second, at most three seconds while a
        keyring does not answer. What this process has open opens nothing any more: end it.
        Settings and the user's own language data stay; the log goes.
        """
        log = self._paths.log
        return self._destroy(
            end_processes=self._presence.end_others,
            others=(log, log.with_name(f"{log.name}.1")),
        )

    def start_fresh(self) -> PanicReport:
        """Destroy a vault that opens no more, as panic does, so that unlock makes a new one.

        The log stays: it may say why.
        """
        return self._destroy(end_processes=self._presence.end_others)

    def _finish_destroying(self) -> None:
        """Go on where a panic was interrupted: then there is no vault any more."""
        if is_begun(self._paths.shard):
            self._destroy(end_processes=lambda: 0)

    def _destroy(
        self, *, end_processes: Callable[[], int], others: tuple[Path, ...] = ()
    ) -> PanicReport:
        paths = vault_paths(self._paths)
        report = destroy(
            Doomed(
                paths.database,
                paths.shard,
                others=(paths.audit_anchor, paths.ledger, *others),
                forget_secrets=self._begin_forgetting,
                end_processes=end_processes,
            )
        )
        sweep_scratch(self._paths.scratch)
        shutil.rmtree(self._paths.tessdata, ignore_errors=True)
        return report

    def _begin_forgetting(self, names: Sequence[str]) -> Callable[[], KeyringFate]:
        """Remove the secrets beside: a locked keyring asks its user, who may never answer."""
        pinned = self.pinned()
        if pinned is None or not names:
            return lambda: KeyringFate.NONE
        removed = threading.Event()

        def remove() -> None:
            with suppress(VaultError):
                store = self._open_store(pinned)
                for name in names:
                    store.remove(name)
                removed.set()

        asking = threading.Thread(target=remove, name="keyring", daemon=True)
        asking.start()

        def wait() -> KeyringFate:
            asking.join(_KEYRING_PATIENCE_S)
            return KeyringFate.REMOVED if removed.is_set() else KeyringFate.NOT_REACHED

        return wait

    def close(self) -> None:
        """End what unlock began and did not hand over."""
        if self._lane is not None and not self._opened:
            self._lane.close()
            self._presence.leave()

    def _open(self, lane: Lane, passphrase: str | None, *, unlocking: bool) -> Mayfly:
        make_folders(self._paths)
        mark_folders(self._paths)
        sweep_scratch(self._paths.scratch)
        self._finish_destroying()
        # Before any key is in memory: from here on a panic of another process finds this one.
        self._presence.enter()
        paths = vault_paths(self._paths)
        if not unlocking and is_lock_wished(paths):
            with closing(open_without_key(paths)) as vault:
                assemble_keyless(self._adapters(vault, lane), on_closed=self._forget_open)
            raise VaultLocked
        secrets = self._secrets(needed_key(paths), passphrase)
        vault = open_vault(paths, KeyAccess(secrets, passphrase, self._find_secrets))
        try:
            if secrets is not None:
                self._pin(secrets.backend)
            mayfly = assemble(self._adapters(vault, lane), on_closed=self._forget_open)
            if unlocking:
                # Last: what was due is destroyed and paid for before any process may read.
                vault.lock.clear()
        except BaseException:
            vault.close()
            raise
        self._opened = True
        return mayfly

    def _recover(self, lane: Lane, code: str, passphrase: str | None) -> Mayfly:
        paths = vault_paths(self._paths)
        with closing(open_without_key(paths, self._find_secrets)) as vault:
            vault.key_changes.ask_recovery().put_back(code)
        return self._open(lane, passphrase, unlocking=True)

    def _open_keyless(self, lane: Lane) -> Keyless:
        self._finish_destroying()
        self._presence.enter()
        vault = open_without_key(vault_paths(self._paths))
        try:
            adapters = self._adapters(vault, lane)
            keyless = assemble_keyless(adapters, on_closed=self._forget_open)
        except BaseException:
            vault.close()
            raise
        self._opened = True
        return keyless

    def _secrets(self, key_home: KeyHome | None, passphrase: str | None) -> SecretStore | None:
        """Return the keyring where it is wanted; None where a passphrase is to do."""
        if key_home is KeyHome.PASSPHRASE or (key_home is None and passphrase is not None):
            return None
        try:
            return self._open_store(self.pinned() if key_home else None)
        except KeyringUnavailable:
            if key_home is not None:
                raise
            return None

    def _find_secrets(self) -> SecretStore:
        """Return the keyring for a vault that begins to need one; another one is then refused."""
        secrets = self._open_store(None)
        self._pin(secrets.backend)
        return secrets

    def open_secrets(self) -> SecretStore:
        """Return the keyring for what is kept in it beside the vault's share; may block.

        The one that holds the share, or, where none does, the one that is used from now on.
        """
        pinned = self.pinned()
        return self._find_secrets() if pinned is None else self._open_store(pinned)

    def pinned(self) -> str | None:
        """Return the name of the keyring that holds the vault's share, if one does."""
        return load_settings(self._paths.settings).settings.keyring_backend

    def _pin(self, backend: str) -> None:
        settings = load_settings(self._paths.settings).settings
        if settings.keyring_backend != backend:
            save_settings(self._paths.settings, replace(settings, keyring_backend=backend))

    def _forget_open(self) -> None:
        self._presence.leave()
        self._opened = False
        self._lane = None

    def _own_lane(self) -> ThreadLane:
        if self._opened:
            raise InternalError("the vault is open already")
        self._lane = self._lane or ThreadLane("vault")
        return self._lane
