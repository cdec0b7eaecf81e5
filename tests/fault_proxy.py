"""A proxy between a client and an S3 server that does harm: cuts, stalls, lies, answers itself.

Requests go through as they are, so that signatures hold. What is to go wrong is said per method
and number of times; everything else goes through unharmed.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_QUIET_S = 20.0


@dataclass
class Exchange:
    """One request on its way, as a fault finds it."""

    method: str
    target: str
    head: bytes
    body: bytes
    client: socket.socket
    proxy: FaultProxy

    def forward(self) -> tuple[bytes, bytes]:
        """Have the server answer; return the answer's head and body."""
        with socket.create_connection(self.proxy.target, timeout=_QUIET_S) as server:
            server.sendall(_closing(self.head) + self.body)
            return _read_answer(server, self.method)


Fault = Callable[[Exchange], None]
"""Answers the client, or does not; the connection is closed afterwards."""


@dataclass
class _Rule:
    method: str
    fault: Fault
    times: int
    skip: int
    within: str


class FaultProxy:
    """Listens on a port of its own. Every connection carries one request."""

    def __init__(self, port: int) -> None:
        self.target = ("127.0.0.1", port)
        self.seen: list[str] = []
        """The methods of all requests, in order."""
        self.heads: list[bytes] = []
        """Their heads."""
        self.done = threading.Event()
        """Set at the end: lets stalled exchanges go."""
        self._rules: list[_Rule] = []
        self._gate = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._threads: list[threading.Thread] = []
        self._begin(self._listen)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def harm(
        self, method: str, fault: Fault, *, times: int = 1_000, skip: int = 0, within: str = ""
    ) -> None:
        """Have the fault meet so many requests of a method, after some that are left alone."""
        with self._gate:
            self._rules.append(_Rule(method, fault, times, skip, within))

    def heal(self) -> None:
        """Let everything through from here."""
        with self._gate:
            self._rules.clear()

    def close(self) -> None:
        self.done.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(_QUIET_S)

    def _listen(self) -> None:
        while not self.done.is_set():
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self._begin(lambda client=client: self._serve(client))

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, ValueError):
            client.settimeout(_QUIET_S)
            head, rest = _read_head(client)
            method, target = head.decode("latin-1").split(" ")[:2]
            self.heads.append(head)
            fault = self._fault_for(method, target)
            body = rest if fault in _BEFORE_BODY else _read_body(client, head, rest)
            fault(Exchange(method, target, head, body, client, self))

    def _fault_for(self, method: str, target: str) -> Fault:
        with self._gate:
            self.seen.append(method)
            for rule in self._rules:
                if rule.method not in {method, "*"} or rule.within not in target:
                    continue
                if rule.skip:
                    rule.skip -= 1
                elif rule.times:
                    rule.times -= 1
                    return rule.fault
        return let_through


@contextmanager
def fault_proxy(port: int) -> Iterator[FaultProxy]:
    """Stand in front of the server on this port until the end of the block."""
    proxy = FaultProxy(port)
    try:
        yield proxy
    finally:
        proxy.close()


# --- faults ------------------------------------------------------------------------------------


def let_through(exchange: Exchange) -> None:
    """Do no harm."""
    head, body = exchange.forward()
    exchange.client.sendall(_closing(head) + body)


def cut_request(exchange: Exchange) -> None:
    """Cut the connection before the body is there; the server hears of nothing."""
    del exchange


def refuse_early(exchange: Exchange) -> None:
    """Refuse on sight of the headers, and close without reading the body."""
    answer(403, "AccessDenied")(exchange)


def read_slowly(exchange: Exchange) -> None:
    """Take the body bit by bit, never stopping for long; then do no harm."""
    blocks = [exchange.body]
    exchange.client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
    missing = _body_length(exchange.head) - len(exchange.body)
    while missing > 0:
        block = exchange.client.recv(min(missing, 65_536))
        if not block or exchange.proxy.done.wait(0.015):
            return
        blocks.append(block)
        missing -= len(block)
    exchange.body = b"".join(blocks)
    let_through(exchange)


_BEFORE_BODY = (cut_request, refuse_early, read_slowly)
"""Faults that are given what came of the body with the headers."""


def cut_before_answer(exchange: Exchange) -> None:
    """Have the server do it, and cut the connection before a word of the answer."""
    exchange.forward()


