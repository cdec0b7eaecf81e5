"""The window leaves no trace of documents in settings files, and ends as it should."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from hashlib import md5
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT
from tests.waiting import eventually

MEMORY = Path("/dev/shm")

_DIALOG = """
import sys
from hashlib import md5
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from mayfly.bootstrap import Foundation
from mayfly.ui import app
from mayfly.ui.main_window import MainWindow

home, folder, mode = sys.argv[1:]
foundation = Foundation(Path(home))
foundation.offer_passphrase("a passphrase for a test")
if "control" in mode:
    app.keep_notes_in = lambda folder: None
state = {}

def find(kind):
    return next((one for one in QApplication.topLevelWidgets() if isinstance(one, kind)), None)

def look():
    window, dialog = find(MainWindow), find(QFileDialog)
    if window is None:
        return
    if "asked" not in state:
        state["asked"] = True
        window.actions_.add_files.trigger()
    elif "there" not in state:
        state["there"] = True
        dialog.setDirectory(folder)
    elif dialog is not None and "chosen" in mode:
        dialog.findChild(QLineEdit, "fileNameEdit").setText(folder + "/zebracanary.pdf")
        dialog.accept()
    elif not window.arrivals.busy:
        # Sooner it would ask whether what is being added is to be left out, and wait for ever.
        window.close()

make = app.make_application

def make_and_look():
    made = make()
    timer = QTimer(made)
    timer.timeout.connect(look)
    timer.start(50)
    return made

app.make_application = make_and_look
sys.exit(app.run_window(foundation, []))
"""

_SESSION = """
import sys
from hashlib import md5
from pathlib import Path
from mayfly.bootstrap import Foundation
from mayfly.ui.app import run_window
foundation = Foundation(Path(sys.argv[1]))
foundation.offer_passphrase("a passphrase for a test")
sys.exit(run_window(foundation, [Path(one) for one in sys.argv[2:]]))
"""


def environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
    }


def run_dialog(tmp_path: Path, mode: str) -> bytes:
    """Choose a file in the window's dialog, or leave it open; return all settings written."""
    folder = tmp_path / "zebrafolder"
    folder.mkdir()
    (folder / "zebracanary.pdf").write_bytes(b"%PDF-")
    subprocess.run(
        [sys.executable, "-c", _DIALOG, str(tmp_path / "home"), str(folder), mode],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    assert not list(MEMORY.glob("mayfly-*/QtProject.conf"))
    return what_lies_in(tmp_path / "config")


def what_lies_in(folder: Path) -> bytes:
    """Return the names and bytes of every file below."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"".join(str(path).encode() + path.read_bytes() for path in files)


@pytest.mark.parametrize("mode", ["chosen", "left open"])
def test_the_file_dialog_leaves_no_history(tmp_path, mode):
    assert run_dialog(tmp_path, mode) == b""


def test_no_thumbnail_and_no_recent_file_names_what_was_chosen(tmp_path):
    """Thumbnails and the list of recent files lie in these folders, made by whoever opens."""
    run_dialog(tmp_path, "chosen")
    noted = what_lies_in(tmp_path / "data") + what_lies_in(tmp_path / "cache")
    uri = (tmp_path / "zebrafolder" / "zebracanary.pdf").as_uri()
    assert b"zebracanary" not in noted
    # Its thumbnail would bear this name.
    assert md5(uri.encode(), usedforsecurity=False).hexdigest().encode() not in noted


@pytest.mark.parametrize("mode", ["control, chosen", "control, left open"])
def test_without_a_folder_of_its_own_the_history_would_be_there(tmp_path, mode):
    """The control for the test above: what it looks for can be found."""
    assert b"zebrafolder" in run_dialog(tmp_path, mode)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_a_termination_closes_the_vault_and_leaves_nothing_running(tmp_path):
    home = tmp_path / "home"
    sample = ROOT / "resources" / "sample" / "welcome.pdf"
    process = subprocess.Popen(
        [sys.executable, "-c", _SESSION, str(home), str(sample)],
        cwd=ROOT,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    readers = eventually(lambda: psutil.Process(process.pid).children(recursive=True))
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    said = [line for line in errors.splitlines() if not line.startswith(b"This plugin does not")]
    assert (process.returncode, said) == (0, [])
    eventually(lambda: not any(reader.is_running() for reader in readers))
    # A closed vault has its journal folded in.
    assert not list(home.rglob("vault.db-wal"))
    assert b"welcome.pdf" not in b"".join(
        path.read_bytes() for path in home.rglob("*") if path.is_file()
    )
