"""Small file systems in image files, mounted as loop devices; only where this process may."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SIZE_BYTES = {"ext4": 16 << 20, "btrfs": 128 << 20, "xfs": 320 << 20}
_HOME_BYTES = 96 << 20
_PACKAGES = {"ext4": "e2fsprogs", "btrfs": "btrfs-progs", "xfs": "xfsprogs"}


def require_images(kind: str) -> None:
    """Skip the test where no image of this kind can be made and mounted."""
    if os.geteuid() != 0:
        pytest.skip("mounting an image needs root")
    if not Path("/dev/loop-control").exists():
        pytest.skip("no loop devices")
    if shutil.which(f"mkfs.{kind}") is None:
        pytest.skip(f"no mkfs.{kind}: install {_PACKAGES[kind]}")
    if f"\t{kind}" not in Path("/proc/filesystems").read_text():
        pytest.skip(f"this kernel has no {kind}")


@contextmanager
def mounted_image(
    folder: Path, kind: str, *, tune: tuple[str, ...] = (), kept: Path | None = None
) -> Iterator[Path]:
    """Yield the mount point of a fresh file system; tune is a command that gets the image.

    kept: where the image is to lie, and to stay, for whoever looks at the raw disk afterwards;
    it is then of a size that a home fits on.
    """
    image, point = kept or folder / f"{kind}.img", folder / kind
    with image.open("wb") as file:
        file.truncate(max(SIZE_BYTES[kind], _HOME_BYTES if kept else 0))
    _run(f"mkfs.{kind}", "-q", str(image))
    if tune:
        _run(*tune, str(image))
    point.mkdir()
    try:
        _run("mount", "-o", "loop", str(image), str(point))
    except subprocess.CalledProcessError as error:
        # As in most containers, where root is not the machine's.
        pytest.skip(f"this machine mounts no images: {error.stderr.decode().strip()}")
    try:
        yield point
    finally:
        _run("umount", str(point))
        if kept is None:
            image.unlink()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)
