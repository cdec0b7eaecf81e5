"""The whole program without a destination asks the system for no network, and needs none.

Watched from outside, so that it holds for every library: strace sees each socket that is made,
also one that is refused; and where the machine has no network at all, everything works.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.end2end.desktop import x_server
from tests.leaks.papers import Papers
from tests.leaks.strace_log import require_strace
from tests.leaks.watched import BuiltProgram, built_program

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

_MADE = re.compile(r"\b(?:socket|socketpair)\((\w+)")
_ADDRESS = re.compile(r"sa_family=(\w+)")
AT_HOME = {"AF_UNIX"}
"""Sockets of this machine: the display, the session bus, the system's log."""


def families(log: Path) -> set[str]:
    """Return every family of sockets that was asked for, or was connected or sent to."""
    text = log.read_text(errors="replace")
    return set(_MADE.findall(text)) | set(_ADDRESS.findall(text))


def watched(log: Path, command: list[str]) -> list[str]:
    return ["strace", "-f", "-qq", "-o", str(log), "-e", "trace=network", *command]


def run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return Papers(tmp_path / "mine")


@pytest.fixture
def program(tmp_path: Path) -> BuiltProgram:
    return built_program(BuiltProgram, tmp_path)


def window_command(program: BuiltProgram, papers: Papers) -> list[str]:
    files = [str(one) for one in papers.files]
    return [sys.executable, "-m", "tests.leaks.window_session", str(program.out), *files]


def test_the_window_reads_shows_copies_exports_and_deletes_in_silence(
    tmp_path: Path, program: BuiltProgram, papers: Papers
) -> None:
    require_strace()
    log = tmp_path / "network"
    with x_server(tmp_path) as display:
        environment = {**program.environment, "QT_QPA_PLATFORM": "xcb", "DISPLAY": display}
        shown = run(watched(log, window_command(program, papers)), environment)
    assert shown.strip()
    assert len(list(program.out.iterdir())) == 2 * len(papers.files)
    # The display was connected to, so the watch sees.
    assert families(log) == AT_HOME


def test_every_command_is_silent(tmp_path: Path, program: BuiltProgram, papers: Papers) -> None:
    require_strace()
    spoken: dict[str, set[str]] = {}

    def do(*words: str | Path) -> str:
        log = tmp_path / "network"
        out = run(watched(log, program.command(*words)), program.environment)
        if found := families(log) - AT_HOME:
            spoken[str(words[0])] = found
        return out

    text = papers.files[1]
    do("read", text)
    do("add", text, "--wait")
    job = do("list", "--json").split('"job": "')[1][:32]
    do("show", job)
    do("export", job, "--format", "txt,json,pdf", "--out", program.out)
    do("retain", job, "--result", "2h")
    do("doctor")
    do("delete", job)
    do("audit", "verify")
    assert spoken == {}


def test_a_socket_that_is_made_or_only_tried_is_seen(tmp_path: Path) -> None:
    """Control: the watch of the other tests."""
    require_strace()
    guarded = "from mayfly.bootstrap import Foundation; Foundation().harden()\n"
    make = "import socket\ntry: socket.socket()\nexcept PermissionError: print('refused')\n"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "MAYFLY_HOME": str(tmp_path)}
    for code, told in ((make, ""), (guarded + make, "refused\n")):
        log = tmp_path / "network"
        assert run(watched(log, [sys.executable, "-c", code]), environment) == told
        assert families(log) == {"AF_INET"}


def without_network() -> list[str]:
    """Return what runs a command where there is no network, not even this machine's own."""
    for words in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if shutil.which("unshare") and not subprocess.run([*words, "true"], check=False).returncode:
            return words
    pytest.skip("this machine lends no network name space")


def test_the_window_works_where_there_is_no_network(program: BuiltProgram, papers: Papers) -> None:
    environment = {**program.environment, "QT_QPA_PLATFORM": "offscreen"}
    shown = run([*without_network(), *window_command(program, papers)], environment)
    assert shown.strip()
    assert len(list(program.out.iterdir())) == 2 * len(papers.files)
