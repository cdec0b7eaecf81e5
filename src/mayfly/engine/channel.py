"""Frames over a pair of pipes: JSON header and raw bytes, never pickle.

Both ends use it. The main process reads with deadlines and hard caps, because what comes
from a worker is not trusted: a document may have taken it over.
"""

from __future__ import annotations

import json
import os
import select
import struct
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

_LENGTHS = struct.Struct(">II")
_MOST_HEADER_BYTES = 1 << 16
_READ_BYTES = 1 << 20

CHUNK_BYTES = 1 << 20
"""Documents and composed files cross in pieces of at most this many bytes."""

MOST_BODY_BYTES = 128 << 20
"""200,000 words of 100 bytes each, a page image, and room for both to be unusual."""


class ChannelClosed(Exception):
    """The other end is gone."""


class ChannelTimedOut(Exception):
    """The other end did not answer, or did not read, in time."""


class ChannelGarbled(Exception):
    """What came is not a frame of this protocol."""


class Frame(NamedTuple):
    """One message: a flat JSON object and the bytes that belong to it."""

    header: dict[str, Any]
    body: bytes

    @property
    def kind(self) -> str:
        """Name of the message; ChannelGarbled when there is none."""
        return self.text("kind")

    def text(self, key: str) -> str:
        """Return a string of the header; ChannelGarbled when it is none."""
        value = self.header.get(key)
        if not isinstance(value, str):
            raise ChannelGarbled
        return value

    def number(self, key: str, *, most: int) -> int:
        """Return an integer from 0 to most; ChannelGarbled when it is none."""
        value = self.header.get(key)
        if type(value) is not int or not 0 <= value <= most:
            raise ChannelGarbled
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; ChannelGarbled when it is none."""
        value = self.header.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ChannelGarbled
        return tuple(value)


class Channel:
    """One end of the two pipes. Owns neither thread nor process; close() closes both ends.

    An end that passes deadlines must have made its pipes non-blocking.
    """

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._is_open = True

    def send(
        self,
        header: Mapping[str, object],
        body: bytes | memoryview = b"",
        *,
        deadline: float | None = None,
    ) -> None:
        """Write one frame; deadline is a moment of time.monotonic().

        Raises ChannelClosed or ChannelTimedOut.
        """
        head = json.dumps(header, separators=(",", ":")).encode()
        self._write(_LENGTHS.pack(len(head), len(body)) + head, deadline)
        if len(body):
            self._write(body, deadline)

    def receive(self, *, deadline: float | None = None, most_body: int = MOST_BODY_BYTES) -> Frame:
        """Read one frame; raises ChannelClosed, ChannelTimedOut or ChannelGarbled."""
        head_bytes, body_bytes = _LENGTHS.unpack(self._read(_LENGTHS.size, deadline))
        if head_bytes > _MOST_HEADER_BYTES or body_bytes > most_body:
            raise ChannelGarbled
        try:
            header = json.loads(self._read(head_bytes, deadline))
        except (ValueError, RecursionError) as error:
            raise ChannelGarbled from error
        if not isinstance(header, dict):
            raise ChannelGarbled
        return Frame(header, bytes(self._read(body_bytes, deadline)))

    def close(self) -> None:
        """Close both ends; no error when they are closed."""
        if self._is_open:
            self._is_open = False
            os.close(self._read_fd)
            os.close(self._write_fd)

    def _write(self, data: bytes | memoryview, deadline: float | None) -> None:
        rest = memoryview(data)
        while rest:
            self._wait(self._write_fd, select.POLLOUT, deadline)
            try:
                rest = rest[os.write(self._write_fd, rest) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise ChannelClosed from error

    def _read(self, size: int, deadline: float | None) -> bytearray:
        data = bytearray()
        while len(data) < size:
            self._wait(self._read_fd, select.POLLIN, deadline)
            try:
                piece = os.read(self._read_fd, min(size - len(data), _READ_BYTES))
            except OSError as error:
                raise ChannelClosed from error
            if not piece:
                raise ChannelClosed
            data += piece
        return data

    def _wait(self, fd: int, event: int, deadline: float | None) -> None:
        if not self._is_open:
            raise ChannelClosed
        if deadline is None:
            return
        poll = select.poll()
        poll.register(fd, event)
        left_ms = max(0.0, deadline - time.monotonic()) * 1000
        if not poll.poll(left_ms):
            raise ChannelTimedOut
