"""What uploads have the vault note: what comes at once goes into one commit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from mayfly.domain.destination_port import DestinationShelf, Settlement, UploadLedger
from mayfly.domain.destinations import Destination, Upload
from mayfly.domain.errors import LaneClosed
from mayfly.domain.ids import JobId
from mayfly.domain.images import FoundImage, ImageId
from mayfly.domain.ports import Clock, Lane

T = TypeVar("T")


class StorageVault(Protocol):
    """What own storage asks of the vault, on the vault lane."""

    @property
    def destinations(self) -> DestinationShelf:
        """Return the registered destinations."""
        ...

    @property
    def uploads(self) -> UploadLedger:
        """Return what is to be done there."""
        ...

    def image(self, job_id: JobId, image_id: ImageId, now: datetime) -> FoundImage:
        """Open one picture; a JobError when it may not be."""
        ...


@dataclass(slots=True)
class _Begun:
    upload: Upload
    destination: Destination
    answer: Future[FoundImage | None] = field(default_factory=Future)
    image: FoundImage | None = None


@dataclass(slots=True)
class _Settled:
    settlement: Settlement
    answer: Future[bool] = field(default_factory=Future)


class UploadNotes:
    """For several threads, each of which waits for its answer.

    A commit takes the disk some milliseconds, in which nothing else is done for the vault: while
    one is made, what others want noted gathers for the next.
    """

    def __init__(self, vault: StorageVault, vault_lane: Lane, *, clock: Clock) -> None:
        self._vault = vault
        self._lane = vault_lane
        self._clock = clock
        self._gate = threading.Lock()
        self._begun: list[_Begun] = []
        self._settled: list[_Settled] = []

    def begin(self, upload: Upload, destination: Destination) -> FoundImage | None:
        """Open the picture and note that it is on its way; None when it is not to be written.

        Nor is it when the destination was edited since it was looked at: no byte goes to where
        it pointed before. A JobError, VaultDamaged, DestinationMissing, VaultLocked.
        """
        note = _Begun(upload, destination)
        self._gather(lambda: self._begun.append(note))
        return note.answer.result()

    def settle(self, settlement: Settlement) -> bool:
        """Note what became of an upload; False when its row was turned meanwhile."""
        note = _Settled(settlement)
        self._gather(lambda: self._settled.append(note))
        return note.answer.result()

    def ask(self, work: Callable[[], T]) -> T:
        """Do something else on the vault lane."""
        return self._lane.submit(work).result()

    def _gather(self, add: Callable[[], None]) -> None:
        with self._gate:
            is_first = not self._begun and not self._settled
            add()
        if is_first:
            try:
                self._lane.submit(self._note)
            except LaneClosed as error:
                _refuse(*self._taken(), error)

    def _taken(self) -> tuple[list[_Begun], list[_Settled]]:
        """Return what has gathered, and gather anew."""
        with self._gate:
            taken = self._begun, self._settled
            self._begun, self._settled = [], []
        return taken

    # --- on the vault lane -----------------------------------------------------------

    def _note(self) -> None:
        wanted, settled = self._taken()
        begun = [one for one in wanted if self._is_opened(one)]
        try:
            answers = self._vault.uploads.note(
                [one.upload for one in begun],
                [one.settlement for one in settled],
                self._clock.now(),
            )
        except BaseException as error:  # noqa: BLE001 - as a lane does: whoever asked gets it
            _refuse(begun, settled, error)
            return
        for note, is_begun in zip(begun, answers[0], strict=True):
            note.answer.set_result(note.image if is_begun else None)
        for settlement, is_settled in zip(settled, answers[1], strict=True):
            settlement.answer.set_result(is_settled)

    def _is_opened(self, note: _Begun) -> bool:
        """Open the picture; False where that was the end of it, and the answer is there."""
        try:
            now = self._clock.now()
            known = self._vault.destinations.get(note.upload.destination_id)
            if known.place != note.destination.place or not known.may_be_used(now):
                note.answer.set_result(None)
                return False
            note.image = self._vault.image(note.upload.job_id, note.upload.image_id, now)
        except BaseException as error:  # noqa: BLE001 - one picture's bug leaves nobody waiting
            note.answer.set_exception(error)
            return False
        return True


def _refuse(begun: list[_Begun], settled: list[_Settled], error: BaseException) -> None:
    for one in begun:
        one.answer.set_exception(error)
    for settlement in settled:
        settlement.answer.set_exception(error)
