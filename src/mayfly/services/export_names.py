"""The names of the files of one export."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath

from mayfly.domain.export_port import ExportTarget, NameFacts
from mayfly.domain.exports import ExportFormat, ExportOrder
from mayfly.domain.jobs import Job

_SHORT = 8

IMAGE_FORMAT = "image"
"""What {format} and the audit log say of a picture."""


class ExportNames:
    """Names by the order's pattern, and which of them this export has given."""

    def __init__(
        self, target: ExportTarget, order: ExportOrder, count: int, moment: datetime
    ) -> None:
        """count: how many jobs there are; moment: the present, in the user's own zone."""
        self._target = target
        self._order = order
        self._digits = len(str(count))
        self._day = moment.date()
        self._given: set[str] = set()

    def check(self) -> None:
        """Raise NamePatternWrong before anything is written."""
        facts = NameFacts("x", "x", "x", self._day, "1", "x", "x")
        self._target.stem(self._order.pattern, facts)
        if self._order.zip_name is not None:
            self._target.zip_stem(self._order.zip_name)

    def stem(self, job: Job, number: int, file_format: ExportFormat) -> str:
        """Return the name of a file without its suffix; number counts the jobs from 1."""
        return self._stem(job, number, file_format.value)

    def image_stem(self, job: Job, number: int) -> str:
        """Return the name of a job's pictures, without what tells them from each other."""
        return self._stem(job, number, IMAGE_FORMAT)

    def is_given(self, name: str) -> bool:
        """Whether a file of this export has the name, on a disk that knows no case."""
        return name.casefold() in self._given

    def give(self, name: str) -> None:
        """Note that a file of this export has the name."""
        self._given.add(name.casefold())

    def preview(self, jobs: Sequence[tuple[int, Job]]) -> tuple[str, ...]:
        """Return the names in an empty folder, in the order in which the files are written."""
        names = []
        for number, job in jobs:
            for one in self._order.formats:
                stem = self.stem(job, number, one)
                names.append(self._target.file_name(stem, one.suffix, self.is_given))
                self.give(names[-1])
        return tuple(names)

    def _stem(self, job: Job, number: int, file_format: str) -> str:
        facts = NameFacts(
            name=plain_stem(job),
            job=job.job_id[:_SHORT],
            batch=job.batch_id[:_SHORT],
            day=self._day,
            number=f"{number:0{self._digits}}",
            file_format=file_format,
            pages=str(self._order.pages),
        )
        return self._target.stem(self._order.pattern, facts)


def plain_stem(job: Job) -> str:
    """Return the document's name without its suffix, as it is; the job's id if it has none."""
    return PurePath(job.name or "").stem or job.job_id[:_SHORT]
