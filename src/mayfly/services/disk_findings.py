"""Judges the file systems under the key file and the vault: can an old half of a key stay there?

What is said here of ext4, xfs and btrfs was measured on disk images (docs/threat-model.md);
of others only what their design says.
"""

from __future__ import annotations

from collections.abc import Iterator

from mayfly.domain.inspection import Finding, Grade, Promise
from mayfly.domain.machine import MachineFacts, Place

_MEASURED = frozenset({"ext2", "ext3", "ext4", "xfs"})
_IN_PLACE = frozenset({"jfs", "vfat", "exfat", "ntfs", "ntfs3", "reiserfs", "hfsplus"})
_COPYING = frozenset(
    {"btrfs", "zfs", "bcachefs", "f2fs", "nilfs2", "apfs", "ubifs", "jffs2", "refs"}
)
_MEMORY = frozenset({"tmpfs", "ramfs"})
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "afs", "virtiofs", "davfs"}
)
_NETWORK_FUSE = ("fuse.sshfs", "fuse.rclone", "fuse.davfs", "fuse.s3fs", "fuse.google-drive")
_KEY_FILE = "key file"


def disk_findings(facts: MachineFacts) -> Iterator[Finding]:
    """Yield what follows from where the two files lie."""
    yield _key_file(facts.shard)
    yield _vault(facts.vault)
    yield _distance(facts)
    yield _snapshots(facts)
    yield _encryption(facts)
    yield _disk_kind(facts.shard)


def is_network(kind: str) -> bool:
    """Tell whether a file system of this kind lies on another machine."""
    return kind in _NETWORK or kind.startswith(_NETWORK_FUSE)


def _key_file(place: Place) -> Finding:
    """Judge the file system that the key file lies on: the promise hangs on it."""
    kind = place.file_system
    if kind is None:
        return _unknown_key_file("not known")
    if kind in _MEMORY:
        return Finding(
            _KEY_FILE,
            f"{kind}",
            Grade.NOTICE,
            "The key file lies in memory: after a power cut or a restart it is gone, and nothing "
            "in the vault opens any more.",
            "Keep Mayfly's folders on a disk if documents are to outlive a restart.",
        )
    if is_network(kind):
        return Finding(
            _KEY_FILE,
            f"{kind}",
            Grade.PROBLEM,
            "The key file lies on another machine, which may keep every half of a key that was "
            "overwritten here.",
            "Keep Mayfly's state folder on a disk of this machine.",
            Promise.WEAK,
        )
    return _local_key_file(place, kind)


def _local_key_file(place: Place, kind: str) -> Finding:
    if place.shared_blocks:
        return Finding(
            _KEY_FILE,
            f"{kind}",
            Grade.PROBLEM,
            "A snapshot or a clone holds the key file as it is now: the next deletion leaves the "
            "old half of the key in it.",
            "Remove the snapshots that hold Mayfly's state folder.",
            Promise.WEAK,
        )
    if kind in _COPYING and not place.no_copy_on_write:
        return _copying_key_file(place, kind)
    if place.journals_data:
        return Finding(
            _KEY_FILE,
            f"{kind} (data=journal)",
            Grade.PROBLEM,
            "This file system's journal keeps a copy of what is written, and so of old halves of "
            "the key.",
            "Mount it without data=journal, or keep Mayfly's state folder elsewhere.",
            Promise.WEAK,
        )
    if kind in _MEASURED or kind in _COPYING:
        return _overwritten_key_file(place, kind)
    if kind in _IN_PLACE:
        return Finding(
            _KEY_FILE,
            f"{kind}",
            Grade.NOTICE,
            "By its design this file system overwrites old halves of the key where they lie; that "
            "was not measured.",
            "ext4 and xfs were measured.",
            Promise.LIMITED,
        )
    return _unknown_key_file(kind)


def _overwritten_key_file(place: Place, kind: str) -> Finding:
    if place.journals_data is None:
        return Finding(
            _KEY_FILE,
            f"{kind}",
            Grade.NOTICE,
            "Old halves of the key are overwritten where they lie; whether this file system's "
            "journal keeps a copy is not to be seen from here, but it does not unless it was "
            "told to.",
            bound=Promise.UNKNOWN,
        )
    return Finding(
        _KEY_FILE,
        f"{kind} (no copy on write)" if kind in _COPYING else f"{kind}",
        Grade.GOOD,
        "Old halves of the key are overwritten where they lie, so they do not come back.",
    )


