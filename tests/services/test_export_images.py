"""Pictures beside results: files of their own, and gone with the source at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mayfly.domain.exports import Exported, ExportProgress, parse_page_choice
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageId
from mayfly.services.exporting import Exporting
from tests.fakes_engine import ScriptPage, image_of
from tests.services.conftest import House
from tests.services.orders import JSON, contents, names, order, run, told
from tests.services.test_exporting import exports, make_exporting

ALL_FILES = ["a.txt", "a page-1-image-1.png", "a page-1-image-2.png", "a page-2-image-1.png"]


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


def read(house: House, *document_names: str) -> list[JobId]:
    pages = ScriptPage("one", images=2), ScriptPage("two", images=1)
    jobs = [house.admit(*pages, name=name) for name in document_names]
    house.queue()
    house.wait_until_read(*jobs)
    return jobs


def what(answers: list[Exported]) -> list[str]:
    return [str(one.image_id or one.file_format) for one in answers]


def test_every_picture_is_a_file_beside_its_result(
    house: House, exporting: Exporting, target: Path
) -> None:
    (job,) = read(house, "a.pdf")
    progress: list[ExportProgress] = []

    answers = run(exporting, [job], order(target, with_images=True), progress.append)

    assert told(answers) == ALL_FILES
    assert what(answers) == ["txt", "1-1", "1-2", "2-1"]
    data = (target / ALL_FILES[2]).read_bytes()
    assert data == image_of(ImageId(1, 2)).data
    assert progress[-1].done == progress[-1].total == 4
    assert [one["format"] for _, one in exports(house)] == ["image"] * 3 + ["txt"]


def test_only_pictures_of_chosen_pages_and_of_any_number_of_jobs_in_a_zip(
    house: House, exporting: Exporting, target: Path
) -> None:
    jobs = read(house, "a.pdf", "a.pdf")
    wanted = order(target, JSON, with_images=True, pages=parse_page_choice("2"), zip_name="z")

    answers = run(exporting, jobs, wanted)

    assert what(answers) == ["json", "2-1"] * 2
    assert set(told(answers)) == {"z.zip"}
    assert list(contents(target / "z.zip")) == [
        "a.json", "a page-2-image-1.png", "a (2).json", "a (2) page-2-image-1.png",
    ]  # fmt: skip


def test_without_the_source_the_text_is_written_and_the_pictures_are_said(
    house: House, exporting: Exporting, target: Path
) -> None:
    jobs = read(house, "a.pdf", "b.pdf")
    house.deletions.delete_source([jobs[0]]).result()

    answers = run(exporting, jobs, order(target, with_images=True))

    assert told(answers)[:2] == ["a.txt", "source_gone"]
    assert what(answers)[1] == "None"
    assert told(answers)[2:] == [one.replace("a", "b", 1) for one in ALL_FILES]


@pytest.mark.parametrize("zip_name", [None, "z"])
@pytest.mark.parametrize("after", range(1, 5))
def test_a_source_that_goes_meanwhile_takes_its_pictures_and_not_its_text(
    house: House, exporting: Exporting, target: Path, after: int, zip_name: str | None
) -> None:
    """In a zip, those as well that were in it already."""
    (job,) = read(house, "a.pdf")

    def tell(progress: ExportProgress) -> None:
        if progress.done == after:
            house.deletions.delete_source([job]).result()

    answers = run(exporting, [job], order(target, with_images=True, zip_name=zip_name), tell)

    codes = [one.error_code for one in answers]
    if zip_name:
        assert codes == [None, *["source_gone"] * (len(codes) - 1)]
        assert list(contents(target / "z.zip")) == ["a.txt"]
        assert image_of(ImageId(1, 1)).data not in (target / "z.zip").read_bytes()
    else:
        assert codes == [None] * after + ["source_gone"] * (len(codes) - after)
        assert names(target) == sorted(ALL_FILES[:after])


def test_the_pictures_of_one_page_that_went_are_left_out_of_the_zip(
    house: House, exporting: Exporting, target: Path
) -> None:
    (job,) = read(house, "a.pdf")

    def tell(progress: ExportProgress) -> None:
        if progress.done == 4:
            house.deletions.delete_page_images(job, 1).result()

    answers = run(exporting, [job], order(target, with_images=True, zip_name="z"), tell)

    assert [one.error_code for one in answers] == [None, "source_gone", "source_gone", None]
    assert set(contents(target / "z.zip")) == {"a.txt", "a page-2-image-1.png"}
