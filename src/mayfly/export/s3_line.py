"""One connection to a storage server, over which one request goes at a time. HTTP/1.1 only.

Written because none of the usual clients keeps what is promised of time here: they give a whole
body only the time of connecting to be sent, and a server that sends a byte now and then any time.
"""

from __future__ import annotations

import http
import http.client
import io
import select
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

BLOCK = 1 << 18
"""Each goes in one call: between two calls another thread may have the interpreter."""

_MOST_AT_ONCE = 8 << 20
"""More than any headers, and any block cut into chunks of a byte, take on the way."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited.

    connect_s: for a connection, and again for TLS. answer_s: for the beginning of an answer,
    and for every 256 KiB that are sent or received: what still moves is not cut off. attempts:
    how often one call is tried.
    """

    connect_s: float = 5.0
    answer_s: float = 30.0
    attempts: int = 3


class Line:
    """A connection, for one thread at a time."""

    def __init__(self, sock: socket.socket, host: str, answer_s: float) -> None:
        self.sock = sock
        self.host = host
        self.was_used = False
        self._answer_s = answer_s
        self._deadline_s = 0.0
        self._room = 0
        self._cut_short = False
        self._has_ended = False
        # TLS 1.3 sends tickets unasked, so that there readable does not mean answered.
        self._tells_early = not isinstance(sock, ssl.SSLSocket)

    def ask(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> http.client.HTTPResponse:
        """Send a request; return the answer with its headers read.

        An OSError or http.client.HTTPException when that fails.
        """
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {headers[name]}" for name in headers)]
        if any("\r" in line or "\n" in line for line in lines):
            raise http.client.InvalidURL
        self.was_used = True
        self._send("\r\n".join([*lines, "", ""]).encode("latin-1"), body)
        self.wait_anew()
        response = http.client.HTTPResponse(cast(socket.socket, self), method=method)
        response.begin()
        if response.status < http.HTTPStatus.OK:
            # 103, say: http.client takes it for the answer, which is still to come.
            raise http.client.HTTPException
        if self._has_ended:
            # http.client takes an end among the headers for the end of the headers.
            raise http.client.RemoteDisconnected("among the headers")
        return response

    def wait_anew(self) -> None:
        """Give what is read next its own time, and room."""
        self._deadline_s = time.monotonic() + self._answer_s
        self._room = _MOST_AT_ONCE

    def makefile(self, *_args: object, **_words: object) -> io.BufferedReader:
        """Be the socket of an HTTPResponse."""
        return io.BufferedReader(_Incoming(self), BLOCK)

    def receive_into(self, buffer: memoryview) -> int:
        """Read what comes next; TimeoutError when the time for it is over.

        HTTPException for more than anybody asked for: http.client takes a chunk of the length
        -1 into memory as long as it goes on.
        """
        left_s = self._deadline_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self.sock.settimeout(left_s)
        count = self.sock.recv_into(buffer)
        self._has_ended = count == 0
        self._room -= count
        if self._room < 0:
            raise http.client.HTTPException
        return count

    def may_be_used_again(self, response: http.client.HTTPResponse) -> bool:
        """Tell whether the answer was read to its end and the server keeps the connection."""
        return response.isclosed() and not response.will_close and not self._cut_short

    def is_stale(self) -> bool:
        """Tell whether the server has closed it, or says what nobody asked."""
        if not _is_readable(self.sock):
            return False
        if self._tells_early:
            return True
        self.sock.settimeout(0)
        try:
            self.sock.recv(1)
        except ssl.SSLWantReadError:
            # Only tickets of TLS 1.3, which are read now.
            return False
        except OSError:
            return True
        return True

    def _send(self, head: bytes, body: bytes) -> None:
        self.sock.settimeout(self._answer_s)
        view = memoryview(body)
        self.sock.sendall(head + view[:BLOCK])
        for start in range(BLOCK, len(view), BLOCK):
            if self._tells_early and _is_readable(self.sock):
                # Refused before it was all sent; the rest would only break the connection.
                self._cut_short = True
                return
            try:
                self.sock.sendall(view[start : start + BLOCK])
            except (BrokenPipeError, ConnectionResetError):
                # The refusal may lie here already to be read.
                self._cut_short = True
                return


class _Incoming(io.RawIOBase):
    """What a line receives, as a file."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - as in io
        return self._line.receive_into(buffer)


def _is_readable(sock: socket.socket) -> bool:
    if hasattr(select, "poll"):
        look = select.poll()
        look.register(sock, select.POLLIN)
        return bool(look.poll(0))
    return bool(select.select([sock], [], [], 0)[0])
