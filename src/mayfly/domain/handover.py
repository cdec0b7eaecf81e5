"""Results that are kept for 0 hours: where they go, and what can go wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from mayfly.domain.errors import ExportError

LONGEST_WAIT = timedelta(hours=1)
"""For so long, at most, a result waits that could not be handed over."""


@dataclass(frozen=True, slots=True)
class ResultTarget:
    """Where a result goes instead of being kept.

    folder: whichever process reads the document writes it there. None: the process that added
    it takes the result, to show it or to print it, and says when it has.
    """

    formats: tuple[str, ...] = ("txt",)
    folder: Path | None = None


class TargetDiffers(ExportError):
    """A file that was written and synced does not read back as it was written."""

    code = "target_differs"
    text = "The file that was written does not read back as it was written."
    remedy = "Do not trust that disk. Export the result again to another one, or delete it."


class NotHandedOver(ExportError):
    """Whoever was to take the result could not."""

    code = "not_handed_over"
    text = "The result could not be handed over to where it was to go."
    remedy = "Export it, or delete it; an hour after reading it goes by itself."
