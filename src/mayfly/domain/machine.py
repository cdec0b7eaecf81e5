"""Facts about this machine that deletion hangs on, as they were found; nothing is judged here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Place:
    """How a file of Mayfly's lies on the disk. None: could not be found out."""

    file_system: str | None = None
    """As the kernel names it: ext4, btrfs, nfs4, fuse.sshfs."""
    volume: str | None = None
    """The kernel's number of the file system; equal for two places on the same one."""
    options: tuple[str, ...] = ()
    journals_data: bool | None = None
    """Whether the file system's own journal takes a copy of what is written."""
    no_copy_on_write: bool | None = None
    """Whether the file system was told to overwrite this file where it lies; None: no file yet."""
    shared_blocks: bool | None = None
    """Whether a snapshot or a clone holds the same blocks of the file."""
    snapshots: tuple[str, ...] = ()
    """What makes snapshots of this place, by name."""
    encrypted: bool | None = None
    flash: bool | None = None
    """Whether the disk is one without moving parts, which keeps what was overwritten a while."""
    discards: bool | None = None
    """Whether the file system tells the disk at once what it no longer needs."""
    passed_over: bool | None = None
    """Whether backups are asked to leave it out; None: nothing is there yet."""
    synced_by: str | None = None
    """What copies this place to other machines, by name."""


class SwapKind(StrEnum):
    """Where a swap area lies."""

    MEMORY = "memory"
    ENCRYPTED = "encrypted"
    PLAIN = "plain"
    UNKNOWN = "unknown"


class KeyringLock(StrEnum):
    """What guards the keyring's own file."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """What was found by looking; looked is False where nobody has written the look yet."""

    looked: bool
    system: str
    vault: Place = Place()
    shard: Place = Place()
    swap: tuple[SwapKind, ...] | None = None
    """One for each swap area; None: could not be found out."""
    hibernates: bool | None = None
    keyring_lock: KeyringLock = KeyringLock.UNKNOWN
    backups: tuple[str, ...] = ()
    """Programs of this user's that back up the home folder, by name."""
    virtual: str | None = None
    """What this machine runs inside of, by name."""
