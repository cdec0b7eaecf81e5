"""Carries botocore's signed requests to one server and brings the answers back.

botocore makes and signs the requests and reads the answers; every byte goes through here. So
proxies, certificates and addresses of the environment have no way in, a call has an end, and
closing ends it at once.
"""

from __future__ import annotations

import http.client
import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from mayfly.domain.ports import Clock
from mayfly.domain.storage_errors import AccessKeyWrong, ConnectionRefusedHere, StorageUnreachable
from mayfly.export.s3_errors import LineBroken
from mayfly.export.s3_line import BLOCK, Line
from mayfly.export.s3_pool import Pool

_MOST_TALK = 4 << 20
"""An answer that is no object and longer than this is nonsense."""
_OURS = {"User-Agent": "Mayfly", "Accept-Encoding": "identity"}
"""botocore's own name tells the system, its version and Python's."""
_NOT_SENT = frozenset({"user-agent", "expect", "host", "accept-encoding", "x-amzn-trace-id"})
"""None of them is signed."""


class Wire:
    """Sends requests. Calls come from several threads."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self.clock_off: timedelta | None = None
        """By how much the server's clock was ahead at its last answer."""
        self._pool = pool
        self._clock = clock

    def send(self, request: AWSPreparedRequest, **_context: object) -> AWSResponse:
        """Answer botocore's event “before-send”.

        LineBroken for what botocore may try again, a StorageError for what it may not.
        """
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        if host not in self._pool.server.hosts:
            # botocore follows what servers say of other regions; Mayfly does not.
            raise ConnectionRefusedHere
        headers = _headers(request, parts)
        if not "".join(headers.values()).isascii() or not "".join(headers.values()).isprintable():
            # The one thing in a request that nobody has checked is the key's id.
            raise AccessKeyWrong
        failed = False
        while True:
            is_used = False
            try:
                line = self._pool.take(host)
                is_used = line.was_used
                return self._ask(line, request, parts, headers)
            except (ConnectionError, http.client.BadStatusLine):
                # Most likely a kept connection that the server closed just now. A request says
                # what is to be, not what is to change, so sending it again does no harm.
                failed = not is_used
            except (OSError, http.client.HTTPException):
                failed = True
            if self._pool.is_closed:
                raise StorageUnreachable
            if failed:
                raise LineBroken

    def _ask(
        self,
        line: Line,
        request: AWSPreparedRequest,
        parts: SplitResult,
        headers: Mapping[str, str],
    ) -> AWSResponse:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        raw: _Whole | _Stream
        try:
            response = line.ask(request.method, target, headers, _body(request))
            self._look_at_clock(response)
            raw = _Stream(response, line, self._pool)
            if not (request.stream_output and response.status < 300):
                raw = _Whole(_without_entities(raw.read_all(_MOST_TALK)))
        except BaseException:
            self._pool.drop(line)
            raise
        return AWSResponse(request.url, response.status, response.headers, raw)

    def _look_at_clock(self, response: http.client.HTTPResponse) -> None:
        with suppress(TypeError, ValueError, OverflowError):
            date = parsedate_to_datetime(response.headers["Date"])
            self.clock_off = date.astimezone(UTC) - self._clock.now()


class _Whole(io.BytesIO):
    """A body that was read already, as botocore takes it."""

    def stream(self, **_words: object) -> Iterator[bytes]:
        yield self.getvalue()


class _Stream:
    """A body that is read as it is wanted. At its end the connection is kept for others."""

    def __init__(self, response: http.client.HTTPResponse, line: Line, pool: Pool) -> None:
        self._response = response
        self._line = line
        self._pool = pool
        self._is_over = False
        self._left = response.length

    def read(self, amt: int | None = None) -> bytes:
        """Return at most so much; LineBroken when the rest does not come."""
        if self._is_over:
            return b""
        block = self._read(BLOCK if amt is None else amt)
        if block is None:
            self.close()
            raise StorageUnreachable if self._pool.is_closed else LineBroken
        if not block or self._response.isclosed():
            self._end()
        return block

    def _read(self, most: int) -> bytes | None:
        """Return what comes next, or None when less comes than was promised."""
        self._line.wait_anew()
        try:
            block = self._response.read(most)
        except (OSError, ValueError, http.client.HTTPException):
            return None
        if self._left is not None:
            # http.client says nothing of a body that ends too early.
            if len(block) < min(most, self._left):
                return None
            self._left -= len(block)
        return block

    def read_all(self, most: int) -> bytes:
        """Return the whole body."""
        blocks = []
        while block := self.read():
            blocks.append(block)
            most -= len(block)
            if most < 0:
                self.close()
                raise LineBroken
        return b"".join(blocks)

    def stream(self, amt: int = BLOCK, **_words: object) -> Iterator[bytes]:
        """Yield the body in blocks."""
        while block := self.read(amt):
            yield block

    def close(self) -> None:
        """Close the connection, too, when the body was not read to its end."""
        if not self._is_over:
            self._is_over = True
            self._pool.drop(self._line)

    def _end(self) -> None:
        self._is_over = True
        if self._line.may_be_used_again(self._response):
            self._pool.keep(self._line)
        else:
            self._pool.drop(self._line)


def _without_entities(body: bytes) -> bytes:
    """Return the body, or nothing in place of one that would grow as it is read as XML.

    expat lets it grow a hundredfold. NUL: in UTF-16 each sign has one.
    """
    return b"" if b"<!ENTITY" in body.replace(b"\0", b"") else body


def _headers(request: AWSPreparedRequest, parts: SplitResult) -> dict[str, str]:
    """Return what is sent: what is signed, and the host as it was signed."""
    default = 443 if parts.scheme == "https" else 80
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, default} else f":{parts.port}"
    signed = {
        name: value.decode("latin-1") if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
        if name.lower() not in _NOT_SENT
    }
    return {"Host": host + port, **_OURS, **signed}


def _body(request: AWSPreparedRequest) -> bytes:
    body: Any = request.body
    if hasattr(body, "read"):
        return bytes(body.read())
    return bytes(body or b"") if not isinstance(body, bytes) else body
