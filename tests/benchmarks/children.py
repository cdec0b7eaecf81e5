"""Starts the measured programs: each in a process of its own, which answers with one JSON line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PASSPHRASE = "benchmark passphrase"
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":offscreen"}
"""The second is only there to be seen: without a display Mayfly offers its command line."""

_TESTS = Path(__file__).resolve().parents[1]
_LONGEST_S = 480.0


class ChildFailed(RuntimeError):
    """A measured program did not answer; its last words are the message."""


def environment(*more: Mapping[str, str]) -> dict[str, str]:
    """Return what a measured program inherits, later mappings over earlier ones."""
    env = {**os.environ, "PYTHONPATH": str(_TESTS)}
    for one in more:
        env.update(one)
    return env


def start_child(module: str, *words: object, env: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start a module of this package; whoever starts it ends it with answer_of."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, words)]
    return subprocess.Popen(
        command, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def answer_of(child: subprocess.Popen[str], *, longest_s: float = _LONGEST_S) -> dict[str, Any]:
    """Wait for the child and return the JSON object on its last line; ChildFailed without one."""
    try:
        out, errors = child.communicate(timeout=longest_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise ChildFailed(f"no answer within {longest_s:.0f} s") from None
    lines = out.strip().splitlines()
    if child.returncode != 0 or not lines:
        raise ChildFailed(f"status {child.returncode}: {errors.strip()[-2_000:]}")
    return json.loads(lines[-1])


def run_child(module: str, *words: object, env: Mapping[str, str]) -> dict[str, Any]:
    """Start a module of this package and return its answer."""
    return answer_of(start_child(module, *words, env=env))


@contextmanager
def virtual_display() -> Iterator[dict[str, str]]:
    """Yield the environment of an X server of its own (Xvfb), for as long as it is held."""
    with tempfile.TemporaryFile() as told:
        server = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(told.fileno())),
                *("-screen", "0", "1440x900x24", "-nolisten", "tcp"),
            ],
            pass_fds=[told.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield {"DISPLAY": f":{_display_number(server, told)}", "QT_QPA_PLATFORM": "xcb"}
        finally:
            server.terminate()
            server.wait()


def _display_number(server: subprocess.Popen[bytes], told: Any) -> str:
    while True:
        if server.poll() is not None:
            raise ChildFailed("Xvfb did not start")
        # Never told.seek: the place in the file is shared with the server, which writes there.
        line = os.pread(told.fileno(), 64, 0).decode()
        if line.endswith("\n"):
            return line.strip()
        # Nothing to wait on: the server writes into a file.
        os.sched_yield()


@contextmanager
def busy_cores() -> Iterator[None]:
    """Keep every core busy with a plain loop for as long as it is held."""
    count = os.cpu_count() or 1
    loop = [sys.executable, "-S", "-c", "while True: pass"]
    loops = [subprocess.Popen(loop) for _ in range(count)]
    try:
        yield
    finally:
        for one in loops:
            one.kill()
            one.wait()
