"""The files that “mayfly add --out” writes."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from mayfly.cli.exit_status import ExitStatus
from mayfly.domain.errors import UserError
from mayfly.domain.images import ImageId
from mayfly.domain.jobs import Job
from mayfly.domain.states import JobState
from mayfly.services.exporting import Exporting


@dataclass(frozen=True, slots=True)
class Written:
    """One file that was to be written: where it is, or why it is not."""

    job: str
    file_format: str | None
    file: Path | None
    error: UserError | None
    image: ImageId | None = None

    @property
    def status(self) -> int:
        """What this means for the command."""
        return ExitStatus.DONE if self.error is None else self.error.exit_status


class Exports:
    """Exports jobs into one folder while others are still being read."""

    def __init__(self, exporting: Exporting, folder: Path, formats: tuple[str, ...]) -> None:
        self._exporting = exporting
        self._folder = folder.absolute()
        self._formats = formats
        self._begun: list[tuple[str, str, Future[Path]]] = []

    def begin(self, job: Job) -> None:
        """Write this job's files, on the export lane, if it has a result."""
        if job.state is not JobState.DONE:
            return
        for one in self._formats:
            future = self._exporting.export(job.job_id, one, self._folder)
            self._begun.append((job.job_id, one, future))

    def finish(self) -> list[Written]:
        """Wait for all files and return what became of them."""
        return [_written(*begun) for begun in self._begun]


def _written(job: str, file_format: str, future: Future[Path]) -> Written:
    try:
        return Written(job, file_format, future.result(), None)
    except UserError as error:
        return Written(job, file_format, None, error)
