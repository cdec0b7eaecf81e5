"""Fakes at the seams that several test folders share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from mayfly.domain.document_errors import FileChanged
from mayfly.domain.errors import InternalError


class MemorySecrets:
    """The SecretStore seam: a keyring that lives as long as the test."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    @property
    def backend(self) -> str:
        return "memory"

    def get(self, name: str) -> str | None:
        return self.held.get(name)

    def put(self, name: str, value: str) -> None:
        if not (value.isascii() and value.isprintable() and 0 < len(value) < 1_024):
            raise InternalError("a secret is one short ASCII line")
        self.held[name] = value

    def remove(self, name: str) -> None:
        self.held.pop(name, None)

    def at_once(self):
        return nullcontext(self)


class BytesSource:
    """The SourceFile seam: a document in memory, handed over in pieces."""

    def __init__(
        self, name: str, data: bytes, *, path: str | None = None, piece_bytes: int = 64 << 10
    ) -> None:
        self.name = name
        self.path = path
        self._data = data
        self._piece_bytes = piece_bytes

    def chunks(self) -> Iterator[bytes]:
        for start in range(0, len(self._data), self._piece_bytes):
            yield self._data[start : start + self._piece_bytes]


class ChangingSource(BytesSource):
    """A file that is found to have changed after all its bytes were handed over."""

    def chunks(self) -> Iterator[bytes]:
        yield from super().chunks()
        raise FileChanged


class FileSecrets:
    """The SecretStore seam for several processes at once: one file for each secret."""

    backend = "files"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def get(self, name: str) -> str | None:
        file = self._folder / name
        return file.read_text("ascii") if file.exists() else None

    def put(self, name: str, value: str) -> None:
        # By rename, as keyrings do: whoever reads meanwhile sees the old or the new one.
        new = self._folder.with_name(f"{self._folder.name}-{os.getpid()}-new")
        new.write_text(value, "ascii")
        new.replace(self._folder / name)

    def remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def at_once(self):
        return nullcontext(self)
