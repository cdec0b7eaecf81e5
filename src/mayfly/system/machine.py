"""Looks at what this machine does with what is written: facts for the grade, nothing judged.

On Linux only. Elsewhere the facts say that nobody looked, rather than that all is well.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from mayfly.domain.machine import MachineFacts, Place
from mayfly.system.backup_marks import is_marked
from mayfly.system.machine_copies import backups_of, snapshot_programs, synced_by
from mayfly.system.machine_disks import Disks
from mayfly.system.machine_files import MachineFiles
from mayfly.system.machine_flags import (
    ENCRYPTED,
    JOURNAL_DATA,
    NO_COPY_ON_WRITE,
    file_flags,
    shares_blocks,
)
from mayfly.system.machine_keyring import keyring_lock
from mayfly.system.machine_mounts import Mount, mount_of, read_mounts
from mayfly.system.paths import user_home

_EXT = frozenset({"ext2", "ext3", "ext4"})
_SUPERBLOCK = 1024
_DEFAULT_OPTIONS_AT = _SUPERBLOCK + 0x100
_JOURNAL_MODES, _JOURNAL_DATA_MODE = 0x60, 0x20
_VIRTUAL = ("/sys/class/dmi/id/sys_vendor", "/sys/class/dmi/id/product_name")
_VIRTUAL_NAMES = (
    ("QEMU", "QEMU"),
    ("KVM", "KVM"),
    ("VMware", "VMware"),
    ("VirtualBox", "VirtualBox"),
    ("Virtual Machine", "Hyper-V"),
    ("Parallels", "Parallels"),
    ("Xen", "Xen"),
    ("Amazon EC2", "Amazon EC2"),
    ("Google Compute Engine", "Google Compute Engine"),
)


@dataclass(frozen=True, slots=True)
class Probes:
    """The ioctls, which no recorded file can answer."""

    flags: Callable[[Path], int | None] = file_flags
    shares: Callable[[Path], bool | None] = shares_blocks


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look."""

    vault: Path
    shard: Path
    home: Path
    data_home: Path = field(repr=False)
    """Where programs of this user keep their data (XDG_DATA_HOME)."""


def look_at_machine(vault: Path, shard: Path) -> MachineFacts:
    """Return the facts of this machine; some ten milliseconds, and no file is changed."""
    if sys.platform != "linux":
        return MachineFacts(looked=False, system=platform.system() or sys.platform)
    return LinuxMachine().look(Places(vault, shard, Path.home(), user_home("XDG_DATA_HOME")))


class LinuxMachine:
    """The look on Linux."""

    def __init__(self, root: Path = Path("/"), probes: Probes | None = None) -> None:
        self._files = MachineFiles(root)
        self._disks = Disks(self._files)
        self._probes = probes or Probes()

    def look(self, places: Places) -> MachineFacts:
        """Return all facts. What cannot be found out is None or empty."""
        mounts = read_mounts(self._files)
        vault, shard = (_resolved(path) for path in (places.vault, places.shard))
        return MachineFacts(
            looked=True,
            system="Linux",
            # Only its folder is opened, never the database.
            vault=self._place(vault.parent, vault.parent, mounts, places.home),
            shard=self._place(shard, shard.parent, mounts, places.home),
            swap=self._disks.swap(mounts),
            hibernates=self._hibernates(),
            keyring_lock=keyring_lock(places.data_home),
            backups=backups_of(self._files, places.home),
            virtual=self._virtual(),
        )

    # --- a place ---------------------------------------------------------------------

    def _place(self, path: Path, folder: Path, mounts: tuple[Mount, ...], home: Path) -> Place:
        mount = mount_of(mounts, path)
        place = Place(synced_by=synced_by(folder, home))
        if mount is None:
            return place
        device = self._disks.device_of(mount)
        own = self._probes.flags(path)
        around = self._probes.flags(_existing(folder))
        flags = (own or 0) | ((around or 0) & ENCRYPTED)
        place = replace(
            place,
            file_system=mount.kind,
            volume=mount.number,
            options=mount.options,
            journals_data=bool(flags & JOURNAL_DATA) or self._journals_data(mount, device),
            no_copy_on_write=None if own is None else bool(own & NO_COPY_ON_WRITE),
            shared_blocks=None if path == folder else self._probes.shares(path),
            passed_over=is_marked(path, own) if path.exists() else None,
            snapshots=self._snapshots(mount, device, folder),
            discards="discard" in mount.options or "discard=async" in mount.options,
        )
        if device is None:
            return replace(place, encrypted=True if flags & ENCRYPTED else None)
        encrypted = bool(flags & ENCRYPTED) or self._disks.is_encrypted(device)
        return replace(place, encrypted=encrypted, flash=self._disks.is_flash(device))

    def _journals_data(self, mount: Mount, device: str | None) -> bool | None:
        """Tell whether the journal takes the data, too; None when that is not to be seen.

        The table of mounts leaves out what the file system was made with.
        """
        if mount.kind not in _EXT:
            return False
        if "data=journal" in mount.options:
            return True
        if device is None:
            return None
        name = self._disks.name_of(device)
        told = self._files.text(f"/proc/fs/ext4/{name}/options")
        if told is not None:
            return "data=journal" in told.split()
        block = self._files.data(f"/dev/{name}", _DEFAULT_OPTIONS_AT, 4)
        if block is None or len(block) < 4:
            return None
        return int.from_bytes(block, "little") & _JOURNAL_MODES == _JOURNAL_DATA_MODE

    def _snapshots(self, mount: Mount, device: str | None, folder: Path) -> tuple[str, ...]:
        found = list(self._disks.snapshots_of(device)) if device else []
        if mount.kind == "btrfs":
            found.extend(snapshot_programs(self._files, folder, mount.point))
        return tuple(dict.fromkeys(found))

    # --- the machine -----------------------------------------------------------------

    def _hibernates(self) -> bool | None:
        states = self._files.text("/sys/power/state")
        if states is None:
            return None
        return "disk" in states.split() and "[disabled]" not in (
            self._files.text("/sys/power/disk") or ""
        )

    def _virtual(self) -> str | None:
        told = " ".join(self._files.text(place) or "" for place in _VIRTUAL)
        for word, name in _VIRTUAL_NAMES:
            if word in told:
                return name
        flags = self._files.text("/proc/cpuinfo") or ""
        return "" if " hypervisor" in flags else None


def _resolved(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above that is there."""
    return next((one for one in (folder, *folder.parents) if one.exists()), folder)
