"""Private folders for what Tesseract must have as a file; in memory where the system can.

pytesseract writes the page and its text into files that others may read (0644) and leaves
them for ever when it is killed. So every worker has a folder of its own (0700) that lies in
RAM, is emptied by whoever outlives the other, and is found by the next start otherwise.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import sys
import time
from pathlib import Path

import psutil

if sys.platform != "win32":
    import fcntl

MEMORY = Path("/dev/shm")  # noqa: S108 - a private 0700 folder in it
"""Where Linux has a folder in memory for every program."""
_PREFIX = "mayfly-"
_WIPE_BYTES = 1 << 20
_FRESH_S = 60.0


class Scratch:
    """One worker's folder, held by a lock that the system frees when the owner dies."""

    def __init__(self, folder: Path, *, in_memory: bool) -> None:
        self.folder = folder
        self.in_memory = in_memory
        self._lock_fd = _lock(folder)

    def discard(self) -> None:
        """Empty and remove the folder; no error when it is gone."""
        empty(self.folder, wipe=not self.in_memory)
        with contextlib.suppress(OSError):
            self.folder.rmdir()
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None


def make_scratch(fallback: Path) -> Scratch:
    """Make a folder in memory, or below fallback where the system has no memory folder.

    Names say nothing about a document: prefix, user, owner process, random digits.
    """
    place = MEMORY if is_in_memory() else fallback
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        folder = place / f"{_PREFIX}{_user()}-{os.getpid()}-{secrets.token_hex(8)}"
        folder.mkdir(mode=0o700)
        with contextlib.suppress(BlockingIOError, FileNotFoundError):
            # Another process's sweep may take the folder before it is locked: then once more.
            return Scratch(folder, in_memory=place == MEMORY)


def is_in_memory() -> bool:
    """Tell whether scratch folders lie in memory on this system."""
    return MEMORY.is_dir() and os.access(MEMORY, os.W_OK | os.X_OK)


def sweep_scratch(fallback: Path) -> int:
    """Remove the folders of owners that are dead; return how many there were.

    Call it at start: a hard crash of both processes leaves a page and its text behind.
    """
    swept = 0
    for place in {MEMORY, fallback}:
        if not place.is_dir():
            continue
        for folder in place.glob(f"{_PREFIX}{_user()}-*"):
            swept += _sweep(folder, in_memory=place == MEMORY)
    return swept


def count_left(fallback: Path) -> int:
    """Return how many folders of dead owners have something in them; nothing is removed.

    One that changed just now is passed over: to try its lock could take it from its owner,
    who is about to.
    """
    places = [place for place in {MEMORY, fallback} if place.is_dir()]
    return sum(_is_left(one) for place in places for one in place.glob(f"{_PREFIX}{_user()}-*"))


def empty(folder: Path, *, wipe: bool) -> None:
    """Remove everything in the folder; wipe overwrites files first (a folder on a disk)."""
    with contextlib.suppress(OSError):
        for entry in list(folder.iterdir()):
            if entry.is_dir() and not entry.is_symlink():
                empty(entry, wipe=wipe)
                shutil.rmtree(entry, ignore_errors=True)
                continue
            if wipe and not entry.is_symlink():
                _overwrite(entry)
            entry.unlink(missing_ok=True)


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "0"


def _lock(folder: Path) -> int | None:
    """Hold the folder; None where the system has no such locks.

    Raises BlockingIOError when another process holds it, FileNotFoundError when it is gone.
    """
    if sys.platform == "win32":
        return None
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A lock on a folder that was removed meanwhile holds nothing.
        folder.stat()
    except OSError:
        os.close(fd)
        raise
    return fd


def _sweep(folder: Path, *, in_memory: bool) -> int:
    try:
        if not _is_own(folder) or (sys.platform == "win32" and _has_living_owner(folder)):
            return 0
        Scratch(folder, in_memory=in_memory).discard()
    except OSError:
        # Held by a living owner, or gone meanwhile.
        return 0
    return 1


def _is_left(folder: Path) -> bool:
    try:
        if not _is_own(folder) or (sys.platform == "win32" and _has_living_owner(folder)):
            return False
        # Either way: one from before the clock was set back seems to come from the future.
        is_fresh = abs(time.time() - folder.stat().st_mtime) < _FRESH_S
        if is_fresh or not any(folder.iterdir()):
            return False
        lock = _lock(folder)
    except OSError:
        return False
    if lock is not None:
        os.close(lock)
    return True


def _is_own(folder: Path) -> bool:
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == (
        os.getuid() if hasattr(os, "getuid") else status.st_uid
    )


def _has_living_owner(folder: Path) -> bool:
    owner = folder.name.split("-")[2]
    return owner.isdigit() and psutil.pid_exists(int(owner))


def _overwrite(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, _WIPE_BYTES)))
        file.flush()
        os.fsync(file.fileno())
