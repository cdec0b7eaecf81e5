"""What lies under a file system: encryption, volumes, spinning or not; and the swap areas."""

from __future__ import annotations

from pathlib import Path

from mayfly.domain.machine import SwapKind
from mayfly.system.machine_files import MachineFiles
from mayfly.system.machine_mounts import Mount, mount_of, unescaped

_DEEPEST = 8
_NOT_SECRET = ("CRYPT-VERITY", "CRYPT-INTEGRITY")
"""Mapped by the same tools, but nothing in them is encrypted."""


class Disks:
    """Block devices by the folders that /sys has for them."""

    def __init__(self, files: MachineFiles) -> None:
        self._files = files

    def device_of(self, mount: Mount) -> str | None:
        """Return the /sys folder of the device that a file system lies on, if it has one."""
        if not mount.number.startswith("0:"):
            folder = f"/sys/dev/block/{mount.number}"
            if self._files.exists(folder):
                return folder
        # btrfs and others bear numbers of no device.
        if mount.source.startswith("/dev/"):
            return self.device_named(mount.source)
        return None

    def device_named(self, path: str) -> str | None:
        """Return the /sys folder of the device at a path below /dev."""
        folder = f"/sys/class/block/{self._files.last_name(path)}"
        return folder if self._files.exists(folder) else None

    def name_of(self, device: str) -> str:
        """Return the kernel's name of a device, such as sda2 or dm-0."""
        return self._files.last_name(device)

    def is_encrypted(self, device: str, depth: int = 0) -> bool:
        """Tell whether all that is written to the device goes through dm-crypt."""
        uuid = self._files.text(f"{device}/dm/uuid") or ""
        if uuid.startswith("CRYPT-") and not uuid.startswith(_NOT_SECRET):
            return True
        below = self._below(device)
        return (
            depth < _DEEPEST
            and bool(below)
            and all(self.is_encrypted(one, depth + 1) for one in below)
        )

    def is_flash(self, device: str) -> bool | None:
        """Tell whether the device says that nothing in it turns."""
        for folder in (device, f"{device}/.."):
            told = self._files.text(f"{folder}/queue/rotational")
            if told is not None:
                return told == "0"
        return None

    def snapshots_of(self, device: str, depth: int = 0) -> tuple[str, ...]:
        """Name what keeps, or easily keeps, earlier blocks of the device: LVM's snapshots."""
        found: list[str] = []
        for below in self._below(device):
            uuid = self._files.text(f"{below}/dm/uuid") or ""
            # While a volume has a snapshot, it is split in two under its own name.
            if uuid.startswith("LVM-") and uuid.endswith("-real"):
                found.append("LVM snapshot")
            elif uuid.startswith("LVM-") and uuid.endswith("-tpool"):
                found.append("LVM thin pool")
            if depth < _DEEPEST:
                found.extend(self.snapshots_of(below, depth + 1))
        return tuple(dict.fromkeys(found))

    def swap(self, mounts: tuple[Mount, ...]) -> tuple[SwapKind, ...] | None:
        """Return the kind of each swap area; None when the kernel does not tell."""
        table = self._files.text("/proc/swaps")
        if table is None:
            return None
        lines = [line.split() for line in table.splitlines()[1:]]
        return tuple(self._swap_kind(line[0], line[1], mounts) for line in lines if len(line) > 1)

    def _swap_kind(self, word: str, kind: str, mounts: tuple[Mount, ...]) -> SwapKind:
        path = unescaped(word)
        if kind == "file":
            mount = mount_of(mounts, Path(path))
            device = None if mount is None else self.device_of(mount)
        else:
            device = self.device_named(path)
        if device is None:
            return SwapKind.UNKNOWN
        if self.name_of(device).startswith("zram"):
            behind = self._files.text(f"{device}/backing_dev") or "none"
            return SwapKind.MEMORY if behind == "none" else SwapKind.UNKNOWN
        return SwapKind.ENCRYPTED if self.is_encrypted(device) else SwapKind.PLAIN

    def _below(self, device: str) -> list[str]:
        names = self._files.names(f"{device}/slaves")
        return [f"/sys/class/block/{name}" for name in names]
