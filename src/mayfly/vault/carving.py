"""Finds what a vault's keys leave in raw bytes: a database, its log, freed pages, a whole disk.

By content, not by structure: rows are found by how SQLite writes their heads, slots by their
mark, wherever they lie and whether anything still points at them. What lies in pieces that are
far apart is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from mayfly.domain.errors import KeyMissing, VaultDamaged
from mayfly.domain.states import JobState
from mayfly.vault.passphrase import ArgonProfile, SealedShare
from mayfly.vault.shard import SLOT_BYTES, parse_slot
from mayfly.vault.shares import parse_shares

_ID_BYTES, _WRAPPED_BYTES = 16, 60
_SLOT = b"MAYFLYS1"
_SHARES = re.compile(rb"mayfly1(?: \d{1,19}:[A-Za-z0-9_-]{43}=){1,2}")
_KEYRING_FILE = b"GnomeKeyring\n\r\0\n"

# How the heads of rows begin (sqlite.org/fileformat.html): the length of the head, then a type
# for each column. 0x00: NULL, the row's own number; 0x2c: 16 bytes; 0x81 0x04: 60 bytes.
_DATA_KEY = re.compile(rb"\x19[\x01-\x06\x08\x09]\x81\x04")
_BUCKET = re.compile(rb"\x07\x00[\x01-\x06\x08\x09]{2}\x81\x04[\x08\x09]")
_JOB = re.compile(rb"\x00\x2c\x2c")
_META = re.compile(rb"\x00\x2c[\x15\x1b\x21]")
_SEALED = re.compile(rb"\x08\x00\x2c[\x01-\x06\x08\x09]{3}\x81\x04")
_INTEGER_BYTES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}
_MOST_DATA_KEY_BYTES = 7 + 8 + 6 + 8 + _WRAPPED_BYTES + 8
_MOST_JOB_BYTES = 48
"""The head of a row of job and the id: rows that differ behind it tell nothing new."""
_NUMBER_BYTES = 4
_STATES = frozenset(state.value.encode() for state in JobState)
_HOMES = frozenset({b"keyring", b"passphrase", b"both"})

Value = int | bytes | None


class Slot(NamedTuple):
    """A shard slot: whose and of which epoch it says it is, and its random bytes."""

    vault_id: bytes
    epoch: int
    random: bytes


class BucketRow(NamedTuple):
    """A row of key_bucket."""

    id: int
    born: int
    epoch: int
    wrapped: bytes


class DataKeyRow(NamedTuple):
    """A row of data_key; seq is its job's number."""

    seq: int
    part: str
    epoch: int
    wrapped: bytes
    bucket: int | None


class SealedRow(NamedTuple):
    """A row of passphrase_share."""

    epoch: int
    sealed: SealedShare


@dataclass(slots=True)
class Carved:
    """What was found so far. Its repr says nothing."""

    slots: set[Slot] = field(default_factory=set)
    shares: set[tuple[int, bytes]] = field(default_factory=set)
    buckets: set[BucketRow] = field(default_factory=set)
    data_keys: set[DataKeyRow] = field(default_factory=set)
    jobs: set[tuple[int, bytes]] = field(default_factory=set)
    """Numbers and ids of jobs."""
    vaults: set[tuple[bytes, int]] = field(default_factory=set)
    """Ids and epochs, as rows of meta gave them."""
    sealed: list[SealedRow] = field(default_factory=list)
    sealed_keyrings: int = 0
    """Files of a keyring that only its own password opens."""

    def __repr__(self) -> str:
        return "<carved keys>"


class Carver:
    """Takes bytes in pieces, in order, and keeps what it finds in them."""

    def __init__(self) -> None:
        self.found = Carved()
        self._tail = b""
        # A log of writes has the same page hundreds of times: what was met is passed over.
        self._met: set[bytes] = set()

    def feed(self, data: bytes) -> None:
        """Look through the next piece; what lies across a border is found with the piece after."""
        if data.count(0) == len(data):
            # Empty parts of a disk: patterns that begin with a zero are slow on nothing else.
            data = data[:SLOT_BYTES]
        seen = self._tail + data
        found = self.found
        found.slots.update(_slots(seen))
        found.shares.update(_shares(seen))
        found.data_keys.update(_data_keys(seen, self._met))
        found.buckets.update(_buckets(seen))
        found.jobs.update(_jobs(seen, self._met))
        found.vaults.update(_vaults(seen))
        found.sealed += [row for row in _sealed(seen) if row not in found.sealed]
        found.sealed_keyrings += seen.count(_KEYRING_FILE, max(0, len(self._tail) - 15))
        self._tail = seen[-2 * SLOT_BYTES :]

    def end(self) -> None:
        """The file is over: the next piece has nothing to do with what came before."""
        self._tail = b""


def _slots(seen: bytes) -> Iterator[Slot]:
    at = seen.find(_SLOT)
    while at >= 0:
        slot = seen[at : at + SLOT_BYTES]
        if len(slot) == SLOT_BYTES:
            # Whatever its digest says: what only looks torn is tried as well.
            yield Slot(*parse_slot(slot))
        at = seen.find(_SLOT, at + 1)


