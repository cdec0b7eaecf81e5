"""Files where the user asked for them: whole or not at all, and over another only if wished."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from mayfly.domain.errors import TargetExists, TargetMissing
from mayfly.domain.export_port import NameFacts
from mayfly.export.name_pattern import stem_of, zip_stem
from mayfly.export.names import clean_stem, numbered
from mayfly.export.partial_file import MOST_NAMES, asked, partial_file
from mayfly.export.zip_target import ZipFolder, open_zip


class FolderTarget:
    """The ExportTarget port on a folder of the user's.

    While it is written the file has no name at all where the system allows that (O_TMPFILE),
    so that not even a kill leaves a part of a document behind; elsewhere it has a hidden name
    of random digits and is private. When it is whole it gets the user's ordinary permissions:
    what is exported is the user's own file, and sharing it is why it was exported.
    """

    def __init__(self, user_umask: int = 0o077) -> None:
        """user_umask: the mask before Mayfly made its own files private."""
        self._mode = 0o666 & ~user_umask

    def write_new(
        self,
        folder: Path,
        stem: str,
        suffix: str,
        chunks: Iterable[bytes],
        *,
        check: Callable[[], object] = lambda: None,
    ) -> Path:
        """Write the chunks into a new file and return its path, once it is safely on the disk.

        check is asked last, so that what was deleted meanwhile gets no name. Raises
        TargetMissing, TargetNotWritable, TargetExists (a thousand of that name), or whatever
        chunks or check raise; nothing partial is left behind.
        """
        if not _is_folder(folder):
            raise TargetMissing
        with partial_file(folder) as partial:
            for chunk in chunks:
                partial.write(chunk)
            partial.finish(self._mode)
            check()
            return partial.publish(clean_stem(stem), suffix)

    def replace(
        self,
        folder: Path,
        stem: str,
        suffix: str,
        chunks: Iterable[bytes],
        *,
        check: Callable[[], object] = lambda: None,
        spare: Callable[[str], bool] = lambda _: False,
    ) -> Path:
        """As write_new, but a file or link of that name is replaced in one step.

        The old file stays until the new one is whole. See domain.export_port.ExportTarget.
        """
        if not _is_folder(folder):
            raise TargetMissing
        name = self.file_name(stem, suffix, spare)
        with partial_file(folder) as partial:
            for chunk in chunks:
                partial.write(chunk)
            partial.finish(self._mode)
            check()
            return partial.publish_over(name)

    @contextmanager
    def open_zip(self, folder: Path, at: datetime) -> Iterator[ZipFolder]:
        """Begin a zip in the folder; see domain.export_port.ExportTarget."""
        if not _is_folder(folder):
            raise TargetMissing
        with open_zip(folder, self._mode, at) as made:
            yield made

    def stem(self, pattern: str, facts: NameFacts) -> str:
        """Return the name that a pattern gives; NamePatternWrong."""
        return stem_of(pattern, facts)

    def zip_stem(self, zip_name: str) -> str:
        """Return the name of a zip without its suffix; NamePatternWrong."""
        return zip_stem(zip_name)

    def file_name(self, stem: str, suffix: str, spare: Callable[[str], bool]) -> str:
        """Return the first of the names that spare does not refuse; TargetExists."""
        for number in range(1, MOST_NAMES + 1):
            name = numbered(clean_stem(stem), suffix, number)
            if not spare(name):
                return name
        raise TargetExists

    def digest(self, path: Path) -> bytes:
        """Return the SHA-256 of a file as the disk gives it back, not as it is remembered."""
        return asked(lambda: _digest(path))

    def find(self, folder: Path, stem: str, suffix: str, digest: bytes) -> Path | None:
        """Return a file with this content under one of the names that write_new gives."""
        for number in range(1, MOST_NAMES + 1):
            path = folder / numbered(clean_stem(stem), suffix, number)
            with contextlib.suppress(OSError):
                if path.is_file() and _digest(path) == digest:
                    return path
            if not os.path.lexists(path):
                break
        return None


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            # What was synced is dropped from memory, so that it comes from the disk.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(file, "sha256").digest()


def _is_folder(folder: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return folder.is_dir()
    return False
