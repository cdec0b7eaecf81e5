"""The seam to where results are written: files in a folder, or one zip."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from mayfly.domain.ports import FileTarget


@dataclass(frozen=True, slots=True)
class NameFacts:
    """What a pattern can put into a file's name."""

    name: str
    """The document's name without its suffix."""
    job: str
    batch: str
    day: date
    """Of the export, never of the document."""
    number: str
    """The document's place in the export, with zeros in front: 007 of 120."""
    file_format: str
    pages: str


class ZipTarget(Protocol):
    """A zip on its way; it has no name until it is whole."""

    def add(self, stem: str, suffix: str, chunks: Iterable[bytes]) -> int:
        """Write an entry, under a name of its own; return its number.

        Whatever chunks raise comes through, and the entry will not be in the zip. An
        ExportError of the disk's: there can be no zip any more.
        """
        ...

    def publish(
        self, stem: str, *, replace: bool, gone: Callable[[], Collection[int]]
    ) -> Path | None:
        """Give the zip its name once it is on the disk; None when no entry is left.

        gone is asked just before that, and as long as it names entries: they are taken out.
        """
        ...


class ExportTarget(FileTarget, Protocol):
    """Writes whole exports."""

    def stem(self, pattern: str, facts: NameFacts) -> str:
        """Return the name that a pattern gives, cleaned, without suffix; NamePatternWrong."""
        ...

    def zip_stem(self, zip_name: str) -> str:
        """Return the name of a zip without its suffix; NamePatternWrong."""
        ...

    def file_name(self, stem: str, suffix: str, spare: Callable[[str], bool]) -> str:
        """Return the first name of “stem.txt”, “stem (2).txt” ... that spare does not refuse."""
        ...

    def replace(
        self,
        folder: Path,
        stem: str,
        suffix: str,
        chunks: Iterable[bytes],
        *,
        check: Callable[[], object],
        spare: Callable[[str], bool],
    ) -> Path:
        """As write_new, but a file or link of that name is replaced in one step.

        A link itself is replaced, never what it points to; a folder is TargetExists. Names
        for which spare is true are passed over.
        """
        ...

    def open_zip(self, folder: Path, at: datetime) -> AbstractContextManager[ZipTarget]:
        """Begin a zip whose entries bear that time; at the end nothing partial is left."""
        ...
