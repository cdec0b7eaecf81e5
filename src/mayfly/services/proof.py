"""“Check it”: a canary goes the whole road, and then every place is searched for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mayfly.domain.canary import Canary, Quarry, new_canary, readings_of, words_of
from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import CanaryNotRead, InternalError, QueueIsPaused, UserError, VaultLocked
from mayfly.domain.events import Event, LockChanged
from mayfly.domain.export_errors import NoTables
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import DeleteOutcome, ReadOptions
from mayfly.domain.ports import Clock, Engine, Lane
from mayfly.domain.proof import PlaceScan, ProofReport, ProofStep
from mayfly.domain.proof_port import Clipboard, TraceSearch
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import JobState
from mayfly.services.bus import EventBus
from mayfly.services.deletion import Deletions
from mayfly.services.exporting import Exporting
from mayfly.services.intake import Intake, Wish
from mayfly.services.library import Library
from mayfly.services.reading import Queue

Tell = Callable[[ProofStep], None]

_RULE = RetentionRule(source_hours=1, result_hours=1)
"""A canary whose process is killed goes by itself."""
_PATIENCE_S = 180.0
"""How long nothing at all may change in the vault while the canary waits to be read."""
_LOOK_EVERY_S = 0.5
_ENOUGH = 0.5
"""The share of its words that must have been read as they stand. Mostly it is all of them."""
_PREFERRED_LANGUAGE = "eng"
_UNREAD = frozenset({JobState.QUEUED, JobState.READING})


@dataclass(frozen=True, slots=True)
class Road:
    """The services that a document's way leads through, the very ones that the user's own take."""

    intake: Intake
    library: Library
    queue: Queue
    exporting: Exporting
    deletions: Deletions
    engine: Engine
    private_folder: Callable[[], AbstractContextManager[Path]]
    """Lends a folder in memory, for the canary's file and its exports."""


@dataclass(slots=True)
class _Trip:
    """One canary on its way, and what Mayfly made of it."""

    canary: Canary
    folder: Path
    tell: Tell
    steps: list[ProofStep] = field(default_factory=list)
    job_id: JobId | None = None
    text: str = ""
    image: bytes = b""
    paths: list[str] = field(default_factory=list)

    def begin(self, step: ProofStep) -> None:
        self.steps.append(step)
        self.tell(step)

    def quarry(self) -> Quarry:
        return Quarry(
            self.canary.stem,
            self.canary.marks,
            readings=readings_of(self.canary, self.text),
            paths=tuple(self.paths),
            images=(self.image,),
        )


