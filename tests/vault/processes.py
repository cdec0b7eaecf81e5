"""Processes that end suddenly: forked children that a test kills, or that kill themselves."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

Tell = Callable[[object], None]


class Child:
    """A forked process that runs work(tell) and then ends; tell sends a value to the test."""

    def __init__(self, work: Callable[[Tell], object]) -> None:
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reading)
            code = 1
            try:
                work(lambda value: os.write(writing, json.dumps(value).encode() + b"\n"))
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                # No clean-up of the test's own: the parent does that.
                os._exit(code)
        os.close(writing)
        self._pipe = os.fdopen(reading, "rb")

    def kill_after(self, seconds: float) -> None:
        time.sleep(seconds)
        os.kill(self.pid, signal.SIGKILL)

    def next(self) -> Any:
        """The next value it told."""
        return json.loads(self._pipe.readline())

    def end(self) -> tuple[int, list[Any]]:
        """Wait for the end; return its exit code (negative: the signal) and all it told."""
        with self._pipe:
            lines = self._pipe.read().splitlines()
        _, status = os.waitpid(self.pid, 0)
        # A killed process may have been cut within a line.
        told = [json.loads(line) for line in lines if line.endswith((b"]", b"}", b'"', b"l"))]
        return os.waitstatus_to_exitcode(status), told


def die_at_line(number: int, folder: Path) -> None:
    """Have this process kill itself before the nth line of code in the folder that it runs."""
    left = number
    inside = str(folder)

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.startswith(inside):
            return None
        if event == "line":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
