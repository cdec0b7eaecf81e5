"""Where the files of one export go: into a folder as they come, or all into one zip."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from mayfly.domain.export_port import ExportTarget, ZipTarget
from mayfly.domain.exports import ExportOrder
from mayfly.services.export_names import ExportNames


class Sink(Protocol):
    """Takes one file after the other."""

    def write(
        self, stem: str, suffix: str, pieces: Iterable[bytes], check: Callable[[], object]
    ) -> Path | int:
        """Write a file and return where it is; its number while it has no name yet."""
        ...

    def finish(self, gone: Callable[[], Collection[int]]) -> Path | None:
        """Give what has no name yet its name, without those whose numbers gone tells."""
        ...


class FolderSink:
    """Every file has its name as soon as it is whole."""

    def __init__(self, target: ExportTarget, order: ExportOrder, names: ExportNames) -> None:
        self._target = target
        self._order = order
        self._names = names

    def write(
        self, stem: str, suffix: str, pieces: Iterable[bytes], check: Callable[[], object]
    ) -> Path | int:
        """Write it into the folder."""
        folder = self._order.folder
        if self._order.replace:
            # What this export has written itself is not replaced by it.
            path = self._target.replace(
                folder, stem, suffix, pieces, check=check, spare=self._names.is_given
            )
        else:
            path = self._target.write_new(folder, stem, suffix, pieces, check=check)
        self._names.give(path.name)
        return path

    def finish(self, gone: Callable[[], Collection[int]]) -> Path | None:
        """Nothing is left to do."""


class ZipSink:
    """No file has a name before all of them are in the zip."""

    def __init__(self, archive: ZipTarget, stem: str, *, replace: bool) -> None:
        self._archive = archive
        self._stem = stem
        self._replace = replace

    def write(
        self, stem: str, suffix: str, pieces: Iterable[bytes], check: Callable[[], object]
    ) -> Path | int:
        """Write it into the zip; one whose job went meanwhile is not among what is in it."""

        def checked() -> Iterator[bytes]:
            yield from pieces
            check()

        return self._archive.add(stem, suffix, checked())

    def finish(self, gone: Callable[[], Collection[int]]) -> Path | None:
        """Give the zip its name."""
        return self._archive.publish(self._stem, replace=self._replace, gone=gone)


@contextmanager
def open_sink(
    target: ExportTarget, order: ExportOrder, names: ExportNames, moment: datetime
) -> Iterator[Sink]:
    """Give what the order asks for; TargetMissing for a zip into a folder that is not there."""
    if order.zip_name is None:
        yield FolderSink(target, order, names)
        return
    with target.open_zip(order.folder, moment) as archive:
        yield ZipSink(archive, target.zip_stem(order.zip_name), replace=order.replace)
