"""Many files in one zip, deletions in the middle, and a target that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mayfly.domain.errors import TargetMissing, TargetNotWritable
from mayfly.domain.export_errors import TargetFull
from mayfly.domain.exports import (
    ExportProgress,
)
from mayfly.export.files import FolderTarget
from mayfly.services.exporting import Exporting
from tests.services.conftest import House
from tests.services.orders import (
    FORMATS,
    JSON,
    PDF,
    TXT,
    contents,
    names,
    order,
    run,
    several,
    told,
)
from tests.services.test_exporting import done, exports, make_exporting
from tests.small_disks import disk_in_memory


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


# --- a zip -----------------------------------------------------------------------------


def test_two_hundred_jobs_go_into_one_zip(house: House, exporting: Exporting, target: Path) -> None:
    first = done(house, "number 1", name="Brief ä.pdf")
    others = [house.admit(f"number {n}", name="Brief ä.pdf") for n in range(2, 201)]
    house.wait_until_read(*others)

    answers = run(exporting, [first, *others], order(target, zip_name="Alles.zip"))

    assert {one.path for one in answers} == {target / "Alles.zip"}
    assert names(target) == ["Alles.zip"]
    found = contents(target / "Alles.zip")
    assert list(found)[:2] == ["Brief ä.txt", "Brief ä (2).txt"]
    assert [one.decode() for one in found.values()] == [f"number {n}\n" for n in range(1, 201)]
    assert len(exports(house)) == 200


def test_what_fails_is_left_out_of_the_zip(
    house: House, exporting: Exporting, target: Path
) -> None:
    jobs = several(house, "0.pdf", "1.pdf", "2.pdf")
    house.deletions.delete([jobs[1]]).result()

    answers = run(exporting, jobs, order(target, *FORMATS, zip_name="a"))

    assert [one.error_code for one in answers] == [None] * 3 + ["already_deleted"] * 3 + [None] * 3
    assert set(contents(target / "a.zip")) == {
        "0.txt", "0.json", "0.pdf", "2.txt", "2.json", "2.pdf",
    }  # fmt: skip


def test_a_zip_of_nothing_is_not_made(house: House, exporting: Exporting, target: Path) -> None:
    job = done(house)
    house.deletions.delete([job]).result()
    assert told(run(exporting, [job], order(target, zip_name="a"))) == ["already_deleted"]
    assert told(run(exporting, [], order(target, zip_name="a"))) == []
    assert names(target) == []


def test_a_zip_is_numbered_or_replaces_as_wished(
    house: House, exporting: Exporting, target: Path
) -> None:
    job = done(house)
    (target / "a.zip").write_bytes(b"old")
    assert set(told(run(exporting, [job], order(target, zip_name="a.zip")))) == {"a (2).zip"}
    assert (target / "a.zip").read_bytes() == b"old"
    what = order(target, zip_name="a.zip", replace=True)
    assert set(told(run(exporting, [job], what))) == {"a.zip"}
    assert list(contents(target / "a.zip")) == ["Brief.txt"]


# --- deleted while it goes on ------------------------------------------------------------


def deleting_after(house: House, count: int, job: Callable[[], str], what="delete"):
    """Return a tell that deletes the job once so many files are done."""
    going = [count]

    def tell(progress: ExportProgress) -> None:
        if going and progress.done == going[0]:
            going.clear()
            getattr(house.deletions, what)([job()]).result()

    return tell


def test_what_is_deleted_before_its_turn_is_not_written(
    house: House, exporting: Exporting, target: Path
) -> None:
    jobs = several(house, "0.pdf", "1.pdf", "2.pdf")
    answers = run(exporting, jobs, order(target), deleting_after(house, 1, lambda: jobs[1]))
    assert told(answers) == ["0.txt", "already_deleted", "2.txt"]
    assert names(target) == ["0.txt", "2.txt"]


@pytest.mark.parametrize("after", [1, 2, 3])
def test_what_is_deleted_meanwhile_is_in_no_byte_of_the_zip(
    house: House, exporting: Exporting, target: Path, after: int
) -> None:
    """Fails without the question before the zip gets its name, or if the entry is only hidden."""
    texts = [f"word{n}canary" * 3 for n in range(3)]
    jobs = [house.admit(text, name=f"{n}.pdf") for n, text in enumerate(texts)]
    house.queue()
    house.wait_until_read(*jobs)
    tell = deleting_after(house, after, lambda: jobs[0])

    answers = run(exporting, jobs, order(target, PDF, zip_name="a"), tell)

    assert [one.error_code for one in answers] == ["already_deleted", None, None]
    assert set(contents(target / "a.zip")) == {"1.pdf", "2.pdf"}
    # A PDF is stored as it is, so that its words would be seen.
    data = (target / "a.zip").read_bytes()
    assert texts[1].encode() in data
    assert texts[0].encode() not in data


class LateTarget(FolderTarget):
    """Does something each time the zip is whole on the disk and has no name yet."""

    def __init__(self, late: Callable[[], object]) -> None:
        super().__init__()
        self._late = late

    def open_zip(self, folder, at):
        return _Late(super().open_zip(folder, at), self._late)


class _Late:
    def __init__(self, opened, late) -> None:
        self._opened, self._late_call = opened, late

    def __enter__(self):
        self._zip = self._opened.__enter__()
        self.add = self._zip.add
        return self

    def __exit__(self, *error):
        return self._opened.__exit__(*error)

    def publish(self, stem, *, replace, gone):
        def asked():
            found = gone()
            self._late_call()
            return found

        return self._zip.publish(stem, replace=replace, gone=asked)


def test_deleting_in_the_last_moment_of_a_zip_takes_it_out(house: House, target: Path) -> None:
    jobs = [house.admit(f"word{n}canary", name=f"{n}.pdf") for n in range(4)]
    house.queue()
    house.wait_until_read(*jobs)
    left = iter(jobs[:2])

    def late() -> None:
        if job := next(left, None):
            house.deletions.delete([job]).result()

    exporting = make_exporting(house, LateTarget(late))
    answers = run(exporting, jobs, order(target, PDF, zip_name="a"))
    exporting.close()

    assert [one.error_code for one in answers] == ["already_deleted"] * 2 + [None] * 2
    assert b"word1canary" not in (target / "a.zip").read_bytes()
    assert set(contents(target / "a.zip")) == {"2.pdf", "3.pdf"}


# --- a target in trouble -------------------------------------------------------------------


@pytest.mark.parametrize("zip_name", [None, "a"])
def test_a_disk_that_fills_up_is_said_once_for_all(
    house: House, exporting: Exporting, tmp_path: Path, zip_name: str | None
) -> None:
    with disk_in_memory(tmp_path / "disk", 1 << 20) as disk:
        jobs = [house.admit("small", name="small.pdf")]
        jobs += [house.admit("x" * 2_000_000, name=f"{n}.pdf") for n in range(3)]
        house.queue()
        house.wait_until_read(*jobs)

        # A PDF, since text would be packed to nothing.
        answers = run(exporting, jobs, order(disk, PDF, zip_name=zip_name))

        written = [] if zip_name else ["small.pdf"]
        assert told(answers) == [*written, *["target_full"] * (4 - len(written))]
        assert names(disk) == written


class CountingTarget(FolderTarget):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error
        self.tries = 0

    def write_new(self, folder, stem, suffix, chunks, *, check) -> Path:
        self.tries += 1
        raise self._error


@pytest.mark.parametrize(
    ("error", "tries"), [(TargetMissing(), 1), (TargetFull(), 1), (TargetNotWritable(), 3)]
)
def test_a_folder_that_takes_nothing_is_not_tried_again_and_again(
    house: House, target: Path, error: Exception, tries: int
) -> None:
    counting = CountingTarget(error)
    exporting = make_exporting(house, counting)
    answers = run(exporting, several(house, *["a.pdf"] * 5), order(target))
    exporting.close()
    assert told(answers) == [error.code] * 5
    assert counting.tries == tries


@pytest.mark.parametrize("zip_name", [None, "a"])
def test_a_folder_that_goes_meanwhile_is_said(
    house: House, exporting: Exporting, target: Path, zip_name: str | None
) -> None:
    jobs = several(house, "0.pdf", "1.pdf", "2.pdf")

    def tell(progress: ExportProgress) -> None:
        if progress.done == 1 and target.exists():
            for one in target.iterdir():
                one.unlink()
            target.rmdir()

    answers = run(exporting, jobs, order(target, zip_name=zip_name), tell)

    first = ["target_missing"] if zip_name else ["0.txt"]
    assert told(answers) == [*first, "target_missing", "target_missing"]
    assert not target.exists()


def test_a_zip_into_no_folder_answers_for_every_file(
    house: House, exporting: Exporting, target: Path
) -> None:
    what = replace(order(target, TXT, JSON, zip_name="a"), folder=target / "nowhere")
    assert told(run(exporting, [done(house)], what)) == ["target_missing"] * 2
