"""The seam to the machine's places: searching all of them for what is left of a canary."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from mayfly.domain.canary import Canary, Quarry
from mayfly.domain.proof import PlaceScan

Clipboard = Callable[[], Iterable[bytes]]
"""Returns what the clipboard holds now, in each of its forms. Called on the proof's thread."""


class TraceSearch(Protocol):
    """Searches every place in which a trace of a document could lie on this machine."""

    def search(
        self,
        quarry: Quarry,
        *,
        since: float,
        clipboard: Clipboard | None,
        goes_on: Callable[[], bool],
    ) -> tuple[PlaceScan, ...]:
        """Return what was found in each place. Blocks for as long as reading them takes.

        since: the moment, by the file system's clock, at which the canary came to be; of places
        that are not Mayfly's own only what changed after it is read. goes_on is asked often;
        False ends the search early.
        """
        ...

    def test_itself(
        self, canary: Canary, folder: Path, *, goes_on: Callable[[], bool]
    ) -> tuple[PlaceScan, ...]:
        """Plant the canary in each place, in copies of them below folder, and search those.

        What cannot be copied (temporary files, open files, processes) is planted for real and
        taken away again.
        """
        ...
