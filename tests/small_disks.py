"""Disks of their own, in memory or in an image: small, full, or read-only all at once."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DISK_BYTES = 32 << 20


@contextmanager
def disk_in_memory(folder: Path, size: int = DISK_BYTES) -> Iterator[Path]:
    """Yield the folder as a disk of its own of 32 MiB; skip where none can be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root, with the right to mount, can make a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def make_read_only(folder: Path, *, again_writable: bool = False) -> None:
    """Mount the disk anew; only where nothing on it is open for writing."""
    how = "remount,rw" if again_writable else "remount,ro"
    subprocess.run(["mount", "-o", how, str(folder)], check=True, capture_output=True)


def fail_the_disk(point: Path) -> None:
    """Have an ext4 that is mounted find an error, and so become read-only under open files."""
    found = subprocess.run(
        ["findmnt", "-no", "SOURCE", str(point)], check=True, capture_output=True, text=True
    )
    trigger = Path("/sys/fs/ext4") / Path(found.stdout.strip()).name / "trigger_fs_error"
    if not trigger.exists():
        pytest.skip("this kernel cannot be asked to find an error in an ext4")
    trigger.write_text("1")


def fill_up(folder: Path, name: str = "filler") -> Path:
    """Leave not one free block; return the file that takes them all."""
    filler = folder / name
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    assert os.statvfs(folder).f_bavail == 0
    return filler
