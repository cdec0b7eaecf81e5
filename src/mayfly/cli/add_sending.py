"""The part of “mayfly add” that sends pictures to a bucket of the user's own."""

from __future__ import annotations

from collections.abc import Sequence

from mayfly.cli.progress import Progress
from mayfly.cli.storage_lines import upload_line
from mayfly.cli.terminal import Terminal
from mayfly.cli.upload_commands import upload_status
from mayfly.cli.upload_waiting import UploadWaiting
from mayfly.composition import Mayfly
from mayfly.domain.destinations import DestinationId, Upload, UploadState
from mayfly.domain.ids import JobId


class AddSending:
    """Sends what one command adds, if a destination was named."""

    def __init__(self, mayfly: Mayfly, reference: str | None) -> None:
        """DestinationMissing when nothing is called so."""
        self._mayfly = mayfly
        self._destination = mayfly.destinations.find(reference).result() if reference else None
        self._uploads: tuple[Upload, ...] = ()

    @property
    def destination_id(self) -> DestinationId | None:
        """Where pictures go; None for nowhere."""
        return self._destination.destination_id if self._destination else None

    def wait(self, job_ids: Sequence[JobId], progress: Progress) -> None:
        """Wait until the pictures of these jobs, which were read, are where they are to be."""
        if self._destination is not None:
            with UploadWaiting(self._mayfly, progress) as waiting:
                self._uploads = waiting.until_ended(job_ids, self._destination.destination_id)

    def tell(self, terminal: Terminal) -> None:
        """Say how many are stored, and of the others why not."""
        if self._destination is None or not self._uploads:
            return
        stored = sum(one.state is UploadState.STORED for one in self._uploads)
        terminal.say(f"{stored} of {len(self._uploads)} pictures are at {self._destination.name}.")
        names: dict[str, str] = {self._destination.destination_id: self._destination.name}
        for one in self._uploads:
            if one.state is not UploadState.STORED:
                terminal.say(f"mayfly: {upload_line(one, names)}")

    @property
    def statuses(self) -> list[int]:
        """What became of them, as exit statuses."""
        return [upload_status(one) for one in self._uploads]
