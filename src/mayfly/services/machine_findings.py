"""Judges what else of this machine can keep what deletion destroys: swap, copies, the keyring."""

from __future__ import annotations

from collections.abc import Iterator

from mayfly.domain.inspection import Finding, Grade, Promise
from mayfly.domain.machine import KeyringLock, MachineFacts, SwapKind
from mayfly.services.disk_findings import disk_findings


def machine_findings(facts: MachineFacts, key_home: str | None) -> Iterator[Finding]:
    """Yield all that the grade hangs on, the weightiest first."""
    if not facts.looked:
        yield Finding(
            "this system",
            facts.system,
            Grade.NOTICE,
            "Disks, snapshots, swap and the keyring are looked at on Linux only; what they keep "
            "here is not known.",
            "Encrypt the disk, and leave Mayfly's folders out of snapshots, backups and synced "
            "folders.",
            Promise.UNKNOWN,
        )
        return
    yield from disk_findings(facts)
    yield _synced(facts)
    yield _backups(facts)
    yield _backup_marks(facts)
    yield _swap(facts)
    yield _hibernation(facts)
    if key_home != "passphrase" and (key_home or facts.keyring_lock is not KeyringLock.UNKNOWN):
        yield _keyring(facts)


def _synced(facts: MachineFacts) -> Finding:
    if name := facts.shard.synced_by:
        return Finding(
            "synced folder",
            name,
            Grade.PROBLEM,
            "The key file lies in a folder that is copied to other machines: old halves of the key "
            "stay there.",
            "Move Mayfly's state folder out of it.",
            Promise.WEAK,
        )
    if name := facts.vault.synced_by:
        return Finding(
            "synced folder",
            name,
            Grade.PROBLEM,
            "The vault lies in a folder that is copied to other machines: what is deleted stays "
            "there sealed, under keys that are gone; a copy that comes back does not open, and two "
            "machines that write to it damage it.",
            "Move Mayfly's data folder out of it: a vault that was copied can never be used.",
            Promise.LIMITED,
        )
    return Finding("synced folder", "no", Grade.GOOD)


def _backups(facts: MachineFacts) -> Finding:
    if not facts.backups:
        return Finding("backups", "none found", Grade.GOOD)
    return Finding(
        "backups",
        ", ".join(facts.backups),
        Grade.NOTICE,
        "A backup of the whole home folder holds the vault, its key file and the keyring as they "
        "were: together they open what was alive then.",
        "Leave Mayfly's data and state folders out of backups: a vault cannot be restored from "
        "one. Export what you want to keep.",
        Promise.LIMITED,
    )


def _backup_marks(facts: MachineFacts) -> Finding:
    marked = (facts.shard.passed_over, facts.vault.passed_over)
    if None in marked:
        return Finding("backup marks", "none yet", Grade.GOOD)
    if all(marked):
        return Finding(
            "backup marks",
            "set",
            Grade.GOOD,
            "Backups are asked to leave Mayfly's folders out; some heed that, some need a setting, "
            "some do not ask.",
        )
    return Finding(
        "backup marks",
        "not taken",
        Grade.NOTICE,
        "This file system has no mark that asks backups to leave a file out.",
        "Leave Mayfly's data and state folders out by the backup program's own settings.",
    )


def _swap(facts: MachineFacts) -> Finding:
    kinds = facts.swap
    if kinds is None:
        return Finding("swap", "not known", Grade.NOTICE, bound=Promise.LIMITED)
    if not kinds:
        return Finding("swap", "none", Grade.GOOD)
    if SwapKind.PLAIN in kinds:
        return Finding(
            "swap",
            "not encrypted",
            Grade.NOTICE,
            "Memory that the system puts aside, with keys or pages of a document in it, lies on "
            "the disk as it is and stays there.",
            "Encrypt the swap area, or use zram.",
            Promise.LIMITED,
        )
    if SwapKind.UNKNOWN in kinds:
        return Finding(
            "swap",
            "not known whether encrypted",
            Grade.NOTICE,
            "Memory that the system puts aside, with keys or pages of a document in it, may lie on "
            "the disk as it is.",
            "Encrypt the swap area, or use zram.",
            Promise.LIMITED,
        )
    return Finding("swap", "encrypted" if SwapKind.ENCRYPTED in kinds else "in memory", Grade.GOOD)


def _hibernation(facts: MachineFacts) -> Finding:
    kinds = facts.swap or ()
    if facts.hibernates is None:
        return Finding("hibernation", "not known", Grade.GOOD)
    if not facts.hibernates:
        return Finding("hibernation", "not possible", Grade.GOOD)
    if SwapKind.PLAIN in kinds or SwapKind.UNKNOWN in kinds:
        return Finding(
            "hibernation",
            "not encrypted",
            Grade.NOTICE,
            "A hibernating machine writes all of its memory to the disk, keys of an open vault "
            "included.",
            "Encrypt the swap area, or lock the vault before the machine hibernates.",
            Promise.LIMITED,
        )
    if SwapKind.ENCRYPTED in kinds:
        return Finding("hibernation", "encrypted", Grade.GOOD)
    return Finding("hibernation", "nowhere to write to", Grade.GOOD)


def _keyring(facts: MachineFacts) -> Finding:
    if facts.keyring_lock is KeyringLock.PASSWORD:
        return Finding("keyring password", "set", Grade.GOOD)
    if facts.keyring_lock is KeyringLock.UNKNOWN:
        return Finding(
            "keyring password",
            "not known",
            Grade.NOTICE,
            "What guards the keyring cannot be seen from here; for deleted documents it does not "
            "matter, for their other half of the key is gone.",
        )
    return Finding(
        "keyring password",
        "none",
        Grade.NOTICE if facts.shard.encrypted else Grade.PROBLEM,
        "Whoever has this disk can read the keyring, and so open what still lives; deleted "
        "documents stay closed, for their other half of the key is gone.",
        "Give the keyring a password, or the vault a passphrase.",
    )