class Proof:
    """Shows that nothing stays of a deleted document, and that the search would find it.

    Works on a lane of its own; what is asked for while it works waits for its turn.
    """

    def __init__(
        self, road: Road, lane: Lane, *, search: TraceSearch, bus: EventBus, clock: Clock
    ) -> None:
        self._road = road
        self._lane = lane
        self._search = search
        self._bus = bus
        self._clock = clock
        self._closing = threading.Event()

    def run(
        self, tell: Tell = lambda _: None, clipboard: Clipboard | None = None
    ) -> Future[ProofReport]:
        """Add, read, show, export and delete a canary, then search; tell hears of each step.

        tell and clipboard are called on the proof's own thread. The canary is deleted in any
        case. Fails with QueueIsPaused, VaultLocked, CanaryNotRead, or whatever error a service
        answers with; nothing is proved then.
        """
        return self._lane.submit(lambda: self._run(tell, clipboard))

    def test_itself(self, tell: Tell = lambda _: None) -> Future[ProofReport]:
        """Plant a canary in each place and search; a place with no hit is a blind one."""
        return self._lane.submit(lambda: self._test_itself(tell))

    def close(self) -> None:
        """End a check that is going on, delete its canary, and take no other."""
        self._closing.set()
        self._lane.close()

    # --- on the proof's lane ---------------------------------------------------------

    def _run(self, tell: Tell, clipboard: Clipboard | None) -> ProofReport:
        began, began_s = self._clock.now(), self._clock.monotonic_s()
        self._check_open()
        with self._road.private_folder() as folder:
            # By the clock of the file system, whatever the machine's own says.
            since = folder.stat().st_ctime
            trip = _Trip(new_canary(), folder, tell)
            self._go(trip)
        trip.begin(ProofStep.SEARCH)
        places = self._search.search(
            trip.quarry(), since=since, clipboard=clipboard, goes_on=self._goes_on
        )
        self._check_open()
        took_s = self._clock.monotonic_s() - began_s
        return ProofReport(began, took_s, tuple(trip.steps), places, trip.job_id)

    def _test_itself(self, tell: Tell) -> ProofReport:
        began, began_s = self._clock.now(), self._clock.monotonic_s()
        self._check_open()
        with self._road.private_folder() as folder:
            tell(ProofStep.PLANT)
            places: tuple[PlaceScan, ...] = self._search.test_itself(
                new_canary(), folder, goes_on=self._goes_on
            )
        self._check_open()
        took_s = self._clock.monotonic_s() - began_s
        return ProofReport(began, took_s, (ProofStep.PLANT, ProofStep.SEARCH), places)

    def _go(self, trip: _Trip) -> None:
        """Take the canary along the whole road; at its end, wherever that is, it is deleted."""
        if self._road.queue.is_paused().result():
            raise QueueIsPaused
        job_id = trip.job_id = self._add(trip)
        try:
            self._wait_until_read(trip, job_id)
            self._show(trip, job_id)
            self._export(trip, job_id)
        finally:
            self._delete(trip, job_id)

    def _add(self, trip: _Trip) -> JobId:
        """Add the canary; an error means that nothing was added."""
        trip.begin(ProofStep.ADD)
        installed = self._road.engine.describe().languages or (_PREFERRED_LANGUAGE,)
        language = _PREFERRED_LANGUAGE if _PREFERRED_LANGUAGE in installed else installed[0]
        file = trip.folder / trip.canary.name
        file.write_bytes(trip.canary.document)
        trip.paths.append(str(file))
        # Text of its own would save it the way through Tesseract.
        wish = Wish(ReadOptions((language,), recognise_anyway=True), _RULE)
        jobs = self._road.intake.add_paths([file], wish).result().jobs
        if not jobs:
            raise InternalError("Mayfly is closing")
        return jobs[0]

    def _wait_until_read(self, trip: _Trip, job_id: JobId) -> None:
        trip.begin(ProofStep.READ)
        seq, since_s = 0, self._clock.monotonic_s()
        with self._news() as (news, locked):
            while (job := self._road.library.find(job_id).result()).state in _UNREAD:
                self._check_open()
                if locked.is_set():
                    raise VaultLocked
                if self._road.queue.is_paused().result():
                    raise QueueIsPaused
                # Other documents may stand before it: as long as something happens, all is well.
                latest = self._road.library.changes(seq).result().seq
                now_s = self._clock.monotonic_s()
                if latest != seq:
                    seq, since_s = latest, now_s
                elif now_s - since_s > _PATIENCE_S:
                    raise CanaryNotRead
                news.wait(_LOOK_EVERY_S)
                news.clear()
        if job.state is not JobState.DONE:
            raise error_of(job.error_code) if job.error_code else CanaryNotRead

    def _show(self, trip: _Trip, job_id: JobId) -> None:
        trip.begin(ProofStep.SHOW)
        view = self._road.library.page(job_id, 1).result()
        trip.text = view.text
        trip.image = view.image.data if view.image is not None else b""
        if words_of(trip.canary, view.text) < _ENOUGH * len(trip.canary.words):
            raise CanaryNotRead

    def _export(self, trip: _Trip, job_id: JobId) -> None:
        trip.begin(ProofStep.EXPORT)
        exporting = self._road.exporting
        for name in exporting.formats:
            try:
                file = exporting.export(job_id, name, trip.folder).result()
            except NoTables:
                # The canary has none; every other form has its words.
                continue
            trip.paths.append(str(file))
            if not file.read_bytes():
                raise CanaryNotRead

    def _delete(self, trip: _Trip, job_id: JobId) -> None:
        trip.begin(ProofStep.DELETE)
        (deletion,) = self._road.deletions.delete([job_id]).result()
        if deletion.outcome is DeleteOutcome.FAILED:
            raise error_of(deletion.error_code or UserError.code)

    @contextmanager
    def _news(self) -> Iterator[tuple[threading.Event, threading.Event]]:
        """Give what is set when anything happens, and what is when the vault is locked."""
        news, locked = threading.Event(), threading.Event()

        def hear(event: Event) -> None:
            if isinstance(event, LockChanged) and event.locked:
                locked.set()
            news.set()

        unsubscribe = self._bus.subscribe(hear)
        try:
            yield news, locked
        finally:
            unsubscribe()

    def _goes_on(self) -> bool:
        return not self._closing.is_set()

    def _check_open(self) -> None:
        if self._closing.is_set():
            raise InternalError("Mayfly is closing")
