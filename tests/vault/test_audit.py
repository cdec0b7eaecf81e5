"""The audit log: what is written, once, in the transaction it tells of, free of content."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from mayfly.domain.audit import AuditEntry, AuditFault, AuditKind, ReceiptVerdict
from mayfly.domain.errors import NoReceipt, VaultLocked
from mayfly.domain.ids import new_job_id
from mayfly.domain.jobs import Part
from mayfly.domain.retention import RetentionRule, RuleChange
from mayfly.domain.states import DeleteReason
from mayfly.vault.audit_anchor import FileAnchor, Mark
from mayfly.vault.audit_signing import find_key, open_signer
from tests.vault.conftest import RULE, Desk
from tests.vault.rotating import NOW, Place
from tests.vault.test_migrations import VERSION_1

ALL = frozenset(Part)


def kinds(desk: Desk) -> list[AuditKind]:
    return [one.kind for one in reversed(desk.vault.audit.entries())]


def deletions(desk: Desk, job_id: str | None = None) -> list[AuditEntry]:
    found = [one for one in desk.vault.audit.entries() if one.kind is AuditKind.DELETED]
    return [one for one in reversed(found) if job_id in (None, one.job_id)]


def test_a_life_is_told_in_order_and_the_log_is_whole(desk: Desk) -> None:
    now = desk.clock.now()
    desk.vault.audit.begin(now)
    job_id = desk.done_job()

    desk.vault.purge([job_id], ALL, DeleteReason.USER, now)

    assert kinds(desk) == [
        AuditKind.VAULT_MADE,
        AuditKind.ADDED,
        AuditKind.DELETED,
        AuditKind.KEY_ROTATED,
    ]
    rotated, deleted, added, made = desk.vault.audit.entries()
    assert (made.seq, made.detail, made.at) == (1, {"jobs": 0}, now)
    assert (added.job_id, added.detail) == (job_id, {"source_hours": 1, "result_hours": 24})
    assert (deleted.job_id, deleted.batch_id) == (job_id, added.batch_id)
    assert deleted.detail == {"what": "job", "reason": "user", "pages": 2}
    assert rotated.detail == {"epoch": 2}
    verdict = desk.vault.audit.verify()
    assert (verdict.entries, verdict.first_seq, verdict.last_seq) == (4, 1, 4)
    assert verdict.findings == ()


def test_a_refused_file_is_added_too(desk: Desk) -> None:
    now = desk.clock.now()

    job_id = desk.vault.admit_refused(desk.vault.add_batch(now), "a.exe", "damaged", RULE, now)

    newest = desk.vault.audit.entries(most=1)[0]
    assert (newest.kind, newest.job_id) == (AuditKind.ADDED, job_id)


def test_each_part_that_goes_by_its_deadline_has_one_entry(desk: Desk) -> None:
    job_id = desk.done_job()
    desk.clock.advance(hours=1, seconds=60)
    now = desk.clock.now()
    for due in desk.vault.due(now):
        desk.vault.purge([due.job_id], due.parts, due.reason, now)
    desk.clock.advance(hours=23)
    now = desk.clock.now()
    for due in desk.vault.due(now):
        desk.vault.purge([due.job_id], due.parts, due.reason, now)
    desk.vault.purge([job_id], ALL, DeleteReason.USER, now)

    assert [one.detail for one in deletions(desk)] == [
        {"what": "source", "reason": "source_deadline", "pages": 2},
        {"what": "job", "reason": "result_deadline", "pages": 2},
    ]


def test_the_pictures_of_a_page_have_an_entry_of_their_own_once(desk: Desk) -> None:
    job_id, now = desk.done_job(), desk.clock.now()

    desk.vault.purge_page_images(job_id, 2, now)
    desk.vault.purge_page_images(job_id, 2, now)
    desk.vault.purge_page_images(job_id, 9, now)

    assert [one.detail for one in deletions(desk, job_id)] == [
        {"what": "page_images", "reason": "user", "page": 2}
    ]


def test_a_transaction_that_fails_leaves_no_entry(desk: Desk) -> None:
    desk.admit()
    before = desk.vault.audit.entries()

    with pytest.raises(ZeroDivisionError):
        with desk.vault._database.write() as tx:
            desk.vault._writer.append_in(tx, AuditKind.LOCKED, desk.clock.now())
            raise ZeroDivisionError

    assert desk.vault.audit.entries() == before
    desk.admit()
    assert kinds(desk) == [AuditKind.VAULT_MADE, AuditKind.ADDED, AuditKind.ADDED]


def test_the_newest_come_first_and_in_pages(desk: Desk) -> None:
    for _ in range(5):
        desk.admit()

    first = desk.vault.audit.entries(most=4)
    rest = desk.vault.audit.entries(before_seq=first[-1].seq)

    assert [one.seq for one in (*first, *rest)] == [6, 5, 4, 3, 2, 1]


def test_what_was_overdue_says_how_late_and_why(desk: Desk) -> None:
    rule = RetentionRule(source_hours=1, result_hours=1)
    asleep, stuck, off = (desk.done_job(rule=rule) for _ in range(3))
    desk.vault.due(desk.clock.now())
    desk.clock.advance(hours=3)
    now = desk.clock.now()
    desk.vault.due(now)
    desk.vault.purge([asleep], ALL, DeleteReason.RESULT_DEADLINE, now)
    desk.clock.advance(minutes=1)
    now = desk.clock.now()
    desk.vault.due(now)
    desk.vault.purge([stuck], ALL, DeleteReason.RESULT_DEADLINE, now)
    desk.reopen()
    desk.vault.due(now)
    desk.vault.purge([off], ALL, DeleteReason.RESULT_DEADLINE, now)

    late = [(one.detail["late_s"], one.detail["late_why"]) for one in deletions(desk)]
    assert late == [(7200, "asleep"), (7260, "busy"), (7260, "not_running")]


def test_what_goes_because_its_end_was_moved_into_the_past_is_not_late(desk: Desk) -> None:
    job_id = desk.done_job(rule=RetentionRule(source_hours=9, result_hours=9))
    desk.clock.advance(hours=3)
    now = desk.clock.now()
    desk.vault.due(now)
    desk.vault.change_rule([job_id], RuleChange(source_hours=1, result_hours=1), now)
    (due,) = desk.vault.due(now)
    desk.vault.purge([job_id], due.parts, due.reason, now)

    (entry,) = deletions(desk)
    assert "late_s" not in entry.detail


def test_who_never_looked_for_what_is_due_does_not_know_why_it_is_late(desk: Desk) -> None:
    job_id = desk.done_job()
    desk.clock.advance(days=9)

    desk.vault.purge([job_id], ALL, DeleteReason.BACKSTOP, desk.clock.now())

    (entry,) = deletions(desk)
    # By the first of its ends, which was after an hour.
    assert entry.detail["late_s"] == 9 * 86_400 - 3_600
    assert "late_why" not in entry.detail


def test_the_log_is_begun_once_even_if_two_begin_it(desk: Desk) -> None:
    desk.vault.audit.begin(desk.clock.now())

    with desk.vault._database.write() as tx:
        desk.vault._writer.begin_in(tx)

    assert kinds(desk) == [AuditKind.VAULT_MADE]


def test_what_was_marked_and_done_after_a_crash_says_how_late(desk: Desk) -> None:
    job_id = desk.done_job()
    desk.vault.mark_purging([job_id], DeleteReason.USER, desk.clock.now())
    desk.reopen()
    desk.clock.advance(minutes=10)
    now = desk.clock.now()

    (due,) = desk.vault.due(now)
    desk.vault.purge([job_id], due.parts, due.reason, now)

    (entry,) = deletions(desk)
    assert entry.detail["reason"] == "user"
    assert (entry.detail["late_s"], entry.detail["late_why"]) == (600, "not_running")


def test_a_vault_that_is_older_than_its_log_says_how_many_jobs_it_had(desk: Desk) -> None:
    desk.admit()
    desk.sql("DELETE FROM audit")
    desk.sql("DELETE FROM audit_key")
    desk.paths.audit_anchor.unlink()

    desk.reopen()
    desk.vault.audit.begin(desk.clock.now())

    (made,) = desk.vault.audit.entries()
    assert (made.kind, made.detail) == (AuditKind.VAULT_MADE, {"jobs": 1})
    assert desk.vault.audit.verify().findings == ()


# --- locked --------------------------------------------------------------------------------


def unlock(desk: Desk) -> None:
    desk.vault.lock.take(desk.vault.lock.ask().fetch(None))
    desk.vault.lock.clear()


def test_what_happens_while_locked_is_vouched_for_by_the_next_signature(desk: Desk) -> None:
    job_id, now = desk.done_job(), desk.clock.now()
    desk.vault.lock.lock(now)
    desk.vault.lock.lock(now)

    desk.vault.purge([job_id], ALL, DeleteReason.USER, now)

    assert kinds(desk)[-2:] == [AuditKind.LOCKED, AuditKind.DELETED]
    verdict = desk.vault.audit.verify()
    assert [(one.seq, one.fault) for one in verdict.findings] == [(3, AuditFault.UNSIGNED)]
    assert verdict.intact
    with pytest.raises(VaultLocked):
        desk.vault.audit.receipt(job_id)
    assert desk.vault.audit.trim(now + timedelta(days=1), now) == 0
    unlock(desk)
    assert kinds(desk)[-1] == AuditKind.UNLOCKED
    assert desk.vault.audit.verify().findings == ()
    receipt = desk.vault.audit.receipt(job_id)
    assert desk.vault.audit.check(receipt) is ReceiptVerdict.GENUINE
    desk.vault.lock.lock(now)
    assert desk.vault.audit.check(receipt) is ReceiptVerdict.GENUINE


def test_a_log_that_began_while_locked_gets_its_key_later(desk: Desk) -> None:
    desk.vault.lock.lock(desk.clock.now())
    assert desk.sql("SELECT count(*) FROM audit_key") == [(0,)]
    assert [one.seq for one in desk.vault.audit.verify().findings] == [1]

    unlock(desk)

    assert kinds(desk) == [AuditKind.VAULT_MADE, AuditKind.LOCKED, AuditKind.UNLOCKED]
    assert desk.vault.audit.verify().findings == ()


def test_a_receipt_takes_a_key_that_the_log_has_not_got_yet(desk: Desk) -> None:
    job_id = desk.done_job()
    now = desk.clock.now()
    desk.sql("DELETE FROM audit_key")
    desk.vault.lock.lock(now)

    desk.vault.purge([job_id], ALL, DeleteReason.USER, now)

    with pytest.raises(VaultLocked):
        desk.vault.audit.receipt(job_id)


# --- the remembered end and the key ----------------------------------------------------------


def test_the_mark_is_read_as_it_was_written_and_in_no_other_form(tmp_path: Path) -> None:
    path, vault_id = tmp_path / "audit-head", b"v" * 16
    anchor = FileAnchor(path, vault_id)
    assert anchor.read() is None

    anchor.write(Mark(7, b"h" * 32))

    assert anchor.read() == Mark(7, b"h" * 32)
    assert path.stat().st_mode & 0o777 == 0o600
    assert FileAnchor(path, b"w" * 16).read() is None
    whole = path.read_bytes()
    for torn in (b"", whole[:40], whole[:-1] + b"x", b"x" + whole[1:]):
        path.write_bytes(torn)
        assert anchor.read() is None
    FileAnchor(tmp_path / "missing" / "file", vault_id).write(Mark(1, b"h" * 32))


def test_the_log_of_an_old_vault_begins_when_it_is_opened(tmp_path: Path) -> None:
    place = Place(tmp_path / "today", "keyring")
    shutil.copytree(VERSION_1 / "keyring", place.folder)
    vault = place.open()

    vault.audit.begin(NOW)
    vault.audit.begin(NOW)
    vault.tidy()

    rotated, made = vault.audit.entries()
    assert (made.kind, made.detail) == (AuditKind.VAULT_MADE, {"jobs": 2})
    assert (rotated.kind, rotated.detail) == (AuditKind.KEY_ROTATED, {"epoch": 2})
    assert vault.audit.verify().findings == ()
    vault.close()


def test_the_signing_key_outlives_every_change_of_the_vault_key(desk: Desk) -> None:
    receipts = []
    for _ in range(3):
        job_id = desk.done_job()
        desk.vault.purge([job_id], ALL, DeleteReason.USER, desk.clock.now())
        receipts.append(desk.vault.audit.receipt(job_id))
    desk.reopen()

    assert len({one.public_key for one in receipts}) == 1
    assert desk.sql("SELECT epoch FROM audit_key") == [(4,)]
    assert {desk.vault.audit.check(one) for one in receipts} == {ReceiptVerdict.GENUINE}


def test_a_damaged_signing_key_holds_up_neither_deletion_nor_rotation(desk: Desk) -> None:
    job_id = desk.done_job()
    desk.sql("UPDATE audit_key SET wrapped = zeroblob(60)")

    desk.vault.purge([job_id], ALL, DeleteReason.USER, desk.clock.now())

    assert desk.sql("SELECT epoch, rotation_owed FROM meta") == [(2, 0)]
    assert len(deletions(desk, job_id)) == 1
    assert not desk.vault.audit.verify().intact


def test_two_processes_write_one_log(open_desk) -> None:
    first, second = open_desk(), open_desk()
    jobs = [desk.admit() for desk in (first, second, first, second)]
    first.vault.purge(jobs[:2], ALL, DeleteReason.USER, first.clock.now())
    # The second one's key is of the epoch before; what it cannot sign the next one covers.
    second.vault.mark_purging(jobs[2:], DeleteReason.USER, second.clock.now())
    second.vault.purge(jobs[2:], ALL, DeleteReason.USER, second.clock.now())

    for desk in (first, second):
        assert desk.vault.audit.verify().findings == ()
        assert len(deletions(desk)) == 4
        for job_id in jobs:
            receipt = desk.vault.audit.receipt(job_id)
            assert desk.vault.audit.check(receipt) is ReceiptVerdict.GENUINE


def test_nothing_of_the_key_is_in_a_repr(desk: Desk) -> None:
    desk.admit()
    with desk.vault._database.read() as tx:
        signer = open_signer(find_key(tx), desk.vault.audit._keys)

    assert repr(signer) == "<signer>"


# --- receipts ------------------------------------------------------------------------------


def test_every_job_of_one_purge_has_a_receipt_that_holds(desk: Desk) -> None:
    jobs = [desk.done_job() for _ in range(3)]
    desk.vault.purge(jobs, ALL, DeleteReason.USER, desk.clock.now())

    for job_id in jobs:
        receipt = desk.vault.audit.receipt(job_id)
        assert receipt.entry.job_id == job_id
        assert desk.vault.audit.check(receipt) is ReceiptVerdict.GENUINE


def test_without_a_deletion_there_is_no_receipt(desk: Desk) -> None:
    job_id = desk.admit()

    for one in (job_id, new_job_id(), "no id"):
        with pytest.raises(NoReceipt):
            desk.vault.audit.receipt(one)
