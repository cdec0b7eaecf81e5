"""The TraceSearch port on this machine: every place, one after the other, and its own check."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mayfly.domain.canary import Canary, Quarry
from mayfly.domain.proof import Place, PlaceNote, PlaceScan
from mayfly.domain.proof_port import Clipboard
from mayfly.system.canary_forms import Needles
from mayfly.system.planting import Plant
from mayfly.system.process_traces import HAS_OPEN_FILES, search_open_files, search_processes
from mayfly.system.trace_places import Ground
from mayfly.system.traces import Limits, Tally, TraceSearcher


class MachineTraces:
    """Searches the grounds it was given, the clipboard, open files and processes."""

    def __init__(self, grounds: tuple[Ground, ...]) -> None:
        self._grounds = grounds

    def search(
        self,
        quarry: Quarry,
        *,
        since: float,
        clipboard: Clipboard | None,
        goes_on: Callable[[], bool],
    ) -> tuple[PlaceScan, ...]:
        """Return what was found in each place; blocks for as long as reading them takes."""
        searcher = TraceSearcher(Needles(quarry), goes_on=goes_on)
        scans = [_search_ground(searcher, ground, since) for ground in self._grounds]
        return (*scans, *_search_the_rest(searcher, clipboard))

    def test_itself(
        self, canary: Canary, folder: Path, *, goes_on: Callable[[], bool]
    ) -> tuple[PlaceScan, ...]:
        """Plant the canary in each place and search there; 0 hits unless every plant was found."""
        plant = Plant(canary)
        quarry = Quarry(canary.stem, canary.marks, paths=(plant.path,))
        searcher = TraceSearcher(Needles(quarry), goes_on=goes_on)
        with ExitStack() as stack:
            moved = [
                stack.enter_context(_planted(ground, plant, folder)) for ground in self._grounds
            ]
            stack.enter_context(_planted_file_without_name(plant, folder))
            stack.enter_context(_planted_process(plant))
            scans = [_search_plants(searcher, ground) for ground in moved]
            return (*scans, *_search_the_rest(searcher, lambda: [plant.word.encode("utf-16")]))


def _search_ground(searcher: TraceSearcher, ground: Ground, since: float) -> PlaceScan:
    tally = Tally()
    there = [path for path in ground.paths if os.path.lexists(path)]
    limits = Limits(None if ground.whole else since, frozenset(ground.apart_from))
    for path in there:
        searcher.path(path, tally, limits)
    if not there:
        return _not_searched(ground.place, PlaceNote.NOT_HERE)
    return _scan_of(ground.place, tally)


def _search_the_rest(searcher: TraceSearcher, clipboard: Clipboard | None) -> Iterator[PlaceScan]:
    if clipboard is None:
        yield _not_searched(Place.CLIPBOARD, PlaceNote.NO_CLIPBOARD)
    else:
        tally = Tally()
        for held in clipboard():
            searcher.memory(held, tally)
        yield _scan_of(Place.CLIPBOARD, tally)
    if HAS_OPEN_FILES:
        tally = Tally()
        search_open_files(searcher, tally)
        yield _scan_of(Place.OPEN_FILES, tally)
    else:
        yield _not_searched(Place.OPEN_FILES, PlaceNote.NOT_ON_THIS_SYSTEM)
    tally = Tally()
    search_processes(searcher, tally)
    yield _scan_of(Place.PROCESSES, tally)


def _scan_of(place: Place, tally: Tally) -> PlaceScan:
    note = PlaceNote.PARTLY_UNREADABLE if tally.unreadable else PlaceNote.NONE
    return PlaceScan(place, True, tally.files, tally.scanned_bytes, tally.hits, note)


def _not_searched(place: Place, note: PlaceNote) -> PlaceScan:
    return PlaceScan(place, False, 0, 0, 0, note)


# --- the check of the search -------------------------------------------------------------


@contextmanager
def _planted(ground: Ground, plant: Plant, folder: Path) -> Iterator[Ground]:
    """Plant in a copy of the place; of the folder of temporary files in the real one."""
    if ground.place is Place.TEMPORARY:
        # Closed, so that it is not found as an open file, too.
        descriptor, name = tempfile.mkstemp(prefix="mayfly-")
        os.close(descriptor)
        try:
            Path(name).write_bytes(plant.content(Place.TEMPORARY))
            yield Ground(Place.TEMPORARY, (Path(name),), ground.whole)
        finally:
            Path(name).unlink()
        return
    moved = ground.moved(folder)
    for path in moved.paths:
        is_file = bool(path.suffix) or ground.place is Place.LOG
        target = path if is_file else path / plant.file_name(ground.place)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.write_bytes(plant.content(ground.place))
    yield moved


@contextmanager
def _planted_file_without_name(plant: Plant, folder: Path) -> Iterator[None]:
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(plant.content(Place.OPEN_FILES))
        file.flush()
        yield


@contextmanager
def _planted_process(plant: Plant) -> Iterator[None]:
    waits = [sys.executable, "-c", "import sys; sys.stdin.read()", plant.word]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, close_fds=True) as process:
        try:
            yield
        finally:
            process.kill()


def _search_plants(searcher: TraceSearcher, ground: Ground) -> PlaceScan:
    """Search each path of a place by itself: one that is blind must not hide behind another."""
    whole = Tally()
    limits = Limits(None if ground.whole else 0.0, frozenset(ground.apart_from))
    missed = False
    for path in ground.paths:
        tally = Tally()
        searcher.path(path, tally, limits)
        missed = missed or not tally.hits
        whole.add(tally)
    if missed:
        whole.hits = 0
    return _scan_of(ground.place, whole)
