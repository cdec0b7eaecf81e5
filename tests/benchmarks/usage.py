"""CPU time of a whole process tree, orphans included, and its peak memory."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_PR_SET_CHILD_SUBREAPER = 36
_SAMPLE_S = 0.05


@dataclass
class Usage:
    """What a command cost."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    status: int = 0
    peak_main_bytes: int = 0
    peak_child_bytes: int = 0
    children: set[int] = field(default_factory=set)


def measure(command: Sequence[str], *, env: dict[str, str], cwd: Path | None = None) -> Usage:
    """Run the command and return its cost.

    Workers that are killed leave children behind; as their reaper this process gets them,
    and so their CPU time is not lost from the sum. Memory is sampled 20 times a second: the
    command's own process, and the largest of all below it.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    usage = Usage()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    process = subprocess.Popen(command, env=env, cwd=cwd, stdout=subprocess.DEVNULL)
    over = threading.Event()
    sampler = threading.Thread(target=_sample, args=(process.pid, usage, over))
    sampler.start()
    usage.status = process.wait()
    usage.wall_s = time.monotonic() - begun
    over.set()
    sampler.join()
    _reap_orphans()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    usage.cpu_s = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return usage


def _sample(pid: int, usage: Usage, over: threading.Event) -> None:
    main = psutil.Process(pid)
    while not over.wait(_SAMPLE_S):
        try:
            usage.peak_main_bytes = max(usage.peak_main_bytes, main.memory_info().rss)
            for child in main.children(recursive=True):
                rss = child.memory_info().rss
                usage.children.add(child.pid)
                usage.peak_child_bytes = max(usage.peak_child_bytes, rss)
        except psutil.Error:
            continue


def _reap_orphans() -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            time.sleep(0.05)
