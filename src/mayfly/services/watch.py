"""Noticing what other processes of the same vault did, within a fraction of a second."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from mayfly.domain.errors import LaneClosed, UserError
from mayfly.domain.events import JobsChanged, QueuePaused, VaultGone
from mayfly.domain.ports import Lane
from mayfly.domain.vault_port import Vault
from mayfly.services.bus import EventBus

_log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.2


class Watch:
    """Asks the vault for its change number five times a second and publishes what is new."""

    def __init__(
        self,
        vault: Vault,
        vault_lane: Lane,
        *,
        bus: EventBus,
        follow_lock: Callable[[], None] = lambda: None,
        follow_time: Callable[[], None] = lambda: None,
        drop_keys: Callable[[], None] = lambda: None,
    ) -> None:
        """follow_lock and follow_time are called on the vault lane when something changed,
        drop_keys there when the vault was destroyed.
        """
        self._vault = vault
        self._lane = vault_lane
        self._bus = bus
        self._follow_lock = follow_lock
        self._follow_time = follow_time
        self._drop_keys = drop_keys
        self._gone = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._seq = -1
        self._paused: bool | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End; no error when it never started."""
        self._stopping.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()

    def look(self) -> None:
        """Look once; only on the vault lane."""
        if self._gone or self._vault.is_gone():
            self._tell_gone()
            return
        seq = self._vault.change_seq()
        if seq == self._seq:
            return
        # First: what is locked is locked before anybody asks for what changed.
        self._follow_lock()
        self._follow_time()
        paused = self._vault.is_paused()
        # Noted last: a look that fails half-way is made again.
        self._seq = seq
        if paused != self._paused:
            self._paused = paused
            self._bus.publish(QueuePaused(paused))
        self._bus.publish(JobsChanged())

    def _tell_gone(self) -> None:
        if not self._gone:
            self._gone = True
            self._drop_keys()
            self._bus.publish(VaultGone())

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_EVERY_S):
            try:
                self._lane.submit(self.look, urgent=True).result()
            except UserError as error:
                _log.warning("cannot look at the vault: %s", error.code)
            except LaneClosed:
                # Mayfly is ending.
                return
            except Exception:  # noqa: BLE001 - without it no lock of another process is followed
                _log.exception("a look at the vault failed; the watch goes on")
