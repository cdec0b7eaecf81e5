"""Asking the user when the clock jumped, and doing as they say."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future

from mayfly.domain.errors import VaultError
from mayfly.domain.events import JobsChanged, TimeDoubted
from mayfly.domain.jobs import Deletion
from mayfly.domain.ports import Lane
from mayfly.domain.timekeeping import Standing, TimeState
from mayfly.domain.vault_port import TimeMemory
from mayfly.services.bus import EventBus
from mayfly.services.timekeeper import Timekeeper

_log = logging.getLogger(__name__)


class Timekeeping:
    """Whether time is in doubt, and the two answers. Publishes TimeDoubted when that changes.

    While it is in doubt, what is past its end by the claimed time is hidden, nothing is taken
    in and no further document is read. Without an answer the claim is taken for true when the
    machine has run for 24 hours.
    """

    def __init__(
        self,
        keeper: Timekeeper,
        memory: TimeMemory,
        vault_lane: Lane,
        *,
        sweep: Callable[[], tuple[Deletion, ...]],
        bus: EventBus,
    ) -> None:
        """sweep destroys what is due; called on the vault lane."""
        self._keeper = keeper
        self._memory = memory
        self._lane = vault_lane
        self._sweep = sweep
        self._bus = bus
        self._told = False

    def state(self) -> Future[TimeState]:
        """Tell what time it is, and whether and by what it is in doubt."""
        return self._lane.submit(self._state, urgent=True)

    def confirm(self) -> Future[tuple[Deletion, ...]]:
        """Say that the claimed time is right, and destroy at once what is past its end by it.

        Without a doubt it only sweeps. VaultError when it cannot be written down.
        """
        return self._lane.submit(self._confirm, urgent=True)

    def refuse(self) -> Future[None]:
        """Say that the claimed time is wrong: time goes on from before, and all is shown again.

        Holds until the clock is put right, jumps further, or the machine is started anew.
        VaultError when it cannot be written down.
        """
        return self._lane.submit(lambda: self._tell(self._keeper.refuse(self._memory)), urgent=True)

    # --- on the vault lane -----------------------------------------------------------

    def look(self) -> None:
        """Compare the clocks, and what other processes know; before every sweep."""
        try:
            standing = self._keeper.keep(self._memory)
        except VaultError as error:
            # A full or read-only disk: this process knows the time all the same.
            _log.warning("the time cannot be remembered: %s", error.code)
            standing = self._keeper.stand()
        self._tell(standing)

    def _confirm(self) -> tuple[Deletion, ...]:
        self._tell(self._keeper.confirm(self._memory))
        return self._sweep()

    def _tell(self, standing: Standing) -> None:
        is_doubtful = standing.claimed is not None
        if is_doubtful is not self._told:
            self._told = is_doubtful
            if is_doubtful:
                _log.warning("the clock jumped far ahead: time is in doubt")
            else:
                _log.warning("time is in doubt no more")
            self._bus.publish(TimeDoubted(is_doubtful))
            self._bus.publish(JobsChanged())

    def _state(self) -> TimeState:
        self.look()
        standing = self._keeper.stand()
        hidden = 0
        if standing.claimed is not None:
            hidden = self._memory.toll(standing.now, standing.claimed).going
        return TimeState(
            now=standing.now,
            wall=self._keeper.wall(),
            claimed=standing.claimed,
            decided_in=standing.patience_left,
            hidden=hidden,
        )
