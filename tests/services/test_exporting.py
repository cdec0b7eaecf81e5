"""Writing results where the user asked for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pytest

from mayfly.domain.audit import AuditKind
from mayfly.domain.document_errors import ReaderCrashed
from mayfly.domain.errors import (
    AlreadyDeleted,
    DiskFull,
    NotFinished,
    ResultGone,
    SourceGone,
    TargetMissing,
    TargetNotWritable,
)
from mayfly.domain.exports import ExportFormat
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part
from mayfly.domain.limits import Limits
from mayfly.domain.states import DeleteReason, JobState
from mayfly.engine.worker_engine import WorkerEngine
from mayfly.export.files import FolderTarget
from mayfly.export.formats import render_text
from mayfly.renderers import RENDERERS
from mayfly.services.exporting import Exporting
from mayfly.services.lane import ThreadLane
from mayfly.system.processes import GroupKiller
from mayfly.understand.plain_text import page_text
from tests.engine.engine_documents import page_picture, pdf_of
from tests.fakes_engine import ScriptPage
from tests.services.conftest import House
from tests.waiting import eventually


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def exporting(house: House):
    made = make_exporting(house)
    yield made
    made.close()


def make_exporting(house: House, target=None, renderers=None) -> Exporting:
    return Exporting(
        house.vault,
        house.lane,
        export_lane=ThreadLane("export"),
        library=house.library,
        engine=house.engine,
        target=target or FolderTarget(),
        renderers=renderers
        or {
            "txt": partial(render_text, page_text=page_text),
            ExportFormat.JSON: RENDERERS[ExportFormat.JSON],
        },
        audit=house.vault.audit,
        clock=house.clock,
    )


def done(house: House, *pages, name: str = "Brief.pdf", **others) -> JobId:
    job = house.admit(*(pages or ("one", "two")), name=name, **others)
    house.queue()
    house.wait_until_read(job)
    return job


def exports(house: House) -> list[tuple[str | None, dict]]:
    entries = house.on_vault(house.vault.audit.entries)
    return [(one.job_id, one.detail) for one in entries if one.kind is AuditKind.EXPORTED]


def test_every_file_is_written_down_without_its_name(
    house: House, exporting: Exporting, target: Path
) -> None:
    job = done(house)

    for file_format in ("txt", "json"):
        exporting.export(job, file_format, target).result()
    with pytest.raises(TargetMissing):
        exporting.export(job, "txt", target / "missing").result()

    assert exports(house) == [
        (job, {"target": "file", "format": "json"}),
        (job, {"target": "file", "format": "txt"}),
    ]


def test_a_log_that_cannot_be_written_does_not_undo_an_export(
    house: House, exporting: Exporting, target: Path, monkeypatch, caplog
) -> None:
    job = done(house)

    def full(*_given: object, **_named: object) -> None:
        raise DiskFull

    monkeypatch.setattr(house.vault.audit, "append", full)

    written = exporting.export(job, "txt", target).result()

    assert written.exists()
    assert [one.getMessage() for one in caplog.records] == [
        "an export could not be written into the audit log: disk_full"
    ]


def test_a_result_is_written_as_text_under_the_documents_name(
    house: House, exporting: Exporting, target: Path
) -> None:
    job = done(house)
    path = exporting.export(job, "txt", target).result()
    assert path == target / "Brief.txt"
    assert path.read_text() == "one\n\ftwo\n"
    assert exporting.export(job, "txt", target).result() == target / "Brief (2).txt"


def test_a_result_is_written_as_json(house: House, exporting: Exporting, target: Path) -> None:
    job = done(house)
    shape = json.loads(exporting.export(job, "json", target).result().read_text())
    assert shape["job"] == job
    assert [page["text"] for page in shape["pages"]] == ["one", "two"]


def test_rendering_writes_no_file(house: House, exporting: Exporting) -> None:
    assert b"".join(exporting.render(done(house), "txt")) == b"one\n\ftwo\n"


def test_the_formats_are_named(exporting: Exporting) -> None:
    assert exporting.formats == ("txt", "json", "pdf")


def test_a_locked_document_is_exported_without_asking_again(
    house: House, exporting: Exporting, target: Path
) -> None:
    job = house.admit("one", name="locked.pdf", password="Sesam")
    queue = house.queue()
    house.wait_for(job, JobState.NEEDS_PASSWORD)
    queue.give_password(job, "Sesam").result()
    house.wait_until_read(job)

    path = exporting.export(job, "pdf", target).result()

    assert path.read_bytes() == b"%PDF-echo\none\n"
    assert len(house.engine.alive) == 1
    assert house.on_vault(lambda: house.vault.readers([job])) == ()


@pytest.mark.parametrize("file_format", ["txt", "pdf"])
def test_a_job_that_is_not_read_yet_is_refused(
    house: House, exporting: Exporting, target: Path, file_format: str
) -> None:
    job = house.admit("one")
    with pytest.raises(NotFinished):
        exporting.export(job, file_format, target).result()


def test_a_deleted_job_is_refused_as_deleted(
    house: House, exporting: Exporting, target: Path
) -> None:
    job = done(house)
    house.deletions.delete([job]).result()
    with pytest.raises(AlreadyDeleted):
        exporting.export(job, "txt", target).result()


def test_what_is_destroyed_is_not_exported(
    house: House, exporting: Exporting, target: Path
) -> None:
    job = done(house)

    def destroy(part: Part) -> None:
        reason = DeleteReason.SOURCE_DEADLINE
        house.on_vault(lambda: house.deletions.destroy([job], frozenset([part]), reason))

    destroy(Part.SOURCE)
    with pytest.raises(SourceGone):
        exporting.export(job, "pdf", target).result()
    assert exporting.export(job, "txt", target).result().exists()
    other = house.admit("x")
    house.wait_until_read(other)
    job = other
    destroy(Part.RESULT)
    with pytest.raises(ResultGone):
        exporting.export(job, "txt", target).result()


def test_an_overdue_job_is_not_exported_before_the_sweep_either(
    house: House, exporting: Exporting, target: Path
) -> None:
    job = done(house)
    house.clock.advance(hours=48)
    with pytest.raises(ResultGone):
        exporting.export(job, "txt", target).result()
    assert list(target.iterdir()) == []


def test_a_missing_folder_is_said(house: House, exporting: Exporting, tmp_path: Path) -> None:
    job = done(house)
    with pytest.raises(TargetMissing):
        exporting.export(job, "txt", tmp_path / "nowhere").result()


def test_deleting_during_an_export_kills_its_reader_and_leaves_no_file(
    house: House, exporting: Exporting, target: Path
) -> None:
    house.engine.gate("x").set()
    job = done(house, "one", ScriptPage("two", gate="x"))
    exported = exporting.export(job, "pdf", target)
    eventually(lambda: house.engine.happened("compose", "Brief.pdf", 2))

    house.deletions.delete([job]).result()

    with pytest.raises(AlreadyDeleted):
        exported.result()
    assert len(house.engine.alive) == 1
    assert list(target.iterdir()) == []


class DeletingTarget(FolderTarget):
    """Does something when the last piece is on the disk and the file has no name yet."""

    def __init__(self, before_named: Callable[[], object]) -> None:
        super().__init__()
        self._before_named = before_named

    def write_new(self, folder, stem, suffix, chunks, *, check) -> Path:
        def late() -> None:
            self._before_named()
            check()

        return super().write_new(folder, stem, suffix, chunks, check=late)


@pytest.mark.parametrize("file_format", ["txt", "json", "pdf"])
def test_deleting_in_the_last_moment_of_an_export_leaves_no_file(
    house: House, target: Path, file_format: str
) -> None:
    """The last page was read from the vault already; fails without the check before the name."""
    job = done(house)
    exporting = make_exporting(
        house, DeletingTarget(lambda: house.deletions.delete([job]).result())
    )

    with pytest.raises(AlreadyDeleted):
        exporting.export(job, file_format, target).result()

    assert list(target.iterdir()) == []
    exporting.close()


def test_deleting_the_source_stops_the_pdf_and_not_the_text(house: House, target: Path) -> None:
    jobs = [done(house), house.admit("x")]
    house.wait_until_read(jobs[1])
    going = iter(jobs)
    exporting = make_exporting(
        house, DeletingTarget(lambda: house.deletions.delete_source([next(going)]).result())
    )

    with pytest.raises(SourceGone):
        exporting.export(jobs[0], "pdf", target).result()
    path = exporting.export(jobs[1], "txt", target).result()

    assert list(target.iterdir()) == [path]
    exporting.close()


def test_deleting_the_source_kills_the_reader_that_makes_a_pdf_of_it(
    house: House, exporting: Exporting, target: Path
) -> None:
    house.engine.gate("x").set()
    job = done(house, "one", ScriptPage("two", gate="x"))
    exported = exporting.export(job, "pdf", target)
    eventually(lambda: house.engine.happened("compose", "Brief.pdf", 2))

    house.deletions.delete_source([job]).result()

    with pytest.raises(SourceGone):
        exported.result()
    assert list(target.iterdir()) == []


def test_a_reader_that_crashes_on_an_export_is_said_and_gone(
    house: House, exporting: Exporting, target: Path
) -> None:
    house.engine.gate("x").set()
    job = done(house, "one", ScriptPage("two", gate="x"))
    exported = exporting.export(job, "pdf", target)
    eventually(lambda: house.engine.happened("compose", "Brief.pdf", 2))
    house.engine.alive[-1].kill()
    with pytest.raises(ReaderCrashed):
        exported.result()
    assert list(target.iterdir()) == []
    assert house.state_of(job) is JobState.DONE


def test_a_target_that_fails_leaves_no_reader_with_the_document(house: House, target: Path) -> None:
    class FullDisk:
        def write_new(
            self, folder: Path, stem: str, suffix: str, chunks: Iterable[bytes], *, check
        ) -> Path:
            next(iter(chunks))
            raise TargetNotWritable

    job = done(house)
    exporting = make_exporting(house, FullDisk())
    exported = exporting.export(job, "pdf", target)
    # The error is held here, and with it every frame it came through.
    assert isinstance(exported.exception(), TargetNotWritable)
    assert len(house.engine.alive) == 1
    assert house.on_vault(lambda: house.vault.readers([job])) == ()
    exporting.close()


def test_a_real_reader_reads_a_scan_and_makes_it_searchable(
    house: House, target: Path, tmp_path: Path
) -> None:
    # Given: real workers instead of the scripted ones
    house.engine = WorkerEngine(
        Limits(),
        tessdata=tmp_path / "tessdata",
        user_tessdata=tmp_path / "user",
        fallback_scratch=tmp_path / "scratch",
    )
    house.killer = GroupKiller()
    job = house.admit(name="Protokoll.pdf", data=pdf_of(page_picture()))
    house.queue()
    eventually(lambda: house.state_of(job) is JobState.DONE, patience_s=60)

    exporting = make_exporting(house)
    path = exporting.export(job, "pdf", target).result()
    exporting.close()

    import pymupdf

    with pymupdf.open(path) as written:
        text = " ".join(page.get_text() for page in written)
    assert "treasurer reported a balance of 1482 pounds" in " ".join(text.split())
