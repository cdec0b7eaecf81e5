"""The half of the vault key that can be destroyed: two slots of random bytes, overwritten in place.

A keyring is rewritten by rename, so every superseded share of it can come back from the raw
disk (20 of 20 did). A slot of this file lies on the same blocks for ever, on file systems that
overwrite in place, so what replaces it destroys it. Its size makes a part that survives
somewhere useless: the key hangs on every bit of it.

A slot is 16 KiB: magic (8), vault id (16), epoch (8, big-endian), SHA-256 of those and of the
random bytes (32), random bytes (16,320). Epoch e lives in slot e mod 2.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from mayfly.vault.faults import translated
from mayfly.vault.private_files import ask_no_backup, open_private_file, set_flag, sync_folder

SLOT_BYTES = 16 << 10
SLOTS = 2
_MAGIC = b"MAYFLYS1"
_DOOMED = b"MAYFLYX1"
"""Begins a shard that was overwritten because the whole vault goes."""
_VAULT_ID_BYTES, _EPOCH_BYTES, _DIGEST_BYTES = 16, 8, 32
_HEAD_BYTES = len(_MAGIC) + _VAULT_ID_BYTES + _EPOCH_BYTES
RANDOM_BYTES = SLOT_BYTES - _HEAD_BYTES - _DIGEST_BYTES

# linux/fs.h. Copy-on-write (btrfs) would keep every overwritten slot: measured, the key of a
# destroyed epoch came back there without this flag and did not with it.
_FS_NOCOW_FL = 0x00800000


class Shard:
    """The shard file. Never renamed, copied or backed up; every write is on the disk on return."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self) -> None:
        """Make the file at its full size with two slots that hold nothing.

        An old file in its place is overwritten where it lies.
        """
        with translated():
            descriptor = open_private_file(self._path)
            try:
                # Copy on write can only be switched off while the file is empty.
                set_flag(descriptor, _FS_NOCOW_FL)
                ask_no_backup(descriptor)
                _write_at(descriptor, 0, secrets.token_bytes(SLOT_BYTES * SLOTS))
                os.ftruncate(descriptor, SLOT_BYTES * SLOTS)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            sync_folder(self._path.parent)

    def write_slot(self, vault_id: bytes, epoch: int) -> bytes:
        """Fill the slot of this epoch with fresh random bytes and return them."""
        random = secrets.token_bytes(RANDOM_BYTES)
        head = _MAGIC + vault_id + epoch.to_bytes(_EPOCH_BYTES, "big")
        digest = hashlib.sha256(head + random).digest()
        self._overwrite(epoch, head + digest + random)
        return random

    def read_slot(self, vault_id: bytes, epoch: int) -> bytes | None:
        """Return the random bytes of this epoch; None when erased, torn or of another vault."""
        with translated():
            try:
                descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return None
            try:
                slot = os.pread(descriptor, SLOT_BYTES, _offset_of(epoch))
            finally:
                os.close(descriptor)
        head = _MAGIC + vault_id + epoch.to_bytes(_EPOCH_BYTES, "big")
        digest = slot[_HEAD_BYTES : _HEAD_BYTES + _DIGEST_BYTES]
        random = slot[_HEAD_BYTES + _DIGEST_BYTES :]
        if len(slot) != SLOT_BYTES or not slot.startswith(head):
            return None
        return random if hashlib.sha256(head + random).digest() == digest else None

    def is_used(self, epoch: int) -> bool:
        """Tell whether anything lies in the slot of this epoch, of whatever epoch it is.

        A slot that was torn while it was written or erased counts if its beginning is there;
        without its beginning it is worth nothing to anybody.
        """
        with translated():
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                return os.pread(descriptor, len(_MAGIC), _offset_of(epoch)) == _MAGIC
            finally:
                os.close(descriptor)

    def erase_slot(self, epoch: int) -> None:
        """Overwrite the slot of this epoch; needs no free space.

        With random bytes: a storage layer may turn zeros into a hole and keep the old block.
        """
        self._overwrite(epoch, secrets.token_bytes(SLOT_BYTES))

    def vault_ids(self) -> frozenset[bytes]:
        """Return the ids of the vaults that the slots belong to; never raises."""
        heads = [self._peek(n * SLOT_BYTES, len(_MAGIC) + _VAULT_ID_BYTES) for n in range(SLOTS)]
        return frozenset(one[len(_MAGIC) :] for one in heads if one.startswith(_MAGIC))

    def epochs(self, vault_id: bytes) -> tuple[int, ...]:
        """Return the epochs that slots of this vault say they are of, torn ones too."""
        heads = [self._peek(n * SLOT_BYTES, _HEAD_BYTES) for n in range(SLOTS)]
        start = _MAGIC + vault_id
        return tuple(
            int.from_bytes(one[len(start) :], "big") for one in heads if one[: len(start)] == start
        )

    def doom(self) -> None:
        """Overwrite both slots where they lie, and mark the file; needs no free space.

        No error when there is no file. VaultNotWritable when it cannot be written.
        """
        with translated():
            try:
                descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
            except FileNotFoundError:
                return
            try:
                rest = secrets.token_bytes(SLOT_BYTES * SLOTS - len(_DOOMED))
                _write_at(descriptor, 0, _DOOMED + rest)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def is_doomed(self) -> bool:
        """Tell whether the file bears the mark of a vault that is being destroyed."""
        return self._peek(0, len(_DOOMED)) == _DOOMED

    def _peek(self, offset: int, length: int) -> bytes:
        """Return bytes of the file, or none where there are none to be had."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return b""
        try:
            return os.pread(descriptor, length, offset)
        except OSError:
            return b""
        finally:
            os.close(descriptor)

    def _overwrite(self, epoch: int, slot: bytes) -> None:
        with translated():
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
            try:
                _write_at(descriptor, _offset_of(epoch), slot)
                os.fdatasync(descriptor)
            finally:
                os.close(descriptor)


def parse_slot(slot: bytes) -> tuple[bytes, int, bytes]:
    """Return vault id, epoch and random bytes as a whole slot names them; nothing is checked."""
    vault_id = slot[len(_MAGIC) : len(_MAGIC) + _VAULT_ID_BYTES]
    epoch = slot[len(_MAGIC) + _VAULT_ID_BYTES : _HEAD_BYTES]
    return vault_id, int.from_bytes(epoch, "big"), slot[_HEAD_BYTES + _DIGEST_BYTES :]


def _offset_of(epoch: int) -> int:
    return (epoch % SLOTS) * SLOT_BYTES


def _write_at(descriptor: int, offset: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
