"""Starting Mayfly in a process of its own, talking to it, and killing it without mercy."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from tests.conftest import ROOT
from tests.waiting import eventually

PATIENCE_S = 120.0
_OVER = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


class Victim:
    """One such process; heard holds every line that it has printed so far."""

    def __init__(self, home: Path, mode: str = "read") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.end2end.main_process", str(home), mode],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.heard: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def tell(self, *words: object) -> None:
        self._process.stdin.write("\t".join(str(word) for word in words) + "\n")
        self._process.stdin.flush()

    def hears(self, line: str) -> bool:
        return line in list(self.heard)

    def wait_for(self, line: str) -> None:
        """Wait until it has printed a line that begins so."""
        eventually(
            lambda: any(one.startswith(line) for one in list(self.heard)), patience_s=PATIENCE_S
        )

    def listen_for(self, lines: int, most_s: float) -> None:
        """Wait until it has printed so many lines more, or for so long: it may have no more."""
        wanted, until = len(self.heard) + lines, time.monotonic() + most_s
        while len(self.heard) < wanted and time.monotonic() < until:
            time.sleep(0.01)

    def answer(self, beginning: str) -> list[str]:
        """Wait for a line that begins so and return its other words."""
        self.wait_for(beginning)
        return next(one for one in list(self.heard) if one.startswith(beginning)).split()[1:]

    def kill(self) -> list[int]:
        """Kill it alone, as kill -9 does; return the groups of the readers that it had."""
        # Stopped first, so that no reader is started between looking and killing.
        self.signal(signal.SIGSTOP)
        groups = self.reader_groups()
        self.signal(signal.SIGKILL)
        self._process.wait()
        self._close()
        return groups

    def end(self) -> None:
        """Have it close everything and end."""
        with contextlib.suppress(BrokenPipeError):
            self.tell("end")
        status = self._process.wait(timeout=PATIENCE_S)
        self._close()
        assert status == 0

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def reader_groups(self) -> list[int]:
        """Return the process groups of its readers; a reader leads its own."""
        with contextlib.suppress(psutil.Error):
            return [child.pid for child in psutil.Process(self.pid).children()]
        return []

    def _listen(self) -> None:
        for line in self._process.stdout:
            self.heard.append(line.rstrip("\n"))

    def _close(self) -> None:
        self._listener.join(timeout=10)
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()


def living_in(groups: list[int]) -> list[int]:
    """Return the processes that still run in these groups."""
    living = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if os.getpgid(process.pid) in groups and process.status() not in _OVER:
                living.append(process.pid)
    return living


def look_into(home: Path, sql: str) -> list[tuple]:
    """Ask a copy of the vault's file: opening the file itself would repair what a kill left."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("vault.db", "vault.db-wal"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(home / "data" / name, folder)
        connection = sqlite3.connect(Path(folder) / "vault.db")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


def scratch_of(*pids: int) -> list[Path]:
    """Return the scratch folders that readers of these processes have."""
    return [path for pid in pids for path in Path("/dev/shm").glob(f"mayfly-*-{pid}-*")]
