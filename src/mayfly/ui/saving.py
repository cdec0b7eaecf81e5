"""Writing what Mayfly says about itself (receipts, reports) where the user wants it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mayfly.domain.errors import (
    ReceiptUnreadable,
    TargetExists,
    TargetMissing,
    TargetNotWritable,
)

_MOST_BYTES = 1 << 20


def save_files(folder: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write new files and return their names; never over a file that is there.

    TargetMissing, TargetNotWritable, TargetExists. Blocks: not for the GUI thread.
    """
    if not folder.is_dir():
        raise TargetMissing
    if any((folder / name).exists() for name in files):
        raise TargetExists
    written: list[Path] = []
    try:
        for name, data in files.items():
            with (folder / name).open("xb") as file:
                written.append(folder / name)
                file.write(data)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        exists = isinstance(error, FileExistsError)
        raise (TargetExists if exists else TargetNotWritable) from error
    return tuple(files)


def read_receipt(path: Path) -> bytes:
    """Return the file's bytes; ReceiptUnreadable for what cannot be one. Blocks."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ReceiptUnreadable from error
    if len(data) > _MOST_BYTES:
        raise ReceiptUnreadable
    return data
