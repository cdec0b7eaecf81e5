"""The shelf of destinations on a real vault."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mayfly.domain.audit import AuditKind
from mayfly.domain.destination_port import Unbound
from mayfly.domain.destinations import Traits, UploadState, VersionNews
from mayfly.domain.errors import VaultDamaged, VaultLocked
from mayfly.domain.storage_errors import (
    DestinationExists,
    DestinationInUse,
    DestinationMissing,
)
from tests.vault.storage import BUCKET, ENDPOINT, NAME, NOW, destination, ledger_of, refs

KEEPS = Traits(VersionNews.KEEPS_VERSIONS, answers_sha256=True, hides_missing=True)


def test_what_is_added_is_there_as_it_was_given_also_after_reopening(desk) -> None:
    one = destination(ca_file="/etc/\udcffca.pem")
    other = destination("another", delete_with_job=False, prefix="")
    for each in (one, other):
        desk.vault.destinations.add(each)

    desk.reopen()

    assert desk.vault.destinations.all() == (other, one)
    assert desk.vault.destinations.get(one.destination_id) == one


def test_no_two_are_in_one_place(desk) -> None:
    # A job has the same objects for both: one would delete what the other is to keep.
    shelf, one = desk.vault.destinations, destination("keeps", delete_with_job=False)
    other = destination("deletes", delete_with_job=True)
    shelf.add(one)

    with pytest.raises(DestinationExists):
        shelf.add(replace(other, place=one.place))
    shelf.add(other)
    with pytest.raises(DestinationExists):
        shelf.change(replace(other, place=replace(one.place, region="elsewhere")))

    assert {each.name for each in shelf.all()} == {"keeps", "deletes"}


def test_a_name_is_taken_letter_case_aside(desk) -> None:
    shelf, one, other = desk.vault.destinations, destination("Straße"), destination("other")
    shelf.add(one)
    shelf.add(other)

    with pytest.raises(DestinationExists):
        shelf.add(destination("STRASSE"))
    with pytest.raises(DestinationExists):
        shelf.change(replace(other, name="strasse"))
    shelf.change(replace(one, name="STRASSE"))

    assert {each.name for each in shelf.all()} == {"STRASSE", "other"}


@pytest.mark.parametrize(
    "call",
    [
        lambda shelf, one: shelf.get(one),
        lambda shelf, one: shelf.note_failed(one, "storage_busy"),
        lambda shelf, one: shelf.note_verified(one, Traits(), NOW),
        lambda shelf, one: shelf.remove(one, NOW),
        lambda shelf, one: shelf.change(destination()),
    ],
)
@pytest.mark.parametrize("unknown", ["0123456789abcdef" * 2, "no id at all", ""])
def test_an_unknown_one_is_missing(desk, call, unknown) -> None:
    with pytest.raises(DestinationMissing):
        call(desk.vault.destinations, unknown)


def test_verified_until_it_fails_or_its_place_changes(desk) -> None:
    shelf, one = desk.vault.destinations, destination()
    shelf.add(one)
    later = NOW + timedelta(days=1)

    shelf.note_verified(one.destination_id, KEEPS, later)
    seen = shelf.get(one.destination_id)
    assert (seen.verified_at, seen.traits, seen.error_code) == (later, KEEPS, None)

    shelf.change(replace(seen, name="renamed", delete_with_job=False))
    seen = shelf.get(one.destination_id)
    assert (seen.name, seen.delete_with_job) == ("renamed", False)
    assert (seen.verified_at, seen.traits) == (later, KEEPS)

    shelf.change(replace(seen, place=replace(seen.place, region="elsewhere")))
    seen = shelf.get(one.destination_id)
    assert (seen.verified_at, seen.traits, seen.place.region) == (None, Traits(), "elsewhere")

    shelf.note_verified(one.destination_id, KEEPS, later)
    shelf.note_failed(one.destination_id, "secret_wrong")
    seen = shelf.get(one.destination_id)
    assert (seen.verified_at, seen.traits, seen.error_code) == (None, KEEPS, "secret_wrong")


@pytest.mark.parametrize("change", [{"bucket": "b"}, {"prefix": "p/"}, {"endpoint": "https://e"}])
def test_where_objects_lie_cannot_be_changed(desk, change) -> None:
    shelf, one = desk.vault.destinations, destination()
    shelf.add(one)
    moved = replace(one, place=replace(one.place, **change))
    shelf.change(moved)
    shelf.change(one)
    job_id, ledger = desk.done_job(), ledger_of(desk.vault)
    ledger.add(refs(job_id, (1, 1)), one.destination_id, NOW)
    shelf.change(moved)
    shelf.change(one)
    ledger.begin(*ledger.take(NOW, 1), NOW)

    with pytest.raises(DestinationInUse):
        shelf.change(moved)
    shelf.change(replace(one, name="a new name", place=replace(one.place, region="r")))


def test_locked_nothing_is_readable_and_removing_works(desk) -> None:
    shelf, one = desk.vault.destinations, destination()
    shelf.add(one)
    desk.vault.lock.lock(NOW)

    for call in (shelf.all, lambda: shelf.get(one.destination_id), lambda: shelf.add(one)):
        with pytest.raises(VaultLocked):
            call()
    shelf.note_failed(one.destination_id, "storage_busy")
    assert shelf.remove(one.destination_id, NOW) == Unbound(0, 0)
    assert desk.sql("SELECT count(*) FROM destination") == [(0,)]


def test_removing_forgets_all_uploads_and_says_what_stays_there(desk) -> None:
    shelf, one, other = desk.vault.destinations, destination(), destination("other")
    shelf.add(one)
    shelf.add(other)
    stays, ledger = desk.done_job(), ledger_of(desk.vault)
    for each in (one, other):
        ledger.add(refs(stays), each.destination_id, NOW)
    for upload in ledger.take(NOW, 3):
        assert ledger.begin(upload, NOW)
    ledger.settle(ledger.take(NOW, 1)[0], UploadState.STORED, NOW)
    ledger.cancel([stays], NOW)
    ledger.wish([desk.admit()], one.destination_id, NOW)

    assert shelf.remove(one.destination_id, NOW) == Unbound(objects_left=3, owed=2)

    assert {key for key, _ in ledger.counts()} == {other.destination_id}
    assert desk.sql("SELECT count(*) FROM upload_wish") == [(0,)]
    assert [each.name for each in shelf.all()] == ["other"]


def test_one_damaged_row_hides_no_other_and_can_be_removed(desk) -> None:
    shelf, one, other = desk.vault.destinations, destination(), destination("other")
    shelf.add(one)
    shelf.add(other)
    raw_id = bytes.fromhex(one.destination_id)
    ((sealed,),) = desk.sql("SELECT sealed FROM destination WHERE id = ?", raw_id)
    altered = sealed[:-1] + bytes([sealed[-1] ^ 1])
    desk.sql("UPDATE destination SET sealed = ? WHERE id = ?", altered, raw_id)
    desk.reopen()
    shelf = desk.vault.destinations

    with pytest.raises(VaultDamaged):
        shelf.get(one.destination_id)
    assert shelf.all() == (other,)
    shelf.remove(one.destination_id, NOW)
    assert shelf.all() == (other,)
    assert desk.sql("SELECT rotation_owed FROM meta") == [(0,)]


def test_settings_of_another_destination_or_epoch_do_not_open(desk) -> None:
    shelf, one, other = desk.vault.destinations, destination(), destination("other")
    shelf.add(one)
    shelf.add(other)
    raw = [bytes.fromhex(each.destination_id) for each in (one, other)]
    swap = "UPDATE destination SET sealed = (SELECT sealed FROM destination WHERE id = ?)"
    desk.sql(swap + " WHERE id = ?", *raw)
    with pytest.raises(VaultDamaged):
        shelf.get(other.destination_id)
    desk.sql("UPDATE destination SET epoch = epoch + 1 WHERE id = ?", raw[0])
    with pytest.raises(VaultDamaged):
        shelf.get(one.destination_id)


def test_nothing_of_it_lies_anywhere_unsealed_and_its_length_says_little(desk) -> None:
    shelf, one = desk.vault.destinations, destination(ca_file="/home/canary-user/ca.pem")
    shelf.add(one)
    shelf.change(replace(one, name="Canary Renamed"))
    shelf.note_verified(one.destination_id, KEEPS, NOW)
    desk.vault.tidy()

    lying = desk.every_byte()
    assert one.destination_id in lying.decode("latin-1")  # the scan sees what is plain: the log
    for canary in (ENDPOINT, BUCKET, NAME, "canary", "Canary", "minio", "keeps_versions"):
        assert canary.encode() not in lying
        assert canary.encode("utf-16-le") not in lying
    shelf.add(destination("n" * 200))
    assert {size for (size,) in desk.sql("SELECT length(sealed) FROM destination")} == {1024 + 28}


def test_the_log_tells_of_it_by_its_id(desk) -> None:
    shelf, one = desk.vault.destinations, destination()
    shelf.add(one)
    shelf.note_verified(one.destination_id, KEEPS, NOW)
    shelf.remove(one.destination_id, NOW)

    told = [each for each in desk.vault.audit.entries() if "destination" in each.detail]
    assert [(each.kind, dict(each.detail)) for each in reversed(told)] == [
        (AuditKind.DESTINATION_ADDED, {"destination": one.destination_id}),
        (AuditKind.DESTINATION_VERIFIED, {"destination": one.destination_id}),
        (
            AuditKind.DESTINATION_REMOVED,
            {"destination": one.destination_id, "objects": 0, "owed": 0},
        ),
    ]
