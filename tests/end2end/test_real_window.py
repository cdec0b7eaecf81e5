"""The real program in a real window: files dragged from a file manager, clicks, keys, keyring."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psutil
import pytest
from PIL import Image

from mayfly.system.paths import paths_in
from mayfly.vault.opening import VaultPaths, needed_key
from tests.cli.conftest import Program, ended
from tests.cli.papers import write_long_scan, write_picture
from tests.conftest import ROOT
from tests.end2end.desktop import (
    PATIENCE_S,
    SCREEN_PX,
    Desktop,
    Place,
    require_desktop,
    running_desktop,
)
from tests.waiting import eventually

pytestmark = [pytest.mark.display, pytest.mark.keyring]

WELCOME = ROOT / "resources" / "sample" / "welcome.pdf"
TITLE = "^Mayfly$"
LEAST_WIDTH_PX = 700
"""Only the main window is so wide; the one that asks for a passphrase has the same title."""
FIRST_BIN_PX = (267, 163)
"""The bin of the first document, below its batch's row, in a window of 960 x 640."""
LEAST_COLOURS = 500
"""One window alone has more than 1,000, by its icon and smooth letters; a blank screen one."""


@dataclass(frozen=True)
class Shown:
    """A program whose window is on show."""

    program: Program
    process: subprocess.Popen[bytes]
    window: int
    desktop: Desktop

    def list(self) -> dict[str | None, dict]:
        """Ask another process for the documents; by name, a deleted one under None."""
        answer = self.program.run("list", "--json")
        assert answer.status == 0, answer.err
        return {job["name"]: job for job in answer.json}

    def wait_until_read(self, *names: str) -> dict[str | None, dict]:
        def look() -> dict[str | None, dict] | None:
            jobs = self.list()
            return (
                jobs
                if {name for name in jobs if jobs[name]["state"] == "done"} == {*names}
                else None
            )

        return eventually(look, patience_s=PATIENCE_S)

    def put(self) -> Place:
        """Lay it where a file manager has room beside it."""
        return self.desktop.put(self.window, at=(600, 40), size=(960, 640))

    def close(self) -> int:
        """Close it as the window manager does, and return the exit status."""
        self.desktop.xdotool("windowactivate", "--sync", self.window, "key", "alt+F4")
        answer = ended(self.process, PATIENCE_S)
        assert (answer.out, answer.err) == ("", "")
        return answer.status


@pytest.fixture(scope="module")
def desktop() -> Iterator[Desktop]:
    require_desktop()
    with running_desktop() as started:
        yield started


@pytest.fixture
def program(desktop: Desktop, tmp_path: Path) -> Program:
    return Program(tmp_path, {**desktop.env, "QT_QPA_PLATFORM": "xcb"})


@pytest.fixture
def show(desktop: Desktop, program: Program) -> Iterator[Callable[..., Shown]]:
    """Open the window; whatever is still open at the end is ended."""
    with ExitStack() as stack:

        def start(*words: str | Path) -> Shown:
            process = stack.enter_context(_started(program, *words))
            window = desktop.wait_for_window(TITLE, least_width_px=LEAST_WIDTH_PX)
            return Shown(program, process, window, desktop)

        yield start


