"""The window leaves no trace of documents in settings files, and ends as it should."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT
from tests.waiting import eventually

_DIALOG = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from mayfly.services.lane import ThreadLane
from mayfly.ui import file_dialogs
from mayfly.ui.file_dialogs import FileDialogs, Wanted

keep = sys.argv[2] == "keep"
if keep:
    file_dialogs.forget_dialogs = lambda: None
app = QApplication([])
window = QWidget()
chores = ThreadLane("chores")
chosen = []
dialog = FileDialogs(window, tr=str, chores=chores).ask(Wanted.FILES, chosen.extend)
dialog.setDirectory(sys.argv[1])
dialog.selectFile("zebracanary.pdf")
dialog.destroyed.connect(lambda: QTimer.singleShot(0, app.quit))
QTimer.singleShot(100, dialog.accept)
app.exec()
chores.close()
print(len(chosen))
"""

_SESSION = """
import sys
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
    """Choose a file in the dialog; return all that lies in the settings folder afterwards."""
    folder = tmp_path / "zebrafolder"
    folder.mkdir()
    (folder / "zebracanary.pdf").write_bytes(b"%PDF-")
    answer = subprocess.run(
        [sys.executable, "-c", _DIALOG, str(folder), mode],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert answer.stdout.strip() == "1"
    files = [path for path in (tmp_path / "config").rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() for path in files)


def test_the_file_dialog_leaves_no_history(tmp_path):
    assert b"zebrafolder" not in run_dialog(tmp_path, "forget")


def test_without_the_clean_up_the_history_would_be_there(tmp_path):
    """The control for the test above: what it looks for can be found."""
    assert b"zebrafolder" in run_dialog(tmp_path, "keep")


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
