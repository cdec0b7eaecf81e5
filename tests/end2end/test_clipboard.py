"""The clipboard of a real X server, between Mayfly's and other programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.end2end.desktop import x_server
from tests.waiting import eventually

pytestmark = pytest.mark.display

COPYING = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit
from mayfly.ui.app import make_application
from mayfly.ui.copies import CopiedText, CopyKeeper
seconds, how = int(sys.argv[1]), sys.argv[2]
app = make_application()
keeper = CopyKeeper(seconds, app)
field = QLineEdit("canarywords")
field.show()
def copy():
    if how == "field":
        field.selectAll()
        field.copy()
    else:
        for mode in (app.clipboard().Mode.Clipboard, app.clipboard().Mode.Selection):
            app.clipboard().setMimeData(CopiedText("canarywords", None), mode)
    print("copied", flush=True)
QTimer.singleShot(200, copy)
app.exec()
"""


@pytest.fixture
def display(tmp_path) -> Iterator[dict[str, str]]:
    for program, package in (("Xvfb", "xvfb"), ("xclip", "xclip")):
        if shutil.which(program) is None:
            pytest.skip(f"no {program}: install {package}")
    with x_server(tmp_path) as number:
        yield {**os.environ, "DISPLAY": number, "QT_QPA_PLATFORM": "xcb", "HOME": str(tmp_path)}


@contextmanager
def copying(display: dict[str, str], seconds: int, how: str = "text") -> Iterator[None]:
    """A program of Mayfly's that has just copied, and lives on while this is held."""
    command = [sys.executable, "-c", COPYING, str(seconds), how]
    environment = {**display, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout.readline() == b"copied\n"
            yield
        finally:
            process.kill()


def asked(display: dict[str, str], selection: str, target: str = "UTF8_STRING") -> str:
    """Ask as another program does; empty when nobody offers anything."""
    command = ["xclip", "-o", "-selection", selection, "-t", target]
    # Its status is 1 when nobody offers anything.
    done = subprocess.run(
        command, env=display, capture_output=True, text=True, timeout=10, check=False
    )
    return done.stdout


def put(display: dict[str, str], selection: str, text: str, folder: Path) -> None:
    """Copy as another program does, which keeps offering it in the background."""
    (folder / "other").write_text(text)
    command = ["xclip", "-i", "-selection", selection, str(folder / "other")]
    subprocess.run(
        command, env=display, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.mark.parametrize("selection", ["clipboard", "primary"])
def test_a_copy_is_there_for_its_time_and_then_gone(display, selection):
    with copying(display, 2):
        assert asked(display, selection) == "canarywords"
        assert asked(display, selection, "x-kde-passwordManagerHint") == "secret"
        eventually(lambda: asked(display, selection) == "", patience_s=10)


@pytest.mark.parametrize("selection", ["clipboard", "primary"])
def test_another_programs_copy_outlives_that_time(display, selection, tmp_path):
    with copying(display, 1):
        put(display, selection, "another program's", tmp_path)
        # The other selection is still Mayfly's, and shows that the time is up.
        mine = "primary" if selection == "clipboard" else "clipboard"
        eventually(lambda: asked(display, mine) == "", patience_s=10)
        time.sleep(0.5)
        assert asked(display, selection) == "another program's"


def test_what_a_field_copies_by_itself_is_marked_and_taken_back(display):
    with copying(display, 2, "field"):
        assert asked(display, "clipboard") == "canarywords"
        assert asked(display, "clipboard", "x-kde-passwordManagerHint") == "secret"
        eventually(lambda: asked(display, "clipboard") == "", patience_s=10)


def test_without_a_time_it_stays(display):
    """The control: it is the time that takes it back."""
    with copying(display, 0):
        time.sleep(2)
        assert asked(display, "clipboard") == "canarywords"
