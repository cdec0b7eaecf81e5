"""One zip of many results: streamed to the disk, whole or not at all."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from mayfly.domain.errors import ExportError, TargetExists
from mayfly.export.names import clean_stem, numbered
from mayfly.export.partial_file import MOST_NAMES, PartialFile, asked, partial_file

_PACKED = (".pdf", ".docx", ".jpg", ".png")
"""What is small already."""
_PIECE_BYTES = 1 << 20


class ZipFolder:
    """The ZipTarget port: a zip that is being written into a folder.

    zipfile cannot take an entry back. One that failed, or whose job was deleted since, is taken
    out by copying the others into a second file, so that no byte of it is in what gets a name.
    """

    def __init__(self, folder: Path, mode: int, at: datetime, stack: ExitStack) -> None:
        """stack: discards what did not get a name."""
        self._folder = folder
        self._mode = mode
        self._moment = at.timetuple()[:6]
        self._stack = stack
        self._archive = stack.enter_context(_archive(folder))
        self._entries: list[ZipInfo] = []
        self._spoiled: set[int] = set()
        self._names: set[str] = set()

    def add(self, stem: str, suffix: str, chunks: Iterable[bytes]) -> int:
        """Write an entry; return its number. See domain.export_port.ZipTarget."""
        number = len(self._entries)
        info = self._info(self._name(clean_stem(stem), suffix), suffix)
        self._entries.append(info)
        self._spoiled.add(number)
        self._archive.add(info, chunks)
        self._spoiled.remove(number)
        return number

    def publish(
        self, stem: str, *, replace: bool, gone: Callable[[], Collection[int]]
    ) -> Path | None:
        """Give the zip its name, without what is gone by then. See domain.export_port.ZipTarget."""
        self._drop(self._spoiled | set(gone()))
        while True:
            if len(self._spoiled) == len(self._entries):
                return None
            self._archive.finish(self._mode)
            late = set(gone()) - self._spoiled
            if not late:
                return self._archive.publish(clean_stem(stem), replace=replace)
            self._drop(late)

    def _drop(self, numbers: set[int]) -> None:
        self._spoiled |= numbers
        if not numbers or len(self._spoiled) == len(self._entries):
            return
        old, self._archive = self._archive, self._stack.enter_context(_archive(self._folder))
        old.finish(0o600)
        with ZipFile(old.reader()) as source:
            for number, info in enumerate(self._entries):
                if number not in self._spoiled:
                    with source.open(info) as entry:
                        pieces = iter(partial(entry.read, _PIECE_BYTES), b"")
                        copy = self._entries[number] = self._info(info.filename, info.filename)
                        self._archive.add(copy, pieces)

    def _name(self, stem: str, suffix: str) -> str:
        """Return a name that no other entry has, not even on disks that know no case."""
        for number in range(1, MOST_NAMES + 1):
            name = numbered(stem, suffix, number)
            if name.casefold() not in self._names:
                self._names.add(name.casefold())
                return name
        raise TargetExists

    def _info(self, name: str, suffix: str) -> ZipInfo:
        info = ZipInfo(name, cast("Any", self._moment))
        info.external_attr = (stat.S_IFREG | self._mode) << 16
        info.compress_type = ZIP_STORED if suffix.endswith(_PACKED) else ZIP_DEFLATED
        return info


@contextmanager
def open_zip(folder: Path, mode: int, at: datetime) -> Iterator[ZipFolder]:
    """Begin a zip in the folder; its entries bear that time and its file that mode."""
    with ExitStack() as stack:
        yield ZipFolder(folder, mode, at, stack)


class _Archive:
    """A zip in a partial file."""

    def __init__(self, file: PartialFile) -> None:
        self._file = file
        self._stream = _Stream(file)
        self._zip = ZipFile(cast("Any", self._stream), "w", allowZip64=True)

    def add(self, info: ZipInfo, chunks: Iterable[bytes]) -> None:
        # Nobody knows before how long it will be: beyond 4 GiB its header has no room otherwise.
        entry = self._zip.open(info, "w", force_zip64=True)
        try:
            for chunk in chunks:
                entry.write(chunk)
        except BaseException:
            with suppress(ExportError):
                entry.close()
            raise
        entry.close()

    def finish(self, mode: int) -> None:
        self._zip.close()
        self._file.finish(mode)

    def reader(self) -> Any:  # noqa: ANN401
        return cast("Any", self._stream)

    def publish(self, stem: str, *, replace: bool) -> Path:
        if replace:
            return self._file.publish_over(f"{stem}.zip")
        return self._file.publish(stem, ".zip")

    def close(self) -> None:
        """Let zipfile end its work, which is worth nothing now, without touching the file."""
        self._stream.abandon()
        self._zip.close()


@contextmanager
def _archive(folder: Path) -> Iterator[_Archive]:
    with partial_file(folder) as file, closing(_Archive(file)) as archive:
        yield archive


class _Stream(io.RawIOBase):
    """The partial file as zipfile wants it. Its errors are ours, without the path."""

    def __init__(self, file: PartialFile) -> None:
        super().__init__()
        self._file = file
        self._abandoned = False

    def abandon(self) -> None:
        self._abandoned = True

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - any buffer
        if not self._abandoned:
            self._file.write(data)
        return len(data)

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any buffer
        data = asked(lambda: os.read(self._file.descriptor, len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return asked(lambda: os.lseek(self._file.descriptor, offset, whence))

    def tell(self) -> int:
        return self.seek(0, os.SEEK_CUR)
