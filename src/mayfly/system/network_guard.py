"""Refuses every connection but those to what the user registered, and counts them all.

Two layers. A hook hears of every socket that Python code uses and refuses what is not within
reaching. On Linux the kernel refuses sockets to all threads but the network's own, so that
libraries without Python (Qt, say) are held back, too.
"""

from __future__ import annotations

import ipaddress
import os
import queue
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from mayfly.domain.network_port import Connection, NetworkLook
from mayfly.domain.ports import Clock
from mayfly.system.socket_filter import can_filter, refuse_sockets

_AT_HOME = getattr(socket, "AF_UNIX", None)
_INTERNET = frozenset({socket.AF_INET, socket.AF_INET6})
_LOOKUPS = frozenset({"socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})
_SENDS = frozenset({"socket.sendto", "socket.sendmsg"})
_ADDRESSED = _SENDS | {"socket.connect", "socket.bind"}
_PROBE = ("::1", 0)
"""What urllib3 binds to as it is imported, to see whether there is IPv6."""
_MOST_KEPT = 1_000

_Lookup = Callable[..., list[tuple[Any, ...]]]
_Wanted = tuple[Callable[[], None], str, "queue.SimpleQueue[threading.Thread]"]


class ConnectionRefused(PermissionError):
    """The guard's refusal, as the libraries that connect know errors."""


@dataclass(slots=True)
class _Reach:
    """What a thread may reach now, and the addresses that its names turned out to have."""

    hosts: frozenset[str]
    port: int
    only_private: bool
    names: dict[str, str] = field(default_factory=dict)
    """Addresses by what they are called."""
    is_looking_up: bool = False


class NetworkGuard:
    """One for a process; install cannot be taken back. Before it nothing is refused or counted."""

    def __init__(self, clock: Clock, environment: Mapping[str, str] = os.environ) -> None:
        self._clock = clock
        self._environment = environment
        self._here = threading.local()
        self._counts: dict[tuple[str, int, bool], Connection] = {}
        self._gate = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._wanted: queue.SimpleQueue[_Wanted] = queue.SimpleQueue()
        self._look = NetworkLook(hook=False, kernel=False)
        self._lookup: _Lookup = socket.getaddrinfo

    # --- at start --------------------------------------------------------------------

    def install(self) -> None:
        """Guard this process from here on. Once, on the main thread, before any other begins."""
        # Begun before the filter, it and the threads that it starts have none.
        threading.Thread(target=self._start_wanted, name="network-root", daemon=True).start()
        kernel = False
        if can_filter() and not needs_network_at_home(self._environment):
            with suppress(OSError):
                refuse_sockets()
                kernel = True
        self._lookup = socket.getaddrinfo
        socket.getaddrinfo = self._look_up
        sys.addaudithook(self._hear)
        self._look = NetworkLook(hook=True, kernel=kernel)

    def look(self) -> NetworkLook:
        """Tell what holds connections back in this process."""
        return self._look

    # --- for the network's threads ---------------------------------------------------

    def start_thread(self, run: Callable[[], None], name: str) -> threading.Thread:
        """Start a daemon thread that can make sockets at all; no other thread can."""
        started: queue.SimpleQueue[threading.Thread] = queue.SimpleQueue()
        wanted = (run, name, started)
        if self._look.kernel:
            self._wanted.put(wanted)
        else:
            _start(*wanted)
        return started.get()

    @contextmanager
    def reaching(self, hosts: Sequence[str], port: int, *, only_private: bool) -> Iterator[None]:
        """Let this thread look up these names and connect to them on this port."""
        before = getattr(self._here, "reach", None)
        known = frozenset(_plain(host) for host in hosts)
        self._here.reach = _Reach(known, port, only_private)
        try:
            yield
        finally:
            self._here.reach = before

    # --- what was reached ------------------------------------------------------------

    def connections(self) -> tuple[Connection, ...]:
        """Return what was connected to and what was refused since the start, latest first."""
        with self._gate:
            found = list(self._counts.values())
        return tuple(sorted(found, key=lambda one: one.last_at, reverse=True))

    def listen(self, on_change: Callable[[], None]) -> Callable[[], None]:
        """Call back, on any thread, when connections would answer more; returns what ends it."""
        with self._gate:
            self._listeners = [*self._listeners, on_change]

        def end() -> None:
            with self._gate:
                self._listeners = [one for one in self._listeners if one is not on_change]

        return end

    # --- the hook --------------------------------------------------------------------

    def _hear(self, event: str, values: tuple[Any, ...]) -> None:
        if not event.startswith("socket."):
            return
        if event in _LOOKUPS:
            raise self._refuse(_text(values[0]), 0)
        if event == "socket.getaddrinfo":
            reach = self._reach()
            if reach is None or not reach.is_looking_up:
                raise self._refuse(_text(values[0]), 0)
        elif event in _ADDRESSED and values[0].family != _AT_HOME:
            self._judge(event, values[0].family, values[1])

    def _judge(self, event: str, family: int, address: Any) -> None:  # noqa: ANN401 - of any family
        if event in _SENDS and address is None:
            # Over what is connected already.
            return
        if family not in _INTERNET:
            raise self._refuse(f"address family {family}", 0)
        host, port = _text(address[0]), int(address[1])
        reach = self._reach()
        if event == "socket.bind" and reach is not None and (host, port) == _PROBE:
            return
        name = None if reach is None or event != "socket.connect" else reach.names.get(host)
        if reach is None or name is None or port != reach.port:
            raise self._refuse(host, port)
        self._count(name, port, is_refused=False)

    def _look_up(self, host: Any, *values: Any, **named: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """Stand in for socket.getaddrinfo, to know which addresses a name has."""
        reach, name = self._reach(), _plain(_text(host))
        if reach is None or name not in reach.hosts:
            raise self._refuse(name, 0)
        reach.is_looking_up = True
        try:
            found = self._lookup(host, *values, **named)
        finally:
            reach.is_looking_up = False
        if reach.only_private:
            found = [one for one in found if _is_private(one[4][0])]
            if not found:
                raise self._refuse(name, reach.port)
        reach.names.update((one[4][0], name) for one in found)
        return found

    def _reach(self) -> _Reach | None:
        return getattr(self._here, "reach", None)

    def _refuse(self, host: str, port: int) -> ConnectionRefused:
        self._count(host, port, is_refused=True)
        # Without the host: an error may be logged.
        return ConnectionRefused("Mayfly refused a connection that nobody registered")

    def _count(self, host: str, port: int, *, is_refused: bool) -> None:
        key, now = (host, port, is_refused), self._clock.now()
        with self._gate:
            known = self._counts.get(key)
            if known is None and len(self._counts) >= _MOST_KEPT:
                return
            first = Connection(host, port, is_refused, 1, now)
            more = first if known is None else replace(known, count=known.count + 1, last_at=now)
            self._counts[key] = more
            listeners = self._listeners
        for tell in listeners:
            # A window that is just being taken down must not look like a refusal to connect.
            with suppress(Exception):
                tell()

    def _start_wanted(self) -> None:
        while True:
            _start(*self._wanted.get())


def _start(
    run: Callable[[], None], name: str, started: queue.SimpleQueue[threading.Thread]
) -> None:
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    started.put(thread)


def needs_network_at_home(environment: Mapping[str, str]) -> bool:
    """Tell whether the display or the session bus is reached over the network (ssh -X, say)."""
    display = environment.get("DISPLAY", "")
    host = display.rpartition(":")[0]
    is_remote = bool(host) and not host.startswith(("/", "unix"))
    return is_remote or "tcp:" in environment.get("DBUS_SESSION_BUS_ADDRESS", "")


def _is_private(address: str) -> bool:
    with suppress(ValueError):
        known = ipaddress.ip_address(address.partition("%")[0])
        known = getattr(known, "ipv4_mapped", None) or known
        return known.is_private and not known.is_unspecified
    return False


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _text(host: Any) -> str:  # noqa: ANN401 - bytes, text or a tuple, as Python's sockets take it
    if isinstance(host, bytes):
        return host.decode(errors="replace")
    return str(host[0] if isinstance(host, tuple) and host else host)
