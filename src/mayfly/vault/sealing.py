"""Seals streams of bytes in chunks, so that none can be altered, swapped, dropped or cut.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015; the age format uses it):
every stream has a key of its own, every chunk a nonce that holds its number and whether it is
the last one. What the stream belongs to goes into its key and into each chunk's associated
data. Pure: bytes in, bytes out.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mayfly.domain.errors import VaultDamaged
from mayfly.domain.jobs import Part
from mayfly.vault.wrapping import KEY_BYTES, unwrap, wrap

CHUNK_BYTES = 1 << 20
SALT_BYTES = 16
TAG_BYTES = 16
_FORMAT = b"\x01"
_COUNTER_BYTES = 11


class Kind(IntEnum):
    """What a stream holds; the number is part of the format."""

    DOCUMENT = 1
    SOURCE_NAME = 2
    OPTIONS = 3
    PASSWORD = 4
    PAGE_IMAGE = 5
    RESULT_NAME = 6
    PAGE_WORDS = 7
    TARGET = 8
    IMAGE_DATA = 9
    IMAGE_LIST = 10


PART_OF: dict[Kind, Part] = {
    Kind.DOCUMENT: Part.SOURCE,
    Kind.SOURCE_NAME: Part.SOURCE,
    Kind.OPTIONS: Part.SOURCE,
    Kind.PASSWORD: Part.SOURCE,
    Kind.PAGE_IMAGE: Part.SOURCE,
    Kind.RESULT_NAME: Part.RESULT,
    Kind.PAGE_WORDS: Part.RESULT,
    Kind.TARGET: Part.RESULT,
    Kind.IMAGE_DATA: Part.SOURCE,
    Kind.IMAGE_LIST: Part.SOURCE,
}
"""Which of a job's two data keys seals the stream, and so which deadline destroys it."""


@dataclass(frozen=True, slots=True)
class StreamId:
    """What a stream belongs to; page is 0 for the whole document.

    For a picture found on a page it is its place (images.place_of).
    """

    job_id: bytes
    kind: Kind
    page: int = 0

    @property
    def bound(self) -> bytes:
        """Its exact byte form: job id (16), kind (1), page (4, big-endian)."""
        return self.job_id + bytes([self.kind]) + self.page.to_bytes(4, "big")


def new_salt() -> bytes:
    """Return a fresh salt: every stream, and every rewrite of one, has a key of its own."""
    return secrets.token_bytes(SALT_BYTES)


def derive_stream_key(data_key: bytes, salt: bytes, stream_id: StreamId) -> bytes:
    """Return the key of a stream that was sealed under the part's data key of now."""
    info = b"mayfly/1/stream" + stream_id.bound
    return HKDF(hashes.SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(data_key)


def wrap_stream_key(key: bytes, data_key: bytes, salt: bytes, stream_id: StreamId) -> bytes:
    """Return the key of a stream that outlives the data key it came from, under the new one."""
    return wrap(data_key, key, _key_bound(salt, stream_id))


def unwrap_stream_key(wrapped: bytes, data_key: bytes, salt: bytes, stream_id: StreamId) -> bytes:
    """Return what wrap_stream_key wrapped; VaultDamaged when it is not this stream's."""
    return unwrap(data_key, wrapped, _key_bound(salt, stream_id))


class StreamCipher:
    """Seals and opens the chunks of one stream. Its repr says nothing."""

    def __init__(self, key: bytes, stream_id: StreamId) -> None:
        self._bound = _FORMAT + stream_id.bound
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return "<stream cipher>"

    def seal(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the sealed chunks of a whole stream; nothing at all is one empty chunk.

        Each number is used once: seal is called once for one salt.
        """
        pending, number = b"", 0
        for chunk in _even(chunks):
            if number:
                yield self._seal(pending, number - 1, is_last=False)
            pending, number = chunk, number + 1
        yield self._seal(pending, max(number - 1, 0), is_last=True)

    def open(self, sealed: bytes, number: int, count: int) -> bytes:
        """Return one chunk of a stream of count; VaultDamaged unless it is exactly that one."""
        nonce = _nonce(number, is_last=number == count - 1)
        try:
            return self._cipher.decrypt(nonce, sealed, self._bound + number.to_bytes(8, "big"))
        except (InvalidTag, ValueError) as error:
            raise VaultDamaged from error

    def _seal(self, chunk: bytes, number: int, *, is_last: bool) -> bytes:
        nonce = _nonce(number, is_last=is_last)
        return self._cipher.encrypt(nonce, chunk, self._bound + number.to_bytes(8, "big"))


def _key_bound(salt: bytes, stream_id: StreamId) -> bytes:
    return b"mayfly/1/stream-key" + stream_id.bound + salt


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES, "big") + (b"\x01" if is_last else b"\x00")


def _even(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of CHUNK_BYTES; the last may be shorter."""
    pending = bytearray()
    for chunk in chunks:
        pending += chunk
        while len(pending) >= CHUNK_BYTES:
            yield bytes(pending[:CHUNK_BYTES])
            del pending[:CHUNK_BYTES]
    if pending:
        yield bytes(pending)
