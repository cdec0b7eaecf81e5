"""Many files in one export: each answers for itself, and it can be stopped at any moment."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mayfly.domain.export_errors import NamePatternWrong
from mayfly.domain.exports import (
    ExportFormat,
    ExportProgress,
    parse_page_choice,
)
from mayfly.services.exporting import Exporting
from tests.fakes_engine import ScriptPage
from tests.services.conftest import House
from tests.services.orders import (
    FORMATS,
    JSON,
    PDF,
    TXT,
    names,
    order,
    run,
    several,
    told,
)
from tests.services.test_exporting import DeletingTarget, done, exports, make_exporting
from tests.waiting import eventually


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def exporting(house: House) -> Iterator[Exporting]:
    made = make_exporting(house)
    yield made
    made.close()


# --- a folder --------------------------------------------------------------------------


def test_every_job_is_written_in_every_format(
    house: House, exporting: Exporting, target: Path
) -> None:
    jobs = several(house, "a.pdf", "b.pdf")
    progress: list[ExportProgress] = []

    answers = run(exporting, jobs, order(target, *FORMATS), progress.append)

    assert told(answers) == ["a.txt", "a.json", "a.pdf", "b.txt", "b.json", "b.pdf"]
    assert [(one.job_id, one.file_format) for one in answers] == [
        (job, one) for job in jobs for one in FORMATS
    ]
    assert names(target) == sorted(told(answers))
    assert len(exports(house)) == 6
    assert progress[0] == ExportProgress(0, 6, 0)
    assert progress[-1] == ExportProgress(6, 6, 12)
    assert progress == sorted(progress, key=lambda one: (one.done, one.pages_done))


def test_one_that_fails_stops_no_other(house: House, exporting: Exporting, target: Path) -> None:
    house.queue()
    gone, good, waiting = done(house), done(house, name="good.pdf"), house.admit("x", password="y")
    house.deletions.delete([gone]).result()

    answers = run(exporting, [gone, waiting, good, "f" * 32], order(target))

    assert told(answers)[0] == "already_deleted"
    assert told(answers)[1] in ("password_needed", "not_finished")
    assert told(answers)[2:] == ["good.txt", "no_such_job"]
    assert names(target) == ["good.txt"]


def test_a_pattern_names_the_files(house: House, exporting: Exporting, target: Path) -> None:
    jobs = several(house, "Brief.pdf", "Brief.pdf")
    batch = house.job(jobs[0]).batch_id
    day = house.clock.now().astimezone().date().isoformat()
    pattern = "{number} {date} {job} {batch} {format} {pages} {{{name}}}"

    answers = run(exporting, jobs, order(target, pattern=pattern))

    assert told(answers)[0] == f"1 {day} {jobs[0][:8]} {batch[:8]} txt all {{Brief}}.txt"
    assert told(answers)[1].startswith("2 ")


def test_a_preview_tells_the_names_and_writes_nothing(
    house: House, exporting: Exporting, target: Path
) -> None:
    *jobs, gone = several(house, "Brief.pdf", "brief.png", "../x.pdf", "gone.pdf")
    house.deletions.delete([gone]).result()
    what = order(target, TXT, JSON)

    preview = exporting.preview_names([*jobs, gone], what).result()

    assert preview == (
        "Brief.txt", "Brief.json", "brief (2).txt", "brief (2).json", "x.txt", "x.json",
    )  # fmt: skip
    assert names(target) == []


@pytest.mark.parametrize("zip_name", [None, "a.zip"])
def test_a_pattern_that_is_wrong_is_said_before_anything_is_written(
    house: House, exporting: Exporting, target: Path, zip_name: str | None
) -> None:
    job = done(house)
    what = order(target, pattern="../{name}", zip_name=zip_name)
    with pytest.raises(NamePatternWrong):
        run(exporting, [job], what)
    with pytest.raises(NamePatternWrong):
        exporting.preview_names([job], what).result()
    with pytest.raises(NamePatternWrong):
        run(exporting, [job], order(target, zip_name="../a.zip"))
    assert names(target) == []


def test_replacing_spares_what_the_same_export_has_written(
    house: House, exporting: Exporting, target: Path
) -> None:
    jobs = several(house, "a.pdf", "A.pdf")
    (target / "a.txt").write_text("old")

    answers = run(exporting, jobs, order(target, replace=True))

    assert told(answers) == ["a.txt", "A (2).txt"]
    assert (target / "a.txt").read_text() == "one\n\ftwo\n"
    assert (target / "A (2).txt").exists()


@pytest.mark.parametrize("replacing", [False, True])
def test_what_is_deleted_in_its_last_moment_gets_no_name(
    house: House, target: Path, replacing: bool
) -> None:
    jobs = several(house, "0.pdf", "1.pdf")
    left = [jobs[0]]

    class Deleting(DeletingTarget):
        def replace(self, *place, check, **others) -> Path:
            def late() -> None:
                self._before_named()
                check()

            return super().replace(*place, check=late, **others)

    exporting = make_exporting(
        house, Deleting(lambda: left and house.deletions.delete([left.pop()]).result())
    )
    answers = run(exporting, jobs, order(target, *FORMATS[:1], replace=replacing))
    exporting.close()

    assert told(answers) == ["already_deleted", "1.txt"]
    assert names(target) == ["1.txt"]


# --- pages -----------------------------------------------------------------------------


def test_chosen_pages_and_no_others_are_written(
    house: House, exporting: Exporting, target: Path
) -> None:
    job = done(house, *(f"page{n}" for n in range(1, 10)))
    what = order(target, *FORMATS, pages=parse_page_choice("2-3,7,9-"), pattern="{name} {pages}")

    text, as_json, pdf = run(exporting, [job], what)

    assert text.path.name == "Brief 2-3,7,9-.txt"
    assert text.path.read_text().split() == ["page2", "page3", "page7", "page9"]
    assert [one["number"] for one in json.loads(as_json.path.read_text())["pages"]] == [2, 3, 7, 9]
    assert pdf.path.read_bytes().split() == [b"%PDF-echo", b"page2", b"page3", b"page7", b"page9"]


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_page_that_is_not_there_or_was_not_read_is_said(
    house: House, exporting: Exporting, target: Path, file_format: ExportFormat
) -> None:
    job = done(house, "one", ScriptPage("two", fault="crash"), "three")

    def pages(text: str) -> list[str]:
        what = order(target, file_format, pages=parse_page_choice(text))
        return told(run(exporting, [job], what))

    assert pages("4") == pages("1-4") == pages("4-") == ["no_such_page"]
    assert pages("2") == pages("1-3") == pages("2-") == ["page_not_read"]
    assert names(target) == []
    assert pages("3-") == [f"Brief{file_format.suffix}"]


# --- stopped -----------------------------------------------------------------------------


@pytest.mark.parametrize("zip_name", [None, "a"])
@pytest.mark.parametrize("at", range(7))
def test_it_can_be_stopped_at_any_moment(
    house: House, exporting: Exporting, target: Path, at: int, zip_name: str | None
) -> None:
    jobs = several(house, "0.pdf", "1.pdf", "2.pdf")
    box: list = []
    ready = threading.Event()
    count = iter(range(1000))

    def tell(_progress: ExportProgress) -> None:
        ready.wait(10)
        if next(count) == at:
            box[0].cancel()

    box.append(exporting.run(jobs, order(target, zip_name=zip_name), tell))
    ready.set()
    answers = box[0].future.result(timeout=30)

    codes = [one.error_code for one in answers]
    assert codes == sorted(codes, key=lambda one: one is not None)
    assert set(codes) <= {None, "export_cancelled"}
    assert "export_cancelled" in codes
    assert names(target) == sorted(one.path.name for one in answers if one.path)
    assert not (zip_name and names(target))
    assert len(exports(house)) == codes.count(None)


def test_stopping_ends_the_reader_that_makes_a_pdf(
    house: House, exporting: Exporting, target: Path
) -> None:
    house.engine.gate("x").set()
    job = done(house, "one", ScriptPage("two", gate="x"))
    going = exporting.run([job, job], order(target, PDF, TXT), lambda _: None)
    eventually(lambda: house.engine.happened("compose", "Brief.pdf", 2))

    going.cancel()

    assert told(list(going.future.result(timeout=10))) == ["export_cancelled"] * 2
    assert len(house.engine.alive) == 1
    assert house.on_vault(lambda: house.vault.readers([job])) == ()
    assert names(target) == []


@pytest.mark.parametrize("zip_name", [None, "a"])
def test_the_end_of_mayfly_ends_it(house: House, target: Path, zip_name: str | None) -> None:
    exporting = make_exporting(house)
    house.engine.gate("x").set()
    jobs = [house.admit("a", name="a.pdf"), done(house, "one", ScriptPage("two", gate="x"))]
    what = order(target, PDF, zip_name=zip_name)
    going = exporting.run(jobs, what, lambda _: None)
    waiting = exporting.run(jobs, what, lambda _: None)
    eventually(lambda: house.engine.happened("compose", "Brief.pdf", 2))

    exporting.close()

    answers = told(list(going.future.result(timeout=10)))
    assert answers[-1] == "export_cancelled"
    assert set(told(list(waiting.future.result(timeout=10)))) <= {"export_cancelled", "a (2).pdf"}
    assert all(one.endswith(".pdf") for one in names(target))
    assert not (zip_name and names(target))


def test_others_get_their_turns(house: House, exporting: Exporting, target: Path) -> None:
    jobs = several(house, "0.pdf", "1.pdf", "2.pdf")
    single: list = []

    def tell(progress: ExportProgress) -> None:
        if progress.done == 1 and not single:
            single.append(exporting.export(jobs[0], "json", target))
        if progress.done == 3:
            assert single[0].done()

    assert len(run(exporting, jobs, order(target), tell)) == 3
    assert single[0].result().name == "0.json"


def test_a_teller_that_fails_ends_it_and_leaves_nothing(
    house: House, exporting: Exporting, target: Path
) -> None:
    def tell(progress: ExportProgress) -> None:
        if progress.done:
            raise LookupError("the window is gone")

    with pytest.raises(LookupError):
        run(exporting, several(house, "a.pdf", "b.pdf"), order(target, zip_name="a"), tell)
    assert names(target) == []
