"""Waiting until uploads are at their end, and carrying them out here if nobody else does."""

from __future__ import annotations

import threading
from collections.abc import Collection

from mayfly.cli.progress import Progress
from mayfly.cli.terminal import Terminal
from mayfly.composition import Keyless, Mayfly
from mayfly.domain.destinations import Destination, DestinationId, Upload, UploadState
from mayfly.domain.error_codes import error_of
from mayfly.domain.events import Event, JobsChanged, Trouble, UploadsChanged
from mayfly.domain.ids import JobId
from mayfly.domain.storage_errors import StorageError

_LOOK_AT_LEAST_EVERY_S = 1.0
UNDER_WAY = frozenset({UploadState.WAITING, UploadState.OWED})
_TRIED_AGAIN = "It is tried again by itself; Ctrl-C ends this waiting, and nothing is lost."
_STOPPED = (
    "Stopped waiting. What is left is done while Mayfly's window is open, or by"
    " “mayfly uploads wait”."
)
_PAUSED = "Uploads are paused; “mayfly uploads resume” lets them go on."


def tell_owed(terminal: Terminal, mayfly: Mayfly | Keyless) -> None:
    """Say what is still to be deleted at destinations, and who does it."""
    if isinstance(mayfly, Mayfly):
        owed = mayfly.uploads.overview().result().total(UploadState.OWED)
        if owed:
            terminal.say(
                f"Still to be deleted in buckets of your own: {owed}. Mayfly's window does it"
                " while it is open, or “mayfly uploads wait”."
            )


class UploadWaiting:
    """Follows uploads on one vault by listening. Used as a context."""

    def __init__(self, mayfly: Mayfly, progress: Progress) -> None:
        self._mayfly = mayfly
        self._progress = progress
        self._news = threading.Event()
        self._told: set[str] = set()
        self._troubles: list[str] = []

    def __enter__(self) -> UploadWaiting:
        self._stop_listening = self._mayfly.bus.subscribe(self._hear)
        self._mayfly.uploads.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        self._stop_listening()
        if kind is KeyboardInterrupt:
            self._progress.say(_STOPPED)

    def until_ended(
        self, job_ids: Collection[JobId], destination_id: DestinationId
    ) -> tuple[Upload, ...]:
        """Wait until nothing of these jobs is under way there any more; return their uploads.

        Ends as well when nothing goes on by itself: paused, or the destination does not work.
        """
        while True:
            self._news.clear()
            uploads = tuple(
                upload
                for one in job_ids
                for upload in self._mayfly.uploads.of_job(one).result()
                if upload.destination_id == destination_id
            )
            left = tuple(one for one in uploads if one.state in UNDER_WAY)
            self._progress.show("Uploading", len(uploads) - len(left), len(uploads))
            if not left or self._is_stuck(left):
                return uploads
            self._sleep()

    def until_all_ended(self) -> None:
        """As until_ended, for everything there is."""
        while True:
            self._news.clear()
            uploads = self._mayfly.uploads
            left = tuple(
                upload for state in UNDER_WAY for upload in uploads.in_state(state).result()
            )
            done = uploads.overview().result().total(UploadState.STORED)
            self._progress.show("Uploading", done, done + len(left))
            if not left or self._is_stuck(left):
                return
            self._sleep()

    def _is_stuck(self, left: tuple[Upload, ...]) -> bool:
        for code in {one.error_code for one in left if one.error_code}:
            # It goes on by itself, but whoever waits should know for what.
            self._tell_trouble(code)
        if any(one.state is UploadState.OWED and not one.error_code for one in left):
            return False
        if self._mayfly.uploads.overview().result().paused:
            self._tell_once(_PAUSED)
            return all(one.state is UploadState.WAITING for one in left)
        now = self._mayfly.timekeeping.state().result().now
        destinations: dict[str, Destination] = {
            one.destination_id: one for one in self._mayfly.destinations.all().result()
        }
        waiting = [one for one in left if one.state is UploadState.WAITING]
        stopped = [
            one
            for one in waiting
            if one.destination_id not in destinations
            or not destinations[one.destination_id].may_be_used(now)
        ]
        # What is owed and failed is tried for ever: nobody waits for ever at a terminal.
        return len(stopped) == len(waiting)

    def _sleep(self) -> None:
        self._news.wait(_LOOK_AT_LEAST_EVERY_S)
        for code in tuple(self._troubles):
            self._tell_trouble(code)

    def _tell_trouble(self, code: str) -> None:
        error = error_of(code)
        self._tell_once(str(error))
        if isinstance(error, StorageError) and error.is_passing:
            self._tell_once(_TRIED_AGAIN)

    def _tell_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._progress.say(text)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Trouble):
            self._troubles.append(event.error_code)
        if isinstance(event, JobsChanged | UploadsChanged | Trouble):
            self._news.set()
