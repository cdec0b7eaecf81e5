"""Whoever can write the database, or the state folder, but has no key: each change is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mayfly.domain.audit import AuditFault, ReceiptVerdict
from mayfly.domain.audit_record import link
from mayfly.domain.errors import NoReceipt, VaultDamaged
from mayfly.domain.jobs import Part
from mayfly.domain.states import DeleteReason
from mayfly.vault import audit_check
from mayfly.vault.audit_anchor import FileAnchor, Mark
from mayfly.vault.audit_check import LogWalk
from mayfly.vault.audit_signing import chain_message
from tests.vault.conftest import Desk

ALL = frozenset(Part)


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """1 made, 2-5 added, 6-8 deleted together (8 is signed), 9 key rotated, 10 added."""
    jobs = [desk.done_job() for _ in range(4)]
    desk.vault.purge(jobs[:3], ALL, DeleteReason.USER, desk.clock.now())
    desk.admit()
    assert desk.vault.audit.verify().findings == ()
    return desk


def found(desk: Desk) -> list[tuple[int, AuditFault]]:
    return [(one.seq, one.fault) for one in desk.vault.audit.verify().findings]


def rows(desk: Desk) -> list[tuple]:
    return desk.sql("SELECT seq, record, chain, signature FROM audit ORDER BY seq")


def put(desk: Desk, *changed: tuple) -> None:
    for row in changed:
        desk.sql("INSERT OR REPLACE INTO audit VALUES (?, ?, ?, ?)", *row)


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("seq", range(1, 11))
def test_any_flipped_byte_of_a_record_or_chain_value_is_named(filled: Desk, seq: int) -> None:
    _, record, chain, signature = rows(filled)[seq - 1]
    for at in range(0, len(record), 7):
        put(filled, (seq, flipped(record, at), chain, signature))
        ((number, fault),) = found(filled)
        assert number == seq
        # A flip in the entry's own number makes it another one's.
        assert fault in (AuditFault.CHANGED, AuditFault.REORDERED)
    put(filled, (seq, record, flipped(chain, 31), signature))
    assert found(filled) == [(seq, AuditFault.CHANGED)]
    put(filled, (seq, record, chain, signature))
    assert found(filled) == []


@pytest.mark.parametrize("seq", [2, 8, 10])
def test_a_flipped_signature_is_named(filled: Desk, seq: int) -> None:
    _, record, chain, signature = rows(filled)[seq - 1]

    put(filled, (seq, record, chain, flipped(signature, 40)))

    assert (seq, AuditFault.FORGED) in found(filled)
    assert not filled.vault.audit.verify().intact


@pytest.mark.parametrize("gone", [[1], [2], [6, 7], [9], [1, 2, 3]])
def test_every_removed_entry_is_named(filled: Desk, gone: list[int]) -> None:
    for seq in gone:
        filled.sql("DELETE FROM audit WHERE seq = ?", seq)

    assert found(filled) == [(seq, AuditFault.REMOVED) for seq in gone]


@pytest.mark.parametrize(("one", "other"), [(2, 3), (2, 5), (6, 7), (8, 9)])
@pytest.mark.parametrize("what", ["record", "record, chain", "record, chain, signature"])
def test_two_entries_that_changed_places_are_named(
    filled: Desk, one: int, other: int, what: str
) -> None:
    columns = what.count(",") + 2
    first, second = rows(filled)[one - 1], rows(filled)[other - 1]

    put(filled, (one, *second[1:columns], *first[columns:]))
    put(filled, (other, *first[1:columns], *second[columns:]))

    assert found(filled) == [(one, AuditFault.REORDERED), (other, AuditFault.REORDERED)]


def test_an_entry_that_comes_twice_is_named(filled: Desk) -> None:
    _, record, chain, signature = rows(filled)[4]

    put(filled, (11, record, chain, signature))

    assert (11, AuditFault.REORDERED) in found(filled)


@pytest.mark.parametrize("kept", [0, 1, 5, 9])
def test_a_tail_that_was_cut_off_is_named_by_the_state_folder(filled: Desk, kept: int) -> None:
    filled.sql("DELETE FROM audit WHERE seq > ?", kept)

    assert (kept + 1, AuditFault.CUT) in found(filled)
    # And for ever after: what is written now does not pass for what was cut off.
    for _ in range(12):
        filled.admit()
    assert not filled.vault.audit.verify().intact


def test_without_the_state_folder_a_cut_at_a_signature_goes_unnoticed(filled: Desk) -> None:
    """The control: why the end is remembered outside the database."""
    filled.sql("DELETE FROM audit WHERE seq > 9")
    filled.paths.audit_anchor.unlink()

    assert found(filled) == []


# --- with the chain made anew ------------------------------------------------------------


def rechained(desk: Desk, seq: int, change: Callable[[bytes], bytes]) -> list[tuple]:
    """The rows from seq on, changed there and chained anew, which takes no key."""
    all_rows = rows(desk)
    before = all_rows[seq - 2][2]
    made = []
    for number, record, _, signature in all_rows[seq - 1 :]:
        changed = change(record) if number == seq else record
        before = link(before, changed)
        made.append((number, changed, before, signature))
    return made


def another_reason(record: bytes) -> bytes:
    return record.replace(b'"user"', b'"backstop"')


def test_a_chain_made_anew_does_not_fit_the_signatures(filled: Desk) -> None:
    put(filled, *rechained(filled, 7, another_reason))

    # 8 would have vouched for 6 and 7.
    forged = [(seq, AuditFault.FORGED) for seq in (8, 9, 10)]
    assert found(filled) == [(6, AuditFault.UNSIGNED), *forged]


def test_a_chain_made_anew_without_signatures_is_not_the_one_that_is_remembered(
    filled: Desk,
) -> None:
    unsigned = [(*row[:3], None) for row in rechained(filled, 7, another_reason)]
    put(filled, *unsigned)

    assert found(filled) == [(6, AuditFault.UNSIGNED), (10, AuditFault.CHANGED)]
    filled.admit()
    assert (10, AuditFault.CHANGED) in found(filled)


def test_signatures_by_another_key_are_named(filled: Desk) -> None:
    stranger = Ed25519PrivateKey.generate()
    vault_id = filled.sql("SELECT vault_id FROM meta")[0][0]
    for number, record, chain, _ in rechained(filled, 7, another_reason):
        signature = stranger.sign(chain_message(vault_id, number, chain))
        put(filled, (number, record, chain, signature))

    assert {seq for seq, fault in found(filled) if fault is AuditFault.FORGED} == {7, 8, 9, 10}


def test_another_public_key_is_not_believed_while_the_vault_is_open(filled: Desk) -> None:
    stranger = Ed25519PrivateKey.generate()
    public = stranger.public_key().public_bytes_raw()
    vault_id = filled.sql("SELECT vault_id FROM meta")[0][0]
    job_id = filled.vault.audit.entries(before_seq=8, most=1)[0].job_id
    genuine = filled.vault.audit.receipt(job_id)
    filled.sql("UPDATE audit_key SET public = ?", public)
    for number, record, chain, _ in rows(filled):
        put(filled, (number, record, chain, stranger.sign(chain_message(vault_id, number, chain))))

    assert {fault for _, fault in found(filled)} >= {AuditFault.FORGED}
    assert filled.vault.audit.check(genuine) is ReceiptVerdict.OTHER_VAULT
    # Nothing more is signed with a key that is not the vault's own.
    filled.admit()
    assert rows(filled)[-1][3] is None
    # The control: with the vault locked there is nothing to compare that key with.
    with pytest.raises(VaultDamaged):
        filled.vault.audit.receipt(job_id)
    filled.vault.lock.drop()
    assert [fault for _, fault in found(filled)] == [AuditFault.UNSIGNED]


def test_a_forged_entry_gets_no_receipt(filled: Desk) -> None:
    job_id = filled.vault.audit.entries(before_seq=8, most=1)[0].job_id
    before = filled.vault.audit.receipt(job_id)

    put(filled, *rechained(filled, 7, another_reason))

    with pytest.raises(VaultDamaged):
        filled.vault.audit.receipt(job_id)
    # The genuine one is still known as signed, though the log holds another entry.
    assert filled.vault.audit.check(before) is ReceiptVerdict.SIGNED


def test_an_entry_that_nothing_vouches_for_gets_no_receipt(filled: Desk) -> None:
    """Its own signature and all that follow were taken away, and so was the remembered end."""
    job_id = filled.vault.audit.entries(before_seq=8, most=1)[0].job_id
    filled.sql("UPDATE audit SET signature = NULL WHERE seq >= 7")
    assert filled.vault.audit.check(filled.vault.audit.receipt(job_id)) is ReceiptVerdict.GENUINE

    filled.paths.audit_anchor.unlink()

    with pytest.raises(VaultDamaged):
        filled.vault.audit.receipt(job_id)


def test_the_last_entry_is_vouched_for_by_the_remembered_end(filled: Desk) -> None:
    filled.sql("DELETE FROM audit WHERE seq > 8")
    filled.sql("UPDATE audit SET signature = NULL WHERE seq = 8")
    _, _, chain, _ = rows(filled)[7]
    job_id = filled.vault.audit.entries(most=1)[0].job_id
    with pytest.raises(VaultDamaged):
        filled.vault.audit.receipt(job_id)

    vault_id = filled.sql("SELECT vault_id FROM meta")[0][0]
    FileAnchor(filled.paths.audit_anchor, vault_id).write(Mark(8, chain))

    assert filled.vault.audit.check(filled.vault.audit.receipt(job_id)) is ReceiptVerdict.GENUINE


def test_a_link_that_does_not_follow_is_signed_for_nobody(filled: Desk) -> None:
    job_id = filled.vault.audit.entries(before_seq=8, most=1)[0].job_id
    seq, record, chain, _ = rows(filled)[7]
    put(filled, (seq, another_reason(record), chain, None))

    with pytest.raises(VaultDamaged):
        filled.vault.audit.receipt(job_id)


def test_an_entry_that_does_not_follow_the_one_before_gets_no_receipt(filled: Desk) -> None:
    job_id = filled.vault.audit.entries(before_seq=9, most=1)[0].job_id
    filled.sql("UPDATE audit SET chain = zeroblob(32) WHERE seq = 7")

    with pytest.raises(VaultDamaged):
        filled.vault.audit.receipt(job_id)


def test_a_record_that_is_none_is_passed_over_and_holds_nothing_up(filled: Desk) -> None:
    now = filled.clock.now()
    last = filled.vault.audit.entries(before_seq=9, most=1)[0]
    filled.sql("UPDATE audit SET record = x'00' WHERE seq IN (3, 8, 10)")

    assert 8 not in {one.seq for one in filled.vault.audit.entries()}
    with pytest.raises(NoReceipt):
        filled.vault.audit.receipt(last.job_id)
    filled.vault.lock.lock(now)
    assert filled.vault.audit.entries(most=1)[0].seq == 11
    # What cannot be read has no age, so the trimming ends before it.
    assert filled.vault.audit.trim(now + timedelta(days=9), now) == 0
    assert (3, AuditFault.CHANGED) in found(filled)


# --- the checker itself ------------------------------------------------------------------


def test_a_checker_that_believes_every_signature_finds_no_forgery(
    filled: Desk, monkeypatch
) -> None:
    """The control: it is the signature that shows a chain made anew."""
    monkeypatch.setattr(audit_check, "is_signed", lambda *_: True)
    put(filled, *rechained(filled, 7, another_reason))
    filled.paths.audit_anchor.unlink()

    assert found(filled) == []


def test_a_checker_that_follows_no_chain_finds_no_change(filled: Desk, monkeypatch) -> None:
    """The control: it is the chain that shows a changed record."""
    take = LogWalk._take_entry

    def believing(walk: LogWalk, row) -> None:
        walk._before = {b""}
        monkeypatch.setattr(audit_check, "link", lambda before, record: row.chain)
        take(walk, row)

    monkeypatch.setattr(LogWalk, "_take_entry", believing)
    seq, record, chain, signature = rows(filled)[6]
    put(filled, (seq, another_reason(record), chain, signature))

    assert found(filled) == []


def test_findings_end_somewhere(desk: Desk) -> None:
    desk.admit()
    record, chain, signature = desk.sql(
        "SELECT record, chain, signature FROM audit ORDER BY seq DESC LIMIT 1"
    )[0]
    put(desk, (10_000_000, record, chain, signature))

    assert len(found(desk)) == audit_check.MOST_FINDINGS


# --- the log's own retention --------------------------------------------------------------


def trimmed(desk: Desk) -> int:
    desk.clock.advance(days=400)
    desk.admit()
    now = desk.clock.now()
    return desk.vault.audit.trim(now, now)


def test_what_was_trimmed_leaves_one_entry_and_the_rest_is_whole(filled: Desk) -> None:
    filled.vault.audit.trim(filled.clock.now(), filled.clock.now())
    assert len(rows(filled)) == 10

    assert trimmed(filled) == 10

    assert [row[0] for row in rows(filled)] == [10, 11]
    assert found(filled) == []
    assert trimmed(filled) == 1
    assert [row[0] for row in rows(filled)] == [11, 12]
    assert found(filled) == []
    filled.admit()
    assert found(filled) == []


def test_a_receipt_outlives_its_entry(filled: Desk) -> None:
    job_id = filled.vault.audit.entries(before_seq=8, most=1)[0].job_id
    receipt = filled.vault.audit.receipt(job_id)

    trimmed(filled)

    assert filled.vault.audit.check(receipt) is ReceiptVerdict.SIGNED


def test_the_record_of_what_was_trimmed_is_held_to_its_word(filled: Desk) -> None:
    trimmed(filled)
    filled.admit()
    seq, record, chain, signature = rows(filled)[0]

    put(filled, (seq, record.replace(b'"seq":10', b'"seq":11'), chain, signature))
    assert (10, AuditFault.FORGED) in found(filled)
    put(filled, (seq, record, flipped(chain, 0), signature))
    assert (10, AuditFault.CHANGED) in found(filled)
    put(filled, (seq, record, chain, signature))
    # More may not go under its name.
    filled.sql("DELETE FROM audit WHERE seq = 11")
    assert found(filled) == [(11, AuditFault.REMOVED)]
    filled.sql("DELETE FROM audit WHERE seq = 10")
    assert found(filled)[:2] == [(1, AuditFault.REMOVED), (2, AuditFault.REMOVED)]


def test_a_log_that_was_tampered_with_is_not_trimmed(filled: Desk) -> None:
    unsigned = [(*row[:3], None) for row in rechained(filled, 7, another_reason)]
    put(filled, *unsigned)

    assert trimmed(filled) == 0
    assert len(rows(filled)) == 11
