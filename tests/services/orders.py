"""Orders of many files, and what became of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

from mayfly.domain.exports import Exported, ExportFormat, ExportOrder
from mayfly.services.exporting import Exporting
from tests.services.conftest import House

TXT, JSON, PDF = ExportFormat.TEXT, ExportFormat.JSON, ExportFormat.PDF
FORMATS = (TXT, JSON, PDF)


def several(house: House, *names: str) -> list:
    """Return jobs of two pages each that are read; one queue for all, for that is dear."""
    jobs = [house.admit("one", "two", name=name) for name in names]
    house.queue()
    house.wait_until_read(*jobs)
    return jobs


def order(folder: Path, *formats: ExportFormat, **others) -> ExportOrder:
    return ExportOrder(formats or (TXT,), folder, **others)


def run(exporting: Exporting, jobs, what: ExportOrder, tell=lambda _: None) -> list[Exported]:
    return list(exporting.run(jobs, what, tell).future.result(timeout=30))


def told(answers: list[Exported]) -> list[str]:
    return [one.error_code or one.path.name for one in answers if one.path or one.error_code]


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {one: archive.read(one) for one in archive.namelist()}
