"""No name, path, word or secret reaches the log or standard error, whoever writes it."""

from __future__ import annotations

import logging
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mayfly.domain.errors import KeyMissing
from mayfly.system.logs import ContentFree

CANARY = "zebracanary58"


def line_of(message: object, *values: object, name: str = "mayfly.services.x") -> str:
    record = logging.LogRecord(name, logging.WARNING, "/home/u/x.py", 7, message, values, None)
    return ContentFree().format(record)


def test_counts_codes_and_ids_are_shown():
    job_id = "0123456789abcdef" * 2
    line = line_of("sweep of %d failed: %s for %s (%s)", 3, KeyMissing.code, job_id, None)
    assert line.endswith(f"sweep of 3 failed: key_missing for {job_id} (None)")


@pytest.mark.parametrize("value", [CANARY, Path(CANARY), ValueError(CANARY), [CANARY], b"zebra"])
def test_other_values_are_left_out(value):
    line = line_of("took in %s", value)
    assert line.endswith("took in <…>")


def test_a_record_with_the_wrong_values_is_still_a_line():
    assert line_of("%d", CANARY).endswith("%d")
    assert line_of(ValueError(CANARY)).endswith("<…>")
    assert CANARY not in line_of("%(name)s", {"name": CANARY})


def test_of_other_libraries_only_the_place_is_shown():
    line = line_of(f"opened {CANARY}", name="PIL.Image")
    assert "PIL.Image x.py:7" in line
    assert CANARY not in line


def test_exceptions_are_types_and_places():
    try:
        try:
            Path(f"/{CANARY}").read_bytes()
        except OSError as error:
            raise RuntimeError(CANARY) from error
    except RuntimeError:
        record = logging.LogRecord("mayfly", logging.ERROR, "x.py", 1, "failed", (), sys.exc_info())
    text = ContentFree().format(record)
    assert "builtins.RuntimeError at system/test_logs.py:" in text
    assert "builtins.FileNotFoundError at python" in text
    assert CANARY not in text
    assert str(Path(__file__).parent.parent) not in text


# One process per case: the hooks belong to a whole process.
PROGRAM = """
import logging, sys, threading, warnings
from pathlib import Path
from mayfly.system.logs import start_logging
start_logging(Path(sys.argv[1]) if sys.argv[1] else None)
class Sayer:
    def __repr__(self):
        raise ValueError("zebracanary58")
    def __del__(self):
        if self.armed:
            raise ValueError("zebracanary58")
def fail():
    open("/tmp/zebracanary58")
def do(what):
    if what == "message":
        logging.getLogger("mayfly.x").warning("read %s", "zebracanary58")
        logging.getLogger("other").error("zebracanary58 %r", Sayer())
    elif what == "info":
        logging.getLogger("mayfly.x").info("began")
        logging.getLogger("other").info("began")
    elif what == "exception":
        try: fail()
        except OSError: logging.getLogger("mayfly.x").exception("failed")
    elif what == "uncaught":
        fail()
    elif what == "thread":
        thread = threading.Thread(target=fail, name="zebracanary58"); thread.start(); thread.join()
    elif what == "unraisable":
        sayer = Sayer(); sayer.armed = True; del sayer
    elif what == "warning":
        warnings.warn("zebracanary58", UserWarning)
    elif what == "nothing":
        pass
Sayer.armed = False
do(sys.argv[2])
"""
CASES = {
    "message": "mayfly.x",
    "exception": "FileNotFoundError",
    "uncaught": "FileNotFoundError",
    "thread": "FileNotFoundError",
    "unraisable": "ValueError",
    "warning": "py.warnings",
}


def run(log: Path | str, case: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", PROGRAM, str(log), case]
    return subprocess.run(command, capture_output=True, check=False)


@pytest.mark.parametrize("case", CASES)
def test_a_running_program_tells_nothing_but_types_and_places(tmp_path, case):
    log = tmp_path / "state" / "mayfly.log"

    done = run(log, case)

    text = log.read_text()
    assert CASES[case] in text
    assert CANARY not in text
    assert (done.stdout, done.stderr) == (b"", b"")
    assert done.returncode == (1 if case == "uncaught" else 0)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("case", CASES)
def test_without_a_file_nothing_is_written_anywhere(tmp_path, case):
    done = run("", case)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_the_file_is_made_with_the_first_line(tmp_path):
    run(tmp_path / "state" / "mayfly.log", "nothing")
    assert list(tmp_path.iterdir()) == []


def test_our_own_progress_is_logged_and_that_of_others_is_not(tmp_path):
    log = tmp_path / "mayfly.log"
    run(log, "info")
    assert "INFO mayfly.x" in log.read_text()
    assert "other" not in log.read_text()


def test_a_place_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    done = run(tmp_path / "file" / "mayfly.log", "message")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


INTERRUPTED_WHERE_NOTHING_CAN_BE_RAISED = """
import sys, threading
from pathlib import Path
from mayfly.system.logs import start_logging

start_logging(Path(sys.argv[1]))

class Dying:
    def __del__(self):
        raise KeyboardInterrupt

try:
    Dying()
    for _ in range(200):
        # A wait is not cut short by it, only the next one does not begin.
        threading.Event().wait(0.1)
except KeyboardInterrupt:
    print("heard")
"""


def test_an_interruption_is_not_lost_where_nothing_can_be_raised(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WHERE_NOTHING_CAN_BE_RAISED, tmp_path / "log"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (ended.stdout, ended.stderr) == ("heard\n", "")
