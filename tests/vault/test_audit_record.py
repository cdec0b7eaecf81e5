"""Records of the audit log are free of content, and read in one spelling only."""

from __future__ import annotations

import json

import pytest

from mayfly.domain.audit import AuditEntry, AuditKind
from mayfly.domain.audit_record import decode_entry, encode_entry
from mayfly.domain.errors import InternalError
from mayfly.domain.ids import BatchId, JobId, new_job_id
from mayfly.domain.jobs import Part
from mayfly.domain.states import DeleteReason
from tests.vault.conftest import Desk
from tests.vault.test_privacy import CANARIES, fill, found_in

ALL = frozenset(Part)


def test_no_record_holds_a_canary_in_any_spelling(desk: Desk) -> None:
    job_id = fill(desk)
    desk.vault.purge([job_id], ALL, DeleteReason.USER, desk.clock.now())

    records = b"\n".join(row[0] for row in desk.sql("SELECT record FROM audit"))

    assert len(records.splitlines()) == 5
    assert found_in(records) == set()
    assert found_in(records + CANARIES[0].encode()) == {CANARIES[0]}


@pytest.mark.parametrize("word", ["letter.pdf", "/home/ada", "Zebra", "two words", "", "x" * 65])
def test_a_word_that_could_be_a_name_is_refused(desk: Desk, word: str) -> None:
    with pytest.raises(InternalError):
        desk.vault.audit.append(
            AuditKind.EXPORTED, desk.clock.now(), detail={"target": "file", "format": word}
        )
    with pytest.raises(InternalError):
        desk.vault.audit.append(AuditKind.EXPORTED, desk.clock.now(), detail={word: 1})


@pytest.mark.parametrize("number", [-1, 1 << 53, True, 1.5, None])
def test_a_number_that_readers_could_take_differently_is_refused(desk: Desk, number) -> None:
    with pytest.raises(InternalError):
        desk.vault.audit.append(AuditKind.LOCKED, desk.clock.now(), detail={"epoch": number})


def test_what_is_no_id_or_no_moment_is_a_bug(desk: Desk) -> None:
    now = desk.clock.now()
    for entry in (
        AuditEntry(1, now, AuditKind.ADDED, JobId("letter.pdf")),
        AuditEntry(1, now, AuditKind.ADDED, None, BatchId("x" * 32)),
        AuditEntry(1, now.replace(tzinfo=None), AuditKind.ADDED),
    ):
        with pytest.raises(InternalError):
            encode_entry(entry)


def test_a_record_is_read_as_it_was_written_and_in_no_other_spelling(desk: Desk) -> None:
    entry = AuditEntry(7, desk.clock.now(), AuditKind.DELETED, new_job_id(), None, {"what": "job"})
    record = encode_entry(entry)

    assert decode_entry(record) == entry
    shape = json.loads(record)
    for other in (
        json.dumps(shape).encode(),
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 3_000,
        b" " * 5_000,
        record.replace(b'"job"', b'"jab"'),
        record.replace(b'"at":"2026', b'"at":"x026'),
    ):
        with pytest.raises(ValueError, match="no record"):
            decode_entry(other)
