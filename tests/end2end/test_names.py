"""While a document is read, no process that works on it bears its name or place anywhere."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cli.papers import write_long_scan
from tests.end2end.running import add, running, wait_until_read
from tests.waiting import eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

NAME = "zebracanary"
PATIENCE_S = 120.0


class Onlooker(threading.Thread):
    """Looks at every process below this one, over and over, as another account may."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: set[str] = set()
        self.told: set[str] = set()
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.005):
            for child in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error, OSError):
                    self._look(child)

    def stop(self) -> None:
        self._over.set()
        self.join()

    def _look(self, process: psutil.Process) -> None:
        folder = Path("/proc", str(process.pid))
        self.seen.add(process.name())
        for part in ("cmdline", "comm", "environ"):
            with contextlib.suppress(OSError):
                if NAME.encode() in (folder / part).read_bytes():
                    self.told.add(part)
        with contextlib.suppress(OSError):
            if NAME in str((folder / "cwd").readlink()):
                self.told.add("cwd")
            for link in (folder / "fd").iterdir():
                if NAME in str(link.readlink()):
                    self.told.add("open file")


@pytest.fixture
def onlooker() -> Iterator[Onlooker]:
    onlooker = Onlooker()
    onlooker.start()
    yield onlooker
    onlooker.stop()


def test_readers_and_tesseract_never_learn_the_name(tmp_path, onlooker):
    folder = tmp_path / f"{NAME} folder"
    folder.mkdir()
    scan = write_long_scan(folder / f"{NAME}.tif", 3)
    with running(tmp_path / "home") as mayfly:
        (job,) = add(mayfly, [scan]).jobs
        row = wait_until_read(mayfly, [job], patience_s=PATIENCE_S)[job]
        assert row.name == scan.name
    assert any("tesseract" in name for name in onlooker.seen), onlooker.seen
    assert onlooker.told == set()


@pytest.mark.parametrize("part", ["cmdline", "environ", "cwd", "open file"])
def test_the_onlooker_would_have_seen_it(tmp_path, onlooker, part):
    folder = tmp_path / NAME
    folder.mkdir()
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    wishes: dict = {}
    if part == "cmdline":
        command.append(NAME)
    elif part == "environ":
        wishes["env"] = {"DOCUMENT": NAME}
    elif part == "cwd":
        wishes["cwd"] = folder
    with contextlib.ExitStack() as stack:
        if part == "open file":
            wishes["stdin"] = stack.enter_context((folder / "document").open("w+b"))
        child = stack.enter_context(subprocess.Popen(command, **wishes))
        try:
            assert eventually(lambda: onlooker.told) == {part}
        finally:
            child.kill()
