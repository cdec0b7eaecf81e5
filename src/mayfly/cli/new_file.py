"""Small files that a command reads or writes for the user, with errors a user can read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from mayfly.domain.document_errors import FileMissing, FileUnreadable, IsAFolder
from mayfly.domain.errors import (
    ReceiptUnreadable,
    TargetExists,
    TargetMissing,
    TargetNotWritable,
    UserError,
)

_MOST_BYTES = 1 << 20


def read_small(path: Path) -> bytes:
    """Return a file's bytes; ReceiptUnreadable when there are more than any receipt has."""
    refused: UserError | None = None
    data = b""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        refused = FileMissing()
    except IsADirectoryError:
        refused = IsAFolder()
    except OSError:
        refused = FileUnreadable()
    if len(data) > _MOST_BYTES:
        refused = ReceiptUnreadable()
    if refused is not None:
        # Raised out here: no path may hang on the error as its context.
        raise refused
    return data


def write_new(path: Path, data: bytes) -> None:
    """Write a new file, whole or not at all; TargetExists, TargetMissing, TargetNotWritable."""
    refused: UserError | None = None
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except FileExistsError:
        refused = TargetExists()
    except (FileNotFoundError, NotADirectoryError):
        refused = TargetMissing()
    except OSError:
        refused = TargetNotWritable()
    else:
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
                file.write(data)
                file.flush()
                os.fsync(descriptor)
        except OSError:
            refused = TargetNotWritable()
            with suppress(OSError):
                path.unlink()
    if refused is not None:
        raise refused
