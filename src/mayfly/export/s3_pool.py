"""Connections to one server and to no other, kept for the next request; all can be cut at once."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from mayfly.domain.destinations import Addressing, Place
from mayfly.domain.places import is_near_address
from mayfly.domain.storage_errors import (
    CertificateRefused,
    ConnectionRefusedHere,
    InsecureEndpoint,
    NoTlsThere,
    StorageError,
    StorageUnreachable,
)
from mayfly.export.s3_line import Line, Patience
from mayfly.export.s3_trust import trust

_SEND_BUFFER = 256 << 10
_ANSWERS_IN_PLAIN = frozenset({"WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG"})
"""How OpenSSL calls an answer that is no TLS; which one depends on its version."""


class Reaching(Protocol):
    """What the guard of connections has for this module (domain/network_port)."""

    def reaching(
        self, hosts: Sequence[str], port: int, *, only_private: bool
    ) -> AbstractContextManager[None]:
        """Within it this thread may look up these names and connect to them on this port."""
        ...


class Unguarded:
    """Where no guard is installed: allows what is allowed anyway."""

    def reaching(
        self, hosts: Sequence[str], port: int, *, only_private: bool
    ) -> AbstractContextManager[None]:
        """Do nothing."""
        del hosts, port, only_private
        return nullcontext()


@dataclass(frozen=True, slots=True)
class Server:
    """Where requests may go. The first of its hosts is the one that has the bucket."""

    hosts: tuple[str, ...]
    port: int
    has_tls: bool


def server_of(place: Place) -> Server:
    """Return where requests for this place may go."""
    parts = urlsplit(place.endpoint)
    has_tls = not place.is_insecure
    host = parts.hostname or ""
    virtual = (f"{place.bucket}.{host}",) if place.addressing is Addressing.VIRTUAL else ()
    return Server((*virtual, host), parts.port or (443 if has_tls else 80), has_tls)


class Pool:
    """Opens and keeps connections for several threads.

    Opening raises StorageErrors for what will not pass (a certificate, a public address without
    TLS, the guard) and OSErrors for what may.
    """

    def __init__(self, place: Place, patience: Patience, network: Reaching) -> None:
        self.server = server_of(place)
        self._patience = patience
        self._network = network
        self._ca_file = place.ca_file
        self._context: ssl.SSLContext | None = None
        self._lock = threading.Lock()
        self._idle: list[Line] = []
        self._sockets: set[socket.socket] = set()
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether close was called."""
        return self._is_closed

    def take(self, host: str) -> Line:
        """Return a connection that nobody else uses, a kept one if there is one."""
        while (line := self._next_idle()) is not None:
            if line.host == host and not line.is_stale():
                return line
            self.drop(line)
        return self.shake_hands(self.connect(host), host)

    def keep(self, line: Line) -> None:
        """Keep a connection for whoever needs one next."""
        with self._lock:
            if not self._is_closed:
                self._idle.append(line)
                return
        self.drop(line)

    def drop(self, line: Line) -> None:
        """Close a connection."""
        self._forget(line.sock)

    def reaching(self) -> AbstractContextManager[None]:
        """Within it the guard lets this thread reach the server."""
        server = self.server
        return self._network.reaching(server.hosts, server.port, only_private=not server.has_tls)

    def connect(self, host: str) -> socket.socket:
        """Return a connection on which nothing was said yet."""
        until_s = time.monotonic() + self._patience.connect_s
        failure: Exception = OSError()
        try:
            with self.reaching():
                for family, address in self._addresses(host):
                    left_s = until_s - time.monotonic()
                    if left_s <= 0:
                        raise TimeoutError
                    try:
                        return self._connected(family, address, left_s)
                    except PermissionError:
                        raise
                    except OSError as error:
                        failure = error
        except PermissionError as error:
            # The guard's own carry no number; the system's, such as a firewall's, do.
            failure = error if error.errno else self._refusal()
        raise failure

    def shake_hands(self, sock: socket.socket, host: str) -> Line:
        """Do TLS over the connection, where the server has it."""
        if not self.server.has_tls:
            return Line(sock, host, self._patience.answer_s)
        refused: StorageError | None = None
        try:
            sock.settimeout(self._patience.connect_s)
            wrapped = self._tls().wrap_socket(
                sock, server_hostname=host, do_handshake_on_connect=False
            )
            self._exchange(sock, wrapped)
            sock = wrapped
            wrapped.do_handshake()
        except ssl.SSLCertVerificationError:
            refused = CertificateRefused()
        except ssl.SSLError as error:
            if error.reason not in _ANSWERS_IN_PLAIN:
                self._forget(sock)
                raise
            refused = NoTlsThere()
        except BaseException:
            self._forget(sock)
            raise
        if refused is not None:
            self._forget(sock)
            raise refused
        return Line(wrapped, host, self._patience.answer_s)

    def close(self) -> None:
        """Close every connection; whoever waits for an answer fails at once, and all later."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
            for sock in self._sockets:
                with suppress(OSError):
                    # Not SSLSocket's own: after it another thread would write in plain.
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for line in idle:
            self.drop(line)

    # --- parts ---------------------------------------------------------------------------

    def _refusal(self) -> StorageError:
        """Say why the guard refuses a name that it was told of."""
        # Without TLS it gives out private addresses only.
        return ConnectionRefusedHere() if self.server.has_tls else InsecureEndpoint()

    def _addresses(self, host: str) -> list[tuple[int, Any]]:
        found = socket.getaddrinfo(host, self.server.port, type=socket.SOCK_STREAM)
        return [(family, address) for family, _kind, _protocol, _name, address in found]

    def _connected(self, family: int, address: Any, timeout_s: float) -> socket.socket:  # noqa: ANN401
        if not self.server.has_tls and not is_near_address(address[0]):
            raise InsecureEndpoint
        sock = socket.socket(family, socket.SOCK_STREAM)
        self._exchange(None, sock)
        try:
            sock.settimeout(timeout_s)
            # What the system holds for sending counts as sent: little, so that the time for an
            # answer does not begin long before the server has the whole of it.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            self._forget(sock)
            raise
        return sock

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = trust(self._ca_file)
        return self._context

    def _next_idle(self) -> Line | None:
        with self._lock:
            if self._is_closed:
                raise StorageUnreachable
            return self._idle.pop() if self._idle else None

    def _exchange(self, old: socket.socket | None, new: socket.socket) -> None:
        """Note the socket, so that close can cut it; TLS makes a new one of the old."""
        with self._lock:
            if old is not None:
                self._sockets.discard(old)
            self._sockets.add(new)
            is_late = self._is_closed
        if is_late:
            self._forget(new)
            raise StorageUnreachable

    def _forget(self, sock: socket.socket) -> None:
        with self._lock:
            self._sockets.discard(sock)
        sock.close()
