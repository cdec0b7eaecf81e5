"""Documents on their way in: dropped, chosen, pasted or named at the start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from mayfly.domain.errors import LockedMeanwhile, UserError, VaultLocked
from mayfly.domain.ports import Lane, SourceFile
from mayfly.services.intake import Intake, Taken, Wish
from mayfly.ui.courier import Courier
from mayfly.ui.offer import Offer, encode_png
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.wording import Tr

MakeSource = Callable[[str, bytes], SourceFile]
"""Makes a document of pasted bytes; FileEmpty or FileTooLarge."""


class Arrivals(QObject):
    """Hands everything to the intake and says what could not be handed over."""

    failed = Signal(object)
    """A UserError."""
    unkept = Signal(object)
    """A Taken whose texts this window is to take: they are not kept."""
    nothing_there = Signal()
    """A drop or paste had nothing that Mayfly could take."""

    def __init__(
        self,
        intake: Intake,
        *,
        make_source: MakeSource,
        decode_lane: Lane,
        courier: Courier,
        preferences: PreferenceKeeper,
        tr: Tr,
        now: Callable[[], datetime],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._intake = intake
        self._make_source = make_source
        self._lane = decode_lane
        self._courier = courier
        self._preferences = preferences
        self._tr = tr
        self._now = now
        self._coming = 0

    @property
    def busy(self) -> bool:
        """Whether documents are still being added."""
        return self._coming > 0

    def add_paths(self, paths: Sequence[Path]) -> None:
        """Add files and folders as one batch."""
        if paths:
            wish = self._preferences.wish()
            self._await(self._intake.add_paths(tuple(paths), wish), wish)

    def add_offer(self, offer: Offer) -> None:
        """Add what a drop or the clipboard brought."""
        if offer.empty:
            self.nothing_there.emit()
        elif offer.paths:
            self.add_paths(offer.paths)
        elif offer.image is not None:
            self._encode(offer.image)
        else:
            self._add_data(offer.data, offer.suffix)

    def _encode(self, image: QImage) -> None:
        future = self._lane.submit(lambda: encode_png(image))
        self._courier.ask(
            self, future, then=lambda data: self._add_data(data, "png"), failed=self.failed.emit
        )

    def _add_data(self, data: bytes, suffix: str) -> None:
        moment = self._now().astimezone()
        stem = self._tr("Pasted {time}").format(time=moment.strftime("%H.%M.%S"))
        try:
            source = self._make_source(f"{stem}.{suffix}", data)
        except UserError as error:
            self.failed.emit(error)
            return
        wish = self._preferences.wish()
        self._await(self._intake.add_source(source, wish), wish)

    def _await(self, future: Future[Taken], wish: Wish) -> None:
        self._coming += 1
        self._courier.ask(
            self, future, then=lambda taken: self._take(taken, wish), failed=self._settle
        )

    def _take(self, taken: Taken, wish: Wish) -> None:
        self._settle()
        if wish.target is not None and wish.target.folder is None:
            self.unkept.emit(taken)

    def _settle(self, error: UserError | None = None) -> None:
        self._coming -= 1
        if isinstance(error, VaultLocked):
            # Told when the window is unlocked, and then plain "locked" would be no longer true.
            error = LockedMeanwhile()
        if error is not None:
            self.failed.emit(error)
