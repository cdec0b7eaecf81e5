"""What main process and worker agree on besides frames: exit statuses and the set-up message."""

from __future__ import annotations

import signal
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mayfly.domain.document_errors import (
    DocumentError,
    ReaderCrashed,
    ReaderOutOfMemory,
    ReadingTimedOut,
)
from mayfly.domain.limits import Limits

EXIT_CRASHED = 70
EXIT_OUT_OF_MEMORY = 71
EXIT_OUT_OF_TIME = 72

FATAL_CODES = frozenset({ReadingTimedOut.code, ReaderCrashed.code, ReaderOutOfMemory.code})
"""After these answers a worker is not trusted to go on."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker must know before its first document: places and limits, no content."""

    scratch: Path
    wipe: bool
    tessdata: Path
    user_tessdata: Path
    program: Path
    limits: Limits

    def to_header(self) -> dict[str, object]:
        """Return the message that carries it."""
        return {
            "kind": "setup",
            "scratch": str(self.scratch),
            "wipe": self.wipe,
            "tessdata": str(self.tessdata),
            "user_tessdata": str(self.user_tessdata),
            "program": str(self.program),
            "limits": asdict(self.limits),
        }


def setup_of(header: dict[str, Any]) -> Setup:
    """Return what to_header wrote. Only a worker calls this; it trusts the main process."""
    return Setup(
        scratch=Path(header["scratch"]),
        wipe=bool(header["wipe"]),
        tessdata=Path(header["tessdata"]),
        user_tessdata=Path(header["user_tessdata"]),
        program=Path(header["program"]),
        limits=Limits(**header["limits"]),
    )


def exit_status_for(child_status: int) -> int:
    """Return what a worker ends with when its child ended so (0 to 255, or minus a signal)."""
    if child_status == -signal.SIGXCPU:
        return EXIT_OUT_OF_TIME
    # Nobody but the system's out-of-memory killer sends SIGKILL to a child alone.
    if child_status in (-signal.SIGKILL, EXIT_OUT_OF_MEMORY):
        return EXIT_OUT_OF_MEMORY
    return EXIT_CRASHED


def error_for(worker_status: int | None) -> DocumentError:
    """Return what the end of a worker means for the document it held."""
    if worker_status in (EXIT_OUT_OF_TIME, -signal.SIGXCPU):
        return ReadingTimedOut()
    if worker_status == EXIT_OUT_OF_MEMORY:
        return ReaderOutOfMemory()
    return ReaderCrashed()
