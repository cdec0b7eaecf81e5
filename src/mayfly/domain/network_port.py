"""The seam to the guard of connections: who may reach what, and what was reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Connection:
    """Connections to one host since Mayfly was started, refused ones counted for themselves.

    host is the name that was asked for, or the bare address where there was no name; port 0
    stands for a name that was looked up and not connected to.
    """

    host: str
    port: int
    is_refused: bool
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class NetworkLook:
    """How the guard stands: hook: it hears of all of Python's sockets; kernel: the system itself
    refuses sockets to all threads but the network's own.
    """

    hook: bool
    kernel: bool


class Running(Protocol):
    """A thread that was started."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, or for so many seconds."""
        ...

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        ...


class Network(Protocol):
    """The one way out. Refused is whatever is not within reaching, on any thread."""

    def start_thread(self, run: Callable[[], None], name: str) -> Running:
        """Start a daemon thread that can make sockets at all; no other thread can."""
        ...

    def reaching(
        self, hosts: Sequence[str], port: int, *, only_private: bool
    ) -> AbstractContextManager[None]:
        """Within it this thread may look up these names and connect to them on this port.

        only_private: their addresses must be loopback or private ones (RFC 1918, 4193, link
        local). Anything else is refused as ever.
        """
        ...

    def connections(self) -> tuple[Connection, ...]:
        """Return what was connected to and what was refused since the start, latest first."""
        ...

    def listen(self, on_change: Callable[[], None]) -> Callable[[], None]:
        """Call back, on any thread, when connections would answer more; returns what ends it."""
        ...

    def look(self) -> NetworkLook:
        """Tell what holds connections back in this process."""
        ...