def _copying_key_file(place: Place, kind: str) -> Finding:
    if kind == "btrfs" and place.no_copy_on_write is None:
        return Finding(
            _KEY_FILE,
            f"{kind}",
            Grade.NOTICE,
            "This file system copies what is overwritten; Mayfly asks it not to when it makes the "
            "key file. There is none yet.",
            "Look again once there is a vault.",
            Promise.UNKNOWN,
        )
    return Finding(
        _KEY_FILE,
        f"{kind}",
        Grade.PROBLEM,
        "This file system writes elsewhere instead of overwriting: old halves of the key stay on "
        "the disk for a while.",
        "Keep Mayfly's state folder on ext4 or xfs.",
        Promise.WEAK,
    )


def _unknown_key_file(value: str) -> Finding:
    return Finding(
        _KEY_FILE,
        value,
        Grade.NOTICE,
        "Whether old halves of the key are overwritten where they lie is not known of this file "
        "system.",
        "Keep Mayfly's state folder on ext4 or xfs of this machine.",
        Promise.UNKNOWN,
    )


def _vault(place: Place) -> Finding:
    """Judge where the database lies: what it leaves behind is sealed under keys that are gone."""
    kind = place.file_system
    if kind in _MEMORY:
        return Finding(
            "vault file",
            f"{kind}",
            Grade.NOTICE,
            "The vault lies in memory: after a power cut or a restart it is gone.",
            "Keep Mayfly's folders on a disk if documents are to outlive a restart.",
        )
    if kind is not None and is_network(kind):
        return Finding(
            "vault file",
            f"{kind}",
            Grade.NOTICE,
            "The vault lies on another machine: what is deleted stays there sealed, under keys "
            "that are gone; a connection that breaks can damage what lives.",
            "Keep Mayfly's data folder on a disk of this machine.",
        )
    return Finding(
        "vault file",
        f"{kind}" if kind else "not known",
        Grade.GOOD,
        "Whatever this file system keeps of deleted documents is sealed under keys that are gone.",
    )


def _distance(facts: MachineFacts) -> Finding:
    one, other = facts.vault.volume, facts.shard.volume
    if one is None or other is None or one != other:
        return Finding(
            "vault and key file",
            "not known" if None in (one, other) else "on two file systems",
            Grade.GOOD,
        )
    return Finding(
        "vault and key file",
        "on one file system",
        Grade.GOOD,
        "Two files in two folders; but an image of this one disk holds both, as they were then.",
    )


def _snapshots(facts: MachineFacts) -> Finding:
    found = dict.fromkeys((*facts.shard.snapshots, *facts.vault.snapshots))
    if found:
        return Finding(
            "snapshots",
            ", ".join(found),
            Grade.NOTICE,
            "A snapshot keeps the vault and half of its key as they were: with the keyring of then "
            "it opens what was alive then.",
            "Leave Mayfly's folders out of snapshots, and remove those that hold them.",
            Promise.LIMITED,
        )
    if facts.virtual is not None:
        return Finding(
            "snapshots",
            facts.virtual if facts.virtual else "a virtual machine",
            Grade.NOTICE,
            "This is a virtual machine: whoever runs it can keep copies of its disk and its "
            "memory, which nothing in here can see.",
            "",
            Promise.LIMITED,
        )
    return Finding("snapshots", "none found", Grade.GOOD)


def _encryption(facts: MachineFacts) -> Finding:
    both = (facts.vault.encrypted, facts.shard.encrypted)
    if all(both):
        return Finding(
            "disk encryption",
            "on",
            Grade.GOOD,
            "Without the disk's own password not even sealed data, times or counts can be read.",
        )
    if None in both and False not in both:
        return Finding("disk encryption", "not known", Grade.NOTICE)
    return Finding(
        "disk encryption",
        "off",
        Grade.NOTICE,
        "Whoever has the disk can read when documents were added and deleted and how large they "
        "were, and can try passwords on what still lives.",
        "Encrypt the disk (LUKS), which the system's installer offers.",
    )


def _disk_kind(place: Place) -> Finding:
    if place.flash is None:
        return Finding("disk", "not known", Grade.GOOD)
    if not place.flash:
        return Finding("disk", "rotating", Grade.GOOD)
    if place.encrypted:
        return Finding(
            "disk",
            "flash, told what is free" if place.discards else "flash",
            Grade.GOOD,
            "Cells that the disk took out of use hold only what the disk's encryption made of it.",
        )
    return Finding(
        "disk",
        "flash, told what is free" if place.discards else "flash",
        Grade.NOTICE,
        "A flash disk overwrites in other cells: whoever takes it apart may find an old half of "
        "the key in those it took out of use.",
        "Encrypt the disk (LUKS), which the system's installer offers.",
        Promise.LIMITED,
    )
