"""The second line of defence as it was read back, without a key; nothing is judged here.

The first line is the destroyed key. The second keeps even sealed bytes from staying: settings
of SQLite, file modes, no memory written to a disk, nothing noted elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from mayfly.domain.network_port import NetworkLook


@dataclass(frozen=True, slots=True)
class VaultLook:
    """What the vault's file and the SQLite library say; no key is needed for any of it."""

    sqlite: str
    """The library's version."""
    refused_settings: tuple[str, ...]
    """Settings of a connection that this library does not take, by name."""
    journal_mode: str
    incremental_vacuum: bool
    virtual_tables: int
    """Search indexes and the like; Mayfly makes none."""
    log_bytes: int
    """Length of the write-ahead log."""
    is_open: bool | None
    """Whether a program has the vault open; None: not to be seen."""
    key_owed: bool
    """Whether a deletion still waits for a new vault key."""
    unfinished: int
    """Deletions that were begun and not finished."""
    overdue: int
    """Jobs of which something is past its end and still there."""
    owed_objects: int = 0
    """Objects in the user's own storage that are still to be deleted there."""


_NO_GUARD = NetworkLook(hook=False, kernel=False)


@dataclass(frozen=True, slots=True)
class ProcessLook:
    """What this process gave up, asked of the system. None: not to be seen here."""

    core_bytes: int | None
    """How large a core file may be; a file of one byte is none."""
    dumpable: bool | None
    umask: int | None
    network: NetworkLook = _NO_GUARD


@dataclass(frozen=True, slots=True)
class FilesLook:
    """What lies in Mayfly's folders, and what others noted of it."""

    looked: int
    wide: tuple[str, ...]
    """Files and folders that other accounts may enter, each with its mode."""
    scratch_left: int
    """Folders of readers that are dead."""
    odd_log_lines: int
    """Lines of the log that Mayfly does not write."""
    settings_left: tuple[str, ...]
    """Settings files that Qt made beside Mayfly's own."""
    noted_recent: bool
    """Whether the desktop's list of recent files names Mayfly as having opened one."""