def _shares(seen: bytes) -> Iterator[tuple[int, bytes]]:
    for match in _SHARES.finditer(seen):
        with suppress(KeyMissing):
            yield from parse_shares(match.group().decode("ascii")).items()


def _data_keys(seen: bytes, met: set[bytes]) -> Iterator[DataKeyRow]:
    for match in _DATA_KEY.finditer(seen):
        start = match.start() - 2
        raw = seen[max(0, start) : start + _MOST_DATA_KEY_BYTES]
        # Only what was read whole counts as met: a row can go on behind this piece.
        row = None if raw in met else _record(seen, start)
        if row is not None:
            met.add(raw)
        if row is not None and 4 <= len(row) <= 5 and _is_data_key(row):
            seq, part, epoch, wrapped, *bucket = row
            of = bucket[0] if bucket else None
            yield DataKeyRow(
                _int(seq),
                _bytes(part).decode(),
                _int(epoch),
                _bytes(wrapped),
                None if of is None else _int(of),
            )


def _is_data_key(row: list[Value]) -> bool:
    seq, part, epoch, wrapped, *bucket = row
    return (
        part in (b"source", b"result")
        and isinstance(wrapped, bytes)
        and len(wrapped) == _WRAPPED_BYTES
        and all(map(_is_count, (seq, epoch)))
        and all(one is None or _is_count(one) for one in bucket)
    )


def _buckets(seen: bytes) -> Iterator[BucketRow]:
    for match in _BUCKET.finditer(seen):
        row, number = _record(seen, match.start()), _number_before(seen, match.start())
        if row is not None and number is not None and all(map(_is_count, row[1:3])):
            yield BucketRow(number, _int(row[1]), _int(row[2]), _bytes(row[3]))


def _jobs(seen: bytes, met: set[bytes]) -> Iterator[tuple[int, bytes]]:
    for match in _JOB.finditer(seen):
        start = match.start() - 1
        raw = seen[max(0, start - _NUMBER_BYTES) : start + _MOST_JOB_BYTES]
        row = None if raw in met else _record(seen, start)
        number = _number_before(seen, start)
        if row is not None:
            met.add(raw)
        if row is not None and number is not None and _STATES.intersection(row[3:6]):
            yield number, _bytes(row[1])


def _vaults(seen: bytes) -> Iterator[tuple[bytes, int]]:
    for match in _META.finditer(seen):
        row = _record(seen, match.start() - 1)
        if row is not None and row[2] in _HOMES and _is_count(row[3]):
            yield _bytes(row[1]), _int(row[3])


def _sealed(seen: bytes) -> Iterator[SealedRow]:
    for match in _SEALED.finditer(seen):
        row, number = _record(seen, match.start()), _number_before(seen, match.start())
        if row is not None and number is not None:
            profile = ArgonProfile(_int(row[2]), _int(row[3]), _int(row[4]))
            with suppress(VaultDamaged):
                yield SealedRow(number, SealedShare(_bytes(row[1]), profile, _bytes(row[5])))


# --- SQLite's records --------------------------------------------------------------------


def _record(seen: bytes, start: int) -> list[Value] | None:
    """Return the values of the record that begins here; None where none can."""
    if start < 0 or start >= len(seen) or not 2 <= seen[start] < 0x80:
        return None
    at, body = start + 1, start + seen[start]
    values: list[Value] = []
    types = []
    while at < body:
        kind, at = _varint(seen, at)
        types.append(kind)
    if at != body:
        return None
    for kind in types:
        size = _INTEGER_BYTES.get(kind, (kind - 12) // 2 if kind >= 12 else -1)
        if size < 0 or body + size > len(seen):
            return None
        values.append(_value(kind, seen[body : body + size]))
        body += size
    return values


def _value(kind: int, raw: bytes) -> Value:
    if kind == 0:
        return None
    if kind in (8, 9):
        return kind - 8
    return raw if kind >= 12 else int.from_bytes(raw, "big", signed=True)


def _varint(seen: bytes, at: int) -> tuple[int, int]:
    """Return a number of SQLite's and where the next one begins; 0 behind the end."""
    number = 0
    for byte in seen[at : at + 8]:
        at += 1
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, at
    return 0, at + 1


def _number_before(seen: bytes, start: int) -> int | None:
    """Return the row's own number, which stands before its record; None when nothing does."""
    if start < 1 or seen[start - 1] >= 0x80:
        return None
    first = start - 1
    while first > 0 and seen[first - 1] >= 0x80 and start - first < 8:
        first -= 1
    number, _ = _varint(seen, first)
    return number


def _is_count(value: Value) -> bool:
    """Whether this can be an epoch or an id; a copy may be forged."""
    return isinstance(value, int) and value >= 0


def _int(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _bytes(value: Value) -> bytes:
    return value if isinstance(value, bytes) else b""
