"""The machine's time. Nothing else in Mayfly asks for it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_OPAQUE_BYTES = 16
_LONGEST_RUN_S = 20 * 365 * 86_400.0
"""Twenty years without a restart."""


class SystemClock:
    """The Clock port on the machine's own clocks."""

    def __init__(self, count_boot_s: Callable[[], float] | None = None) -> None:
        """count_boot_s: the system's count of seconds since its start, for tests."""
        self._count_boot_s = count_boot_s or _count_boot_s
        self._is_sound = 0 <= self._count_boot_s() < _LONGEST_RUN_S
        self._boot_id = _find_boot_id() if self._is_sound else secrets.token_hex(_OPAQUE_BYTES)

    def now(self) -> datetime:
        """Return the wall clock, aware UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return seconds since some moment; on Linux they stand still while it sleeps."""
        return time.monotonic()

    def boot_s(self) -> float:
        """Return seconds since the machine was started, asleep or not.

        A count that no machine can have (libfaketime makes one) is not taken for it: what the
        vault remembers of the count before would then be half a century ago, and all of it due.
        """
        return self._count_boot_s() if self._is_sound else time.monotonic()

    def boot_id(self) -> str:
        """Return a word for this start; where the system has none, for this process."""
        return self._boot_id


def _count_boot_s() -> float:
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def _find_boot_id() -> str:
    """Return the start's id as a digest: what the vault keeps must not name the machine's own."""
    with suppress(OSError):
        found = _BOOT_ID.read_bytes().strip()
        if found:
            return blake2b(found, digest_size=_OPAQUE_BYTES, person=b"mayfly boot").hexdigest()
    return secrets.token_hex(_OPAQUE_BYTES)
