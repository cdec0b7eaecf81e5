"""The ledger beside the shard: what it keeps, what it passes over, and that nobody waits for it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
import time
from pathlib import Path

from mayfly.domain.jobs import Part
from mayfly.domain.states import DeleteReason
from mayfly.vault.ledger import Gone, Ledger
from tests.vault.rotating import Place, admit, check_alive, check_settled, purge


def test_a_missing_or_unwritable_ledger_holds_up_no_deletion(place: Place) -> None:
    vault = place.open()
    jobs = admit(vault, "one", "two", "stays")
    place.paths.ledger.unlink(missing_ok=True)
    purge(vault, jobs.pop("one"))
    place.paths.ledger.unlink()
    place.paths.ledger.mkdir()
    purge(vault, jobs.pop("two"))
    check_alive(vault, jobs)
    vault.close()
    check_settled(place, 3)
    place.open().close()


def test_nothing_of_a_document_is_in_it(place: Place) -> None:
    vault = place.open()
    job = admit(vault, "secret-name")["secret-name"]
    purge(vault, job)
    vault.close()
    data = place.paths.ledger.read_bytes()
    assert place.paths.ledger.stat().st_mode & 0o777 == 0o600
    assert len(data) == 96 + 48
    assert b"secret" not in data
    assert bytes.fromhex(job) in data


def gone(number: int, at: int = 1_000) -> Gone:
    return Gone(number.to_bytes(16, "big"), at, frozenset(Part), DeleteReason.BACKSTOP)


def test_it_keeps_what_fits_and_passes_over_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "ledger"
    ledger = Ledger(file, b"v" * 16)
    assert ledger.read().epoch == 0
    ledger.note_epoch(7)
    ledger.note_epoch(5)
    ledger.note_gone([gone(1), gone(2)])
    ledger.note_gone([])
    with file.open("ab") as torn:
        torn.write(b"half a record")
    ledger.note_gone([gone(3)])
    ids = [number.to_bytes(16, "big") for number in range(5)]
    assert set(ledger.read().of(ids)) == set(ids[1:4])
    assert (ledger.read().epoch, ledger.read().of([])) == (7, {})
    data = bytearray(file.read_bytes())
    data[96 + 20] ^= 1
    file.write_bytes(data)
    assert set(ledger.read().of(ids)) == set(ids[2:4])
    # Another vault's, or a head that was altered: nothing is known.
    assert Ledger(file, b"w" * 16).read().of(ids) == {}
    data[30] ^= 1
    file.write_bytes(data)
    assert ledger.read().of(ids) == {}
    ledger.note_gone([gone(4)])
    assert set(ledger.read().of(ids)) == {ids[4]}


def test_what_is_past_every_backstop_is_forgotten(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger", b"v" * 16)
    month = 31 * 86_400 * 1_000_000
    ledger.note_gone([gone(number) for number in range(10)])
    ledger.note_gone([gone(10, at=1_000 + month)])
    ids = [number.to_bytes(16, "big") for number in range(11)]
    assert set(ledger.read().of(ids)) == set(ids[5:])
    for _ in range(5):
        ledger.note_gone([gone(10, at=1_000 + month)])
    assert len(ledger.read().of(ids)) < 5


def test_what_does_not_fit_is_no_record_and_a_held_file_is_not_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "ledger"
    ledger = Ledger(file, b"v" * 16)
    ledger.note_gone([gone(1)])
    descriptor = os.open(file, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    began = time.monotonic()
    ledger.note_gone([gone(2)])
    assert time.monotonic() - began < 2.0
    os.close(descriptor)
    ids = [number.to_bytes(16, "big") for number in range(4)]
    assert set(ledger.read().of(ids)) == set(ids[1:3])
    # A reason that this program does not know, and a head of another kind.
    body = struct.pack(">16sQIBBxx", ids[3], 1, 0, 3, 200)
    with file.open("ab") as odd:
        odd.write(body + hashlib.sha256(b"v" * 16 + body).digest()[:16])
    assert set(ledger.read().of(ids)) == set(ids[1:3])
    head = struct.pack(">8s16sQQ32s", b"MAYFLYL9", b"v" * 16, 1, 0, bytes(32))
    file.write_bytes(head + hashlib.sha256(b"v" * 16 + head).digest()[:24])
    assert ledger.read().epoch == 0