@contextmanager
def _started(program: Program, *words: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    with program.start(*words) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                ended(process, PATIENCE_S)


def papers(folder: Path) -> tuple[Path, Path]:
    """Lay a drawn picture and the sample document into a new folder."""
    folder.mkdir()
    return write_picture(folder / "drawn.png"), Path(shutil.copy(WELCOME, folder))


def fingerprints(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        path.name: (sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.iterdir()
    }


def test_files_dragged_from_a_file_manager_are_read_and_stay_where_they_were(
    show, desktop: Desktop, tmp_path: Path
) -> None:
    source = papers(tmp_path / "papers-to-drag")[0].parent
    before = fingerprints(source)
    shown = show()
    place = shown.put()

    with desktop.file_manager(source) as file_manager:
        desktop.drag_all_files(file_manager, place.point(0.5, 0.5))
        jobs = shown.wait_until_read("drawn.png", "welcome.pdf")
        photograph = desktop.photograph(tmp_path / "dropped.png")

    assert jobs["drawn.png"]["batch"] == jobs["welcome.pdf"]["batch"]
    text = shown.program.run("show", jobs["drawn.png"]["job"], "--format", "text").out
    assert "The treasurer reported" in text
    assert fingerprints(source) == before
    with Image.open(photograph) as screen:
        assert screen.size == SCREEN_PX
        window = screen.convert("RGB").crop(
            (place.left, place.top, place.left + place.width, place.top + place.height)
        )
    pixels = window.width * window.height
    colours = window.getcolors(maxcolors=pixels)
    assert len(colours) > LEAST_COLOURS
    # The empty paper and list take most of it, but never all.
    assert max(count for count, _ in colours) < 0.9 * pixels


def test_a_click_on_the_bin_deletes_that_document_at_once_and_no_other(
    show, desktop: Desktop, tmp_path: Path
) -> None:
    shown = show(*papers(tmp_path / "papers"))
    job = shown.wait_until_read("drawn.png", "welcome.pdf")["drawn.png"]["job"]
    place = shown.put()
    # Neither the name of what is open nor anything else tells about it on a taskbar.
    assert desktop.titles(shown.window) == {"Mayfly"}
    told = desktop.properties()
    assert "Mayfly" in told
    assert [name for name in ("drawn", "welcome.pdf") if name in told] == []

    desktop.click((place.left + FIRST_BIN_PX[0], place.top + FIRST_BIN_PX[1]))

    jobs = eventually(lambda: one if None in (one := shown.list()) else None)
    assert set(jobs) == {None, "welcome.pdf"}
    assert (jobs[None]["job"], jobs[None]["state"]) == (job, "deleted")
    assert jobs["welcome.pdf"]["state"] == "done"
    assert desktop.titles(shown.window) == {"Mayfly"}


def test_a_first_start_keeps_the_key_in_the_keyring_unasked_and_a_second_one_finds_it(
    show, program: Program
) -> None:
    first = show(papers(program.folder / "papers")[1])
    first.wait_until_read("welcome.pdf")
    assert first.close() == 0
    paths = paths_in(program.home)
    assert needed_key(VaultPaths(paths.database, paths.shard, paths.lock)) == "keyring"

    second = show()

    assert set(second.list()) == {"welcome.pdf"}
    assert second.close() == 0
    # And: without that keyring the vault stays closed.
    without = Program(program.folder).run("list", "--json")
    assert (without.status, "welcome" in without.out) == (5, False)


def test_a_second_start_brings_the_first_window_forward_and_ends(show, desktop: Desktop) -> None:
    first = show()
    desktop.xdotool("windowminimize", "--sync", first.window)
    eventually(lambda: not desktop.windows(TITLE))

    with _started(first.program) as second:
        answer = ended(second, PATIENCE_S)

    assert (answer.status, answer.out, answer.err) == (0, "", "")
    eventually(lambda: desktop.windows(TITLE) == [first.window])
    assert first.process.poll() is None


def test_closing_the_window_while_it_reads_leaves_no_process_behind(show, tmp_path: Path) -> None:
    shown = show(write_long_scan(tmp_path / "long.tif", 20))
    eventually(
        lambda: any(job["state"] == "reading" for job in shown.list().values()),
        patience_s=PATIENCE_S,
    )
    readers = psutil.Process(shown.process.pid).children(recursive=True)
    assert readers

    assert shown.close() == 0

    eventually(lambda: not any(one.is_running() for one in readers))
    # And: what was not finished waits for the next start.
    (job,) = shown.list().values()
    assert job["state"] == "queued"
