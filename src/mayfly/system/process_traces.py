"""Searches what processes show of themselves: open files, arguments, environments."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

import psutil

from mayfly.system.traces import Tally, TraceSearcher, descriptors

HAS_OPEN_FILES = sys.platform == "linux"


def search_open_files(searcher: TraceSearcher, tally: Tally) -> None:
    """Search this process's open files: where each leads, and what is in it, deleted or not."""
    for descriptor in descriptors():
        with suppress(OSError):
            # Closed meanwhile, such as the one that lists them.
            searcher.name(str(Path(f"/proc/self/fd/{descriptor}").readlink()), tally)
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode):
                _search_content(searcher, descriptor, status, tally)


def _search_content(
    searcher: TraceSearcher, descriptor: int, status: os.stat_result, tally: Tally
) -> None:
    try:
        searcher.descriptor(descriptor, tally)
    except OSError:
        # Open for writing only. One with a name is found by it, elsewhere; to open it here and
        # close it again could take away its locks.
        if status.st_nlink == 0:
            reopened = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
            try:
                searcher.descriptor(reopened, tally)
            finally:
                os.close(reopened)


def search_processes(searcher: TraceSearcher, tally: Tally) -> None:
    """Search the arguments and the environment of each process of this user's that shows them."""
    own = psutil.Process().username()
    for process in psutil.process_iter():
        # It may end meanwhile, and most of Mayfly's own hide their environment.
        with suppress(psutil.Error, OSError):
            if process.username() != own:
                continue
            tally.files += 1
            searcher.memory("\0".join(process.cmdline()).encode(errors="surrogateescape"), tally)
            variables = process.environ()
            said = "\0".join(f"{name}={value}" for name, value in variables.items())
            searcher.memory(said.encode(errors="surrogateescape"), tally)
    searcher.memory("\0".join(os.environ.values()).encode(errors="surrogateescape"), tally)
