"""Judges the second line of defence: what keeps even sealed bytes and names from staying."""

from __future__ import annotations

from collections.abc import Iterator

from mayfly.domain.defence import FilesLook, ProcessLook, VaultLook
from mayfly.domain.inspection import Finding, Grade, Promise
from mayfly.domain.network_port import NetworkLook

_OTHERS = 0o077


def vault_findings(look: VaultLook) -> Iterator[Finding]:
    """Yield what the vault's file shows without a key."""
    yield _deletions(look)
    if look.owed_objects:
        yield Finding(
            "own storage",
            str(look.owed_objects),
            Grade.NOTICE,
            "Objects of deleted documents are still to be deleted in your own storage.",
            "Open and unlock Mayfly, and see that the storage server can be reached.",
            Promise.LIMITED,
        )
    yield _settings(look)
    yield _way_of_writing(look)
    yield _log_of_writes(look)
    if look.virtual_tables:
        yield Finding(
            "search index",
            str(look.virtual_tables),
            Grade.PROBLEM,
            "The vault's file holds tables that are not Mayfly's; a search index on a disk can "
            "keep words of what was deleted.",
            "Export what you want to keep, and start a fresh vault.",
            Promise.WEAK,
        )
    else:
        yield Finding("search index", "none on the disk", Grade.GOOD)


def process_findings(look: ProcessLook) -> Iterator[Finding]:
    """Yield what this process gave up."""
    if (look.core_bytes is not None and look.core_bytes > 1) or look.dumpable:
        yield Finding(
            "core dumps",
            "not switched off",
            Grade.NOTICE,
            "A crash may leave memory on the disk, keys and documents included.",
            "Switch core dumps off system-wide.",
            Promise.LIMITED,
        )
    elif look.core_bytes is None:
        yield Finding(
            "core dumps",
            "not known",
            Grade.NOTICE,
            "A crash may leave memory on the disk, keys and documents included.",
            "Switch core dumps off system-wide.",
            Promise.LIMITED,
        )
    else:
        yield Finding("core dumps", "off", Grade.GOOD)
    if look.umask is not None and look.umask & _OTHERS != _OTHERS:
        yield Finding(
            "new files",
            f"{look.umask:03o}",
            Grade.NOTICE,
            "Other accounts of this machine may read a file that is made without a mode of its "
            "own.",
        )
    elif look.umask is not None:
        yield Finding("new files", "private", Grade.GOOD)
    yield _connections(look.network)


def _connections(look: NetworkLook) -> Finding:
    if look.kernel:
        return Finding("connections", "refused by the kernel", Grade.GOOD)
    if look.hook:
        return Finding(
            "connections",
            "refused by Mayfly",
            Grade.NOTICE,
            "Mayfly refuses what you did not register, but the kernel does not: a library in it "
            "that goes past Python would not be held back.",
        )
    return Finding(
        "connections",
        "not refused",
        Grade.PROBLEM,
        "Nothing in this process holds connections back.",
        "Start Mayfly anew; if this stays, report it.",
    )


def files_findings(look: FilesLook) -> Iterator[Finding]:
    """Yield what lies in Mayfly's folders and was noted elsewhere."""
    yield _modes(look)
    if look.scratch_left:
        yield Finding(
            "left by readers",
            str(look.scratch_left),
            Grade.NOTICE,
            "A crash left folders with a page and its text behind, readable to you alone.",
            "Start Mayfly: it empties them first.",
            Promise.LIMITED,
        )
    else:
        yield Finding("left by readers", "nothing", Grade.GOOD)
    if look.odd_log_lines:
        yield Finding(
            "content of the log",
            str(look.odd_log_lines),
            Grade.NOTICE,
            "The log has lines that Mayfly does not write; what they tell is not known.",
            "Read the log, and delete it.",
            Promise.LIMITED,
        )
    else:
        yield Finding("content of the log", "kinds, places and counts", Grade.GOOD)
    yield _notes(look)


def _deletions(look: VaultLook) -> Finding:
    if look.key_owed or look.unfinished:
        return Finding(
            "deletions",
            "a new key is owed" if look.key_owed else "not finished",
            Grade.NOTICE,
            "What was deleted is shown nowhere, but until the vault has a new key an old copy of "
            "it opens with today's.",
            "Open and unlock Mayfly: it makes up for it.",
            Promise.LIMITED,
        )
    if look.overdue:
        return Finding(
            "deletions",
            "overdue",
            Grade.NOTICE,
            "Something is past its end and still there, for nothing of Mayfly runs; it is "
            "destroyed before anything is shown again.",
            "Open Mayfly.",
            Promise.LIMITED,
        )
    return Finding("deletions", "nothing waits", Grade.GOOD)


def _settings(look: VaultLook) -> Finding:
    if look.refused_settings:
        return Finding(
            "SQLite settings",
            f"{', '.join(look.refused_settings)}",
            Grade.PROBLEM,
            "This SQLite library does not take settings that the vault needs, such as overwriting "
            "what is deleted; Mayfly does not open a vault with it.",
            "Run Mayfly with a Python that brings another SQLite.",
            Promise.WEAK,
        )
    return Finding(
        "SQLite settings",
        f"SQLite {look.sqlite}",
        Grade.GOOD,
        "What is deleted is overwritten, nothing temporary reaches a disk, no memory map. Set and "
        "read back whenever the vault is opened; one that does not take keeps it shut.",
    )


def _way_of_writing(look: VaultLook) -> Finding:
    if look.journal_mode == "wal" and look.incremental_vacuum:
        return Finding("way of writing", f"{look.journal_mode}", Grade.GOOD)
    return Finding(
        "way of writing",
        f"{look.journal_mode}" if look.incremental_vacuum else "no incremental vacuum",
        Grade.PROBLEM,
        "Another program changed how the vault's file is written; sealed rows of what is deleted "
        "may stay in it.",
        "Let only Mayfly open the vault; export what you want to keep, and start a fresh one.",
        Promise.LIMITED,
    )


def _log_of_writes(look: VaultLook) -> Finding:
    if not look.log_bytes:
        return Finding("log of writes", "empty", Grade.GOOD)
    if look.is_open:
        return Finding(
            "log of writes",
            "in use",
            Grade.GOOD,
            "Recent writes, sealed; it is cut to nothing after each deletion.",
        )
    return Finding(
        "log of writes",
        "not empty",
        Grade.NOTICE,
        "A crash left recent writes beside the vault: sealed, but maybe of something that was "
        "deleted since.",
        "Open Mayfly: it cuts the log to nothing.",
    )


def _modes(look: FilesLook) -> Finding:
    if look.wide:
        return Finding(
            "modes",
            f"{', '.join(look.wide)}",
            Grade.PROBLEM,
            "Other accounts of this machine may open these.",
            "Take the rights of others away: chmod go= and the path.",
        )
    return Finding("modes", "private", Grade.GOOD)


def _notes(look: FilesLook) -> Finding:
    if look.settings_left:
        return Finding(
            "notes of names",
            f"{', '.join(look.settings_left)}",
            Grade.NOTICE,
            "A settings file that Mayfly does not write can name folders that were looked at.",
            "Delete it.",
            Promise.LIMITED,
        )
    if look.noted_recent:
        return Finding(
            "notes of names",
            "recent files",
            Grade.NOTICE,
            "The desktop's list of recent files names documents that were opened with Mayfly.",
            "Clear the list of recent files in the desktop's settings.",
            Promise.LIMITED,
        )
    return Finding("notes of names", "none", Grade.GOOD)
