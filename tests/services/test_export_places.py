"""Exports that meet trouble: disks that turn read-only or are taken away, links, two at once."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from mayfly.domain.errors import NotFinished
from mayfly.domain.export_errors import NoTables
from mayfly.domain.exports import ExportFormat, ExportProgress, parse_page_choice
from mayfly.domain.pages import PageState
from mayfly.renderers import RENDERERS
from mayfly.services.exporting import Exporting
from tests.fakes_engine import ScriptPage
from tests.services.conftest import House
from tests.services.orders import PDF, TXT, names, order, run, several, told
from tests.services.test_export_zip import LateTarget
from tests.services.test_exporting import make_exporting
from tests.small_disks import disk_in_memory, make_read_only
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


def at(done: int, act):
    """Return a tell that acts once so many files are done."""
    left = [act]

    def tell(progress: ExportProgress) -> None:
        if left and progress.done == done:
            left.pop()()

    return tell


def test_a_disk_that_turns_read_only_is_said_and_keeps_what_was_written(
    house: House, exporting: Exporting, tmp_path: Path
) -> None:
    with disk_in_memory(tmp_path / "disk", 4 << 20) as disk:
        jobs = several(house, *(f"{n}.pdf" for n in range(5)))

        answers = run(exporting, jobs, order(disk), at(2, lambda: make_read_only(disk)))

        assert told(answers) == ["0.txt", "1.txt", *["target_not_writable"] * 3]
        assert names(disk) == ["0.txt", "1.txt"]


@pytest.mark.parametrize("zip_name", [None, "a"])
def test_a_disk_that_is_taken_away_is_said(
    house: House, exporting: Exporting, tmp_path: Path, zip_name: str | None
) -> None:
    """Nothing is written into the folder that it was mounted on."""
    with disk_in_memory(tmp_path / "disk", 4 << 20) as disk:
        (disk / "folder").mkdir()
        jobs = several(house, *(f"{n}.pdf" for n in range(3)))

        def unplug() -> None:
            subprocess.run(["umount", "-l", str(disk)], check=True)

        what = order(disk / "folder", zip_name=zip_name)
        answers = run(exporting, jobs, what, at(1, unplug))

        first = "target_missing" if zip_name else "0.txt"
        assert told(answers) == [first, "target_missing", "target_missing"]
        assert names(disk) == []
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(disk)], check=True)


def test_another_disk_in_the_folders_place_gets_no_part_of_a_zip(
    house: House, exporting: Exporting, tmp_path: Path
) -> None:
    with disk_in_memory(tmp_path / "disk", 4 << 20) as disk:
        jobs = several(house, "0.pdf", "1.pdf")

        def exchange() -> None:
            subprocess.run(["umount", "-l", str(disk)], check=True)
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(disk)], check=True)

        answers = run(exporting, jobs, order(disk, zip_name="a"), at(1, exchange))

        assert told(answers) == ["target_missing"] * 2
        assert names(disk) == []


@pytest.mark.parametrize("zip_name", [None, "a"])
@pytest.mark.parametrize("done", [1, 3])
def test_a_vault_that_is_locked_meanwhile_gives_no_more(
    house: House, exporting: Exporting, target: Path, done: int, zip_name: str | None
) -> None:
    """Not even a zip of what had been opened before."""
    jobs = several(house, "0.pdf", "1.pdf", "2.pdf")
    locking = house.lockable()

    answers = run(
        exporting, jobs, order(target, zip_name=zip_name), at(done, lambda: locking.lock().result())
    )

    written = [] if zip_name else [f"{n}.txt" for n in range(done)]
    assert told(answers) == [*written, *["vault_locked"] * (3 - len(written))]
    assert names(target) == written


def test_a_lock_in_the_last_moment_of_a_zip_takes_all_of_it(house: House, target: Path) -> None:
    jobs = several(house, "0.pdf", "1.pdf")
    locking = house.lockable()
    late = LateTarget(lambda: locking.lock().result())
    exporting = make_exporting(house, late)
    answers = run(exporting, jobs, order(target, zip_name="a"))
    exporting.close()
    assert told(answers) == ["vault_locked"] * 2
    assert names(target) == []


def test_two_processes_export_into_one_folder_under_names_of_their_own(
    house: House, exporting: Exporting, target: Path
) -> None:
    code = (
        "import sys; from pathlib import Path; from mayfly.export.files import FolderTarget\n"
        "target, folder = FolderTarget(), Path(sys.argv[1])\n"
        "print('ready', flush=True)\n"
        "for n in range(40): target.write_new(folder, 'a', '.txt', [b'other'])\n"
    )
    jobs = several(house, *["a.pdf"] * 20)
    command = [sys.executable, "-c", code, str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"ready\n"
        answers = run(exporting, jobs, order(target))
        assert other.wait(30) == 0

    assert len({one.path for one in answers}) == 20
    assert {one.path.read_bytes() for one in answers} == {b"one\n\ftwo\n"}
    others = set(target.iterdir()) - {one.path for one in answers}
    assert {one.read_bytes() for one in others} == {b"other"}
    assert len(others) == 40


def test_links_that_have_the_names_lead_nowhere(
    house: House, exporting: Exporting, target: Path, tmp_path: Path
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    for name in ("a.txt", "a.zip"):
        (target / name).symlink_to(precious)
    jobs = several(house, "a.pdf")

    run(exporting, jobs, order(target))
    run(exporting, jobs, order(target, zip_name="a"))
    assert names(target) == ["a (2).txt", "a (2).zip", "a.txt", "a.zip"]
    run(exporting, jobs, order(target, replace=True))
    run(exporting, jobs, order(target, replace=True, zip_name="a"))

    assert precious.read_text() == "precious"
    assert not any(one.is_symlink() for one in target.iterdir())
    assert len(names(target)) == 4


def test_a_folder_that_is_a_link_is_the_users_choice(
    house: House, exporting: Exporting, target: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(target)
    answers = run(exporting, several(house, "a.pdf"), order(tmp_path / "link"))
    assert told(answers) == ["a.txt"]
    assert names(target) == ["a.txt"]


@pytest.mark.parametrize("file_format", [*map(ExportFormat, RENDERERS), PDF])
def test_ranges_hold_in_every_format(house: House, target: Path, file_format: ExportFormat) -> None:
    """Fails for any writer that goes by the document instead of the pages it was given."""
    exporting = make_exporting(house, renderers=RENDERERS)
    job = house.admit("alpha", "bravo", "charlie", "delta", name="a.pdf")
    house.queue()
    house.wait_until_read(job)
    what = order(target, file_format, pages=parse_page_choice("2,4-"))

    (answer,) = run(exporting, [job], what)
    whole = run(exporting, [job], replace(what, pages=parse_page_choice("1-")))[0]
    exporting.close()

    if file_format is ExportFormat.CSV:
        assert {answer.error_code, whole.error_code} == {NoTables.code}
        return
    words = ("alpha", "bravo", "charlie", "delta")
    assert [one in text_of(answer.path) for one in words] == [False, True, False, True]
    assert [one in text_of(whole.path) for one in words] == [True] * 4


def text_of(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix == ".docx":
        with zipfile.ZipFile(BytesIO(data)) as parts:
            data = parts.read("word/document.xml")
    if path.suffix == ".json":
        return json.dumps([one["text"] for one in json.loads(data)["pages"]])
    return data.decode()


def test_chosen_pages_are_printed_as_soon_as_they_are_read(
    house: House, exporting: Exporting
) -> None:
    house.engine.gate("x")
    waiting = house.admit("w", name="w.pdf")
    job = house.admit("one", ScriptPage("two", gate="x"), name="a.pdf")
    with pytest.raises(NotFinished):
        exporting.render(waiting, TXT, parse_page_choice("1"))
    house.queue()
    eventually(lambda: PageState.READ in {one.state for one in house.pages(job)})

    assert b"".join(exporting.render(job, TXT, parse_page_choice("1"))) == b"one\n"
    for pages in ("2", "1-2"):
        with pytest.raises(NotFinished):
            exporting.render(job, TXT, parse_page_choice(pages))
    with pytest.raises(NotFinished):
        exporting.render(job, TXT)
    house.engine.gate("x").set()
    house.wait_until_read(job)
    assert b"".join(exporting.render(job, TXT)) == b"one\n\ftwo\n"
