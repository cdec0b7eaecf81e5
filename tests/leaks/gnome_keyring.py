"""Opens the files that gnome-keyring leaves on a disk, with the login password; from its format.

Each change writes a new file and renames it over the old one, whose blocks stay.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC

_MAGIC = b"GnomeKeyring\n\r\0\n"
_MOST_BYTES = 1 << 20


def opened_keyrings(disk: bytes, password: str) -> Iterator[bytes]:
    """Yield what each keyring file, wherever its first block lies, says once it is opened."""
    at = disk.find(_MAGIC)
    while at >= 0:
        try:
            plain = _opened(disk[at : at + _MOST_BYTES], password.encode())
        except (struct.error, ValueError):
            plain = b""
        # The first 16 bytes are the MD5 of all that follows: the right password, and all blocks.
        if plain and hashlib.md5(plain[16:]).digest() == plain[:16]:
            yield plain
        at = disk.find(_MAGIC, at + 1)


def _opened(file: bytes, password: bytes) -> bytes:
    reader = _Reader(file, len(_MAGIC) + 4)
    reader.text()
    reader.skip(8 + 8 + 4 + 4)
    iterations, salt = reader.number(), reader.take(8)
    reader.skip(16)
    for _ in range(reader.number()):
        reader.skip(8)
        for _ in range(reader.number()):
            reader.text()
            if reader.number() == 0:
                reader.text()
            else:
                reader.skip(4)
    sealed = reader.take(reader.number())
    digest = hashlib.sha256(password + salt).digest()
    for _ in range(iterations - 1):
        digest = hashlib.sha256(digest).digest()
    opener = Cipher(AES128(digest[:16]), CBC(digest[16:])).decryptor()
    return opener.update(sealed) + opener.finalize()


class _Reader:
    """Big-endian numbers, and texts with their length before them."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def take(self, size: int) -> bytes:
        piece = self._data[self._at : self._at + size]
        if size > _MOST_BYTES or len(piece) < size:
            raise ValueError("the file is cut off")
        self._at += size
        return piece

    def skip(self, size: int) -> None:
        self.take(size)

    def number(self) -> int:
        return struct.unpack(">I", self.take(4))[0]

    def text(self) -> None:
        size = self.number()
        if size != 0xFFFFFFFF:
            self.skip(size)
