"""Workers and their children end when they must, and nothing of a document is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from engine_documents import encoded, open_in, page_picture, pdf_of, scratch_folders

from mayfly.domain.document_errors import ReaderCrashed
from mayfly.domain.errors import InternalError
from mayfly.domain.jobs import ReadOptions
from mayfly.engine.scratch import make_scratch, sweep_scratch

LONG_PAGE = tuple(
    "the quick brown fox jumps over the lazy dog again and again " * 2 for _ in range(60)
)
WAIT_S = 20.0


def wait_for(condition) -> None:
    """Wait until the condition holds; fail when it never does."""
    until = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.01)


def group_of(leader: int) -> list[psutil.Process]:
    """Return the processes of the leader's group that still run."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getpgid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def is_recognising(leader: int) -> bool:
    return any(process.name() == "tesseract" for process in group_of(leader))


def read_in_background(reader) -> tuple[threading.Thread, list[BaseException]]:
    """Let another thread read a page that takes a while."""
    errors: list[BaseException] = []
    data = encoded(page_picture(LONG_PAGE, size=(2480, 3508), font_px=26), "PNG")
    open_in(reader, data)

    def read() -> None:
        try:
            reader.read_page(1)
        except ReaderCrashed as error:
            errors.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    wait_for(lambda: is_recognising(reader.pid))
    return thread, errors


def test_kill_ends_worker_child_and_tesseract_and_empties_the_scratch(reader):
    before = set(scratch_folders())
    thread, errors = read_in_background(reader)
    assert before, "the worker has a scratch folder"
    assert any(list(folder.iterdir()) for folder in before), "a page lies in it"

    reader.kill()
    thread.join(WAIT_S)

    assert group_of(reader.pid) == []
    assert not any(folder.exists() for folder in before if not holds_live_reader(folder))
    assert len(errors) == 1
    assert not reader.alive


def holds_live_reader(folder: Path) -> bool:
    """The session's shared worker has its folder too, empty between documents."""
    return folder.exists() and not list(folder.iterdir())


def test_a_reader_that_somebody_else_kills_says_so_and_cleans_up(reader):
    folders = set(scratch_folders())
    thread, errors = read_in_background(reader)

    os.killpg(reader.pid, signal.SIGKILL)
    thread.join(WAIT_S)

    assert isinstance(errors[0], ReaderCrashed)
    assert not reader.alive
    assert not any(folder.exists() and list(folder.iterdir()) for folder in folders)


def test_a_child_that_dies_takes_the_worker_and_its_tesseract_along(reader):
    thread, errors = read_in_background(reader)
    child = next(process for process in group_of(reader.pid) if process.ppid() == reader.pid)

    child.send_signal(signal.SIGSEGV)
    thread.join(WAIT_S)

    assert isinstance(errors[0], ReaderCrashed)
    wait_for(lambda: group_of(reader.pid) == [])


def test_killing_twice_and_closing_afterwards_is_no_error(reader):
    reader.kill()
    reader.kill()
    reader.close_document()

    assert not reader.alive
    with pytest.raises(ReaderCrashed):
        open_in(reader, pdf_of(None))


def test_a_document_of_another_length_than_said_is_our_bug(reader):
    with pytest.raises(InternalError):
        reader.open([b"%PDF-1.7"], 9, ReadOptions(), None)

    assert not reader.alive


def test_chunks_that_fail_halfway_end_the_reader_with_that_error(reader):
    def chunks():
        yield b"%PDF-1.7"
        raise LookupError("deleted meanwhile")

    with pytest.raises(LookupError):
        reader.open(chunks(), 100, ReadOptions(), None)

    assert not reader.alive


def test_the_memory_of_a_document_goes_with_it(reader):
    def resident() -> int:
        return sum(process.memory_info().rss for process in group_of(reader.pid))

    before = resident()
    open_in(reader, encoded(page_picture(size=(6000, 6000), mode="RGB"), "BMP"))
    while_open = resident()
    reader.close_document()
    wait_for(lambda: len(group_of(reader.pid)) == 1)

    assert while_open > before + 100_000_000
    assert resident() < before + 20_000_000


PARENT = """
import sys
from pathlib import Path
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.limits import Limits
from mayfly.engine.worker_engine import WorkerEngine

place = Path(sys.argv[1])
engine = WorkerEngine(
    Limits(),
    tessdata=place / "tessdata",
    user_tessdata=place / "user",
    fallback_scratch=place / "scratch",
)
reader = engine.start_reader()
data = (place / "page.png").read_bytes()
reader.open([data], len(data), ReadOptions(), None)
print(reader.pid, flush=True)
reader.read_page(1)
"""


@pytest.fixture
def parent(tmp_path):
    """Another main process that reads a long page; returns it and its worker's number."""
    page = page_picture(LONG_PAGE, size=(2480, 3508), font_px=26)
    (tmp_path / "page.png").write_bytes(encoded(page, "PNG"))
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    worker = int(process.stdout.readline())
    wait_for(lambda: is_recognising(worker))
    yield process, worker
    process.kill()
    process.wait()
    process.stdout.close()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker, signal.SIGKILL)


def folders_of(pid: int) -> list[Path]:
    return list(Path("/dev/shm").glob(f"mayfly-*-{pid}-*"))


def test_a_killed_main_process_leaves_no_worker_and_no_page(parent):
    process, worker = parent
    assert folders_of(process.pid)
    # So that it cannot end by itself before anybody notices.
    next(one for one in group_of(worker) if one.name() == "tesseract").suspend()

    process.send_signal(signal.SIGKILL)
    process.wait()

    wait_for(lambda: group_of(worker) == [])
    wait_for(lambda: not folders_of(process.pid))


def test_what_a_crash_of_both_leaves_is_swept_at_the_next_start(parent, tmp_path):
    process, worker = parent
    # The worker is stopped first, so that it cannot clean up after its parent.
    os.kill(worker, signal.SIGSTOP)
    process.send_signal(signal.SIGKILL)
    process.wait()
    os.killpg(worker, signal.SIGKILL)
    wait_for(lambda: group_of(worker) == [])
    left = folders_of(process.pid)
    assert left, "the crash left nothing to sweep"
    assert list(left[0].iterdir()), "no page lay in it"

    swept = sweep_scratch(tmp_path / "scratch")

    assert swept >= 1
    assert not folders_of(process.pid)


def test_a_sweep_leaves_the_living_alone(tmp_path):
    mine = make_scratch(tmp_path)
    (mine.folder / "page").write_bytes(b"page")

    sweep_scratch(tmp_path)

    assert (mine.folder / "page").exists()
    mine.discard()
    assert not mine.folder.exists()


def test_a_scratch_folder_is_private_and_its_name_says_nothing(tmp_path):
    scratch = make_scratch(tmp_path)

    assert scratch.in_memory
    assert scratch.folder.stat().st_mode & 0o777 == 0o700
    assert scratch.folder.name.startswith(f"mayfly-{os.getuid()}-{os.getpid()}-")
    scratch.discard()


def test_without_a_memory_folder_files_are_overwritten_before_they_go(tmp_path, monkeypatch):
    monkeypatch.setattr("mayfly.engine.scratch.MEMORY", tmp_path / "missing")
    scratch = make_scratch(tmp_path / "data")
    page = scratch.folder / "page"
    page.write_bytes(b"a word of the page")
    with page.open("rb") as still_open:
        scratch.discard()

        assert set(still_open.read()) == {0}
    assert not scratch.in_memory
    assert scratch.folder.parent == tmp_path / "data"
    assert not scratch.folder.exists()