def cut_answer(exchange: Exchange, *, after: int = 20) -> None:
    """Cut in the middle of the answer's headers."""
    head, _body = exchange.forward()
    exchange.client.sendall(head[:after])


def truncate(exchange: Exchange) -> None:
    """Promise the whole body and send half of it."""
    head, body = exchange.forward()
    exchange.client.sendall(head + body[: len(body) // 2])


def stall(exchange: Exchange) -> None:
    """Have the server do it, and say nothing as long as the test lasts."""
    exchange.forward()
    exchange.proxy.done.wait(_QUIET_S)


def drip(exchange: Exchange) -> None:
    """Answer one byte at a time, forever too slowly, but never silent for long."""
    head, body = exchange.forward()
    for byte in head + body:
        exchange.client.sendall(bytes([byte]))
        if exchange.proxy.done.wait(0.1):
            return


def alter(exchange: Exchange) -> None:
    """Change a bit of the answer's body."""
    head, body = exchange.forward()
    exchange.client.sendall(_closing(head) + bytes([body[0] ^ 1]) + body[1:] if body else head)


def without_checksum(exchange: Exchange) -> None:
    """Answer as a server that keeps no checksums."""
    head, body = exchange.forward()
    head = re.sub(rb"(?i)x-amz-checksum-sha256: [^\r]*\r\n", b"", head)
    exchange.client.sendall(_closing(head) + body)


def other_date(date: str) -> Fault:
    """Have the server's clock say something else."""

    def fault(exchange: Exchange) -> None:
        head, body = exchange.forward()
        head = re.sub(rb"(?i)\r\ndate: [^\r]*", b"\r\nDate: " + date.encode(), head)
        exchange.client.sendall(_closing(head) + body)

    return fault


def answer(status: int, code: str, extra: str = "", headers: str = "") -> Fault:
    """Answer for the server, which hears of nothing."""

    def fault(exchange: Exchange) -> None:
        body = f"<Error><Code>{code}</Code><Message>no</Message>{extra}</Error>".encode()
        body = b"" if exchange.method == "HEAD" else body
        head = (
            f"HTTP/1.1 {status} No\r\nContent-Type: application/xml\r\n{headers}"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        exchange.client.sendall(head.encode() + body)

    return fault


def accept(exchange: Exchange) -> None:
    """Say that it is done, and have the server hear of nothing."""
    exchange.client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def hide_missing(exchange: Exchange) -> None:
    """Say of what is not there that it is forbidden, as Amazon does to keys that may not list."""
    head, body = exchange.forward()
    if b" 404 " in head.split(b"\r\n")[0]:
        answer(403, "AccessDenied")(exchange)
    else:
        exchange.client.sendall(_closing(head) + body)


# --- HTTP --------------------------------------------------------------------------------------


def _read_head(stream: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        block = stream.recv(65_536)
        if not block:
            raise ValueError("ended before its headers did")
        data += block
    head, rest = data.split(b"\r\n\r\n", 1)
    return head + b"\r\n\r\n", rest


def _read_body(stream: socket.socket, head: bytes, rest: bytes) -> bytes:
    blocks, missing = [rest], _body_length(head) - len(rest)
    while missing > 0:
        block = stream.recv(min(missing, 65_536))
        if not block:
            raise ValueError("ended before its body did")
        blocks.append(block)
        missing -= len(block)
    return b"".join(blocks)


def _body_length(head: bytes) -> int:
    found = re.search(rb"(?i)content-length: (\d+)", head)
    return int(found[1]) if found else 0


def _read_answer(server: socket.socket, method: str) -> tuple[bytes, bytes]:
    """Return head and body of an answer on a connection that ends with it."""
    head, rest = _read_head(server)
    while head.startswith(b"HTTP/1.1 100"):
        head, rest = _read_head(server)
    if method == "HEAD":
        return head, b""
    if b"content-length" in head.lower():
        return head, _read_body(server, head, rest)
    blocks = [rest]
    while block := server.recv(65_536):
        blocks.append(block)
    return head, b"".join(blocks)


def _closing(head: bytes) -> bytes:
    """Return a head that says that its connection ends with the message."""
    head = re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", head)
    return head[:-2] + b"Connection: close\r\n\r\n"
