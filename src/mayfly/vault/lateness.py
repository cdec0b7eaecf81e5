"""How late a deletion was, and why as far as one process can know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mayfly.domain.jobs import Retained
from mayfly.domain.states import DeleteReason
from mayfly.vault.moments import micros_of
from mayfly.vault.purging import Going

ON_TIME_S = 90
"""Sweeps come every minute, and the vault lane may have something in hand."""

_ASKED_FOR = frozenset({DeleteReason.USER, DeleteReason.EVERYTHING})
_MICROS = 1_000_000


class Pulse:
    """Knows when this process last looked for what is due."""

    def __init__(self) -> None:
        self._before: int | None = None
        self._last: int | None = None
        self._doubted: int | None = None
        self._doubted_before: int | None = None
        self._moved: dict[bytes, int] = {}

    def beat(self, now: datetime, *, doubtful: bool = False) -> None:
        """Note a look for what is due, and whether time was in doubt then."""
        self._before, self._last = self._last, micros_of(now)
        self._doubted_before = self._doubted
        if not doubtful:
            self._doubted = None
        elif self._doubted is None:
            self._doubted = self._last

    def note_moved(self, answers: Sequence[Retained], now: datetime) -> None:
        """Note ends that were moved into the past: what goes for that is due from now on."""
        for one in answers:
            ends = (one.source_delete_at, one.result_delete_at)
            if any(end is not None and end <= now for end in ends):
                self._moved[bytes.fromhex(one.job_id)] = micros_of(now)

    def lateness(self, going: Going, reason: DeleteReason, now: datetime) -> dict[str, str | int]:
        """Return late_s and late_why when its parts go well after their end; nothing otherwise.

        What a user asked for is late only when it was marked and a crash came in between.
        """
        if reason in _ASKED_FOR:
            due = going.row.purging_at
        else:
            due = min((going.row.end_of(part) for part in going.parts), default=None)
        if due is None:
            return {}
        due = max(due, self._moved.get(going.row.id, due))
        late_s = (micros_of(now) - due) // _MICROS
        if late_s <= ON_TIME_S:
            return {}
        why = self._why(due)
        return {"late_s": late_s, **({"late_why": why} if why else {})}

    def _why(self, due: int) -> str | None:
        if self._last is None:
            return None
        if self._doubted_before is not None and due >= self._doubted_before:
            # Past its end by the claimed time only, and nobody had said so yet.
            return "doubted"
        if self._before is None:
            return "not_running"
        # It was looked for and found due, and could not be destroyed then; or nobody looked
        # although this process lived: the machine slept, or its clock was put forward.
        return "busy" if self._before >= due else "asleep"
