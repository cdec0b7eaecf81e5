"""The pictures of one page go alone, keys and all; words, document and other pages stay."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from mayfly.domain.errors import NotFinished, SourceGone, VaultDamaged
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageId
from mayfly.domain.jobs import DeleteOutcome, Deletion, Part
from mayfly.domain.states import DeleteReason
from mayfly.vault import streams as streams_module
from mayfly.vault.connection import Transaction
from mayfly.vault.sealing import Kind
from mayfly.vault.streams import SealedStreams
from mayfly.vault.vault import SqliteVault
from tests.fakes_engine import image_of
from tests.vault.conftest import Desk, reading
from tests.vault.rotating import NOW, Place, admit, check_alive, check_settled, content, purge
from tests.vault.test_migrations import FIXTURES
from tests.vault.test_rotation import tamper

PAGES = 3
LATER = NOW + timedelta(minutes=5)


def read(vault: SqliteVault, name: str) -> JobId:
    """Take in a document and read its pages."""
    (job_id,) = admit(vault, name).values()
    assert vault.claim_next(NOW).job_id == job_id
    vault.set_pages(job_id, PAGES)
    for page in range(1, PAGES + 1):
        found = reading(page, f"{name} {page}", picture=picture(name, page), images=1)
        vault.save_page(job_id, found)
    vault.finish(job_id, NOW)
    return job_id


def picture(name: str, page: int) -> bytes:
    return b"\xff\xd8" + name.encode() + bytes([page])


def check_whole(vault: SqliteVault, name: str, job_id: JobId, *, without: set[int]) -> None:
    """All of it is there, but for these pages' pictures."""
    check_alive(vault, {name: job_id})
    staying = [page for page in range(1, PAGES + 1) if page not in without]
    assert [block.image_id.page for block in vault.images(job_id, NOW)] == staying
    for page in range(1, PAGES + 1):
        assert vault.page(job_id, page, NOW).words[0].text == f"{name} {page}"
        if page in without:
            with pytest.raises(SourceGone):
                vault.page_image(job_id, page, NOW)
        else:
            assert vault.page_image(job_id, page, NOW).data == picture(name, page)
            image_id = ImageId(page, 1)
            assert vault.image(job_id, image_id, NOW) == image_of(image_id)


# --- what goes and what stays --------------------------------------------------------------


def test_one_pages_picture_goes_and_all_else_stays(place, vault) -> None:
    job_id, other = read(vault, "mine"), read(vault, "other")

    answer = vault.purge_page_images(job_id, 2, LATER)

    assert answer == Deletion(job_id, DeleteOutcome.DELETED, LATER)
    check_whole(vault, "mine", job_id, without={2})
    check_whole(vault, "other", other, without=set())
    check_settled(place, 2)
    assert place.paths.database.with_name("vault.db-wal").stat().st_size == 0


def test_pictures_go_one_after_the_other(place, vault) -> None:
    job_id = read(vault, "mine")

    for page in range(1, PAGES + 1):
        vault.purge_page_images(job_id, page, LATER)
        check_whole(vault, "mine", job_id, without=set(range(1, page + 1)))

    vault.close()
    again = place.open()
    check_whole(again, "mine", job_id, without={1, 2, 3})
    purge(again, job_id)
    again.close()
    check_settled(place, 5)


def test_other_processes_hear_of_it_and_open_what_stays(place, vault) -> None:
    job_id = read(vault, "mine")
    other = place.open()
    seq = other.change_seq()
    check_whole(other, "mine", job_id, without=set())

    vault.purge_page_images(job_id, 1, LATER)

    assert [job.job_id for job in other.changes_since(seq, NOW).jobs] == [job_id]
    check_whole(other, "mine", job_id, without={1})
    other.close()


def test_pages_that_are_read_later_lie_under_the_new_key(desk: Desk) -> None:
    job_id = desk.reading_job(2)
    desk.vault.save_page(job_id, reading(1, picture=b"first"))

    desk.vault.purge_page_images(job_id, 1, desk.clock.now())
    desk.vault.save_page(job_id, reading(2, picture=b"second"))
    desk.vault.finish(job_id, desk.clock.now())

    assert desk.sql("SELECT wrapped IS NULL FROM stream WHERE kind = 5") == [(1,)]
    assert desk.vault.page_image(job_id, 2, desk.clock.now()).data == b"second"
    assert desk.vault.source_chunk(job_id, 0)


def test_recognising_anyway_brings_a_picture_back(desk: Desk) -> None:
    job_id = desk.done_job(pages=1)
    desk.vault.purge_page_images(job_id, 1, desk.clock.now())
    desk.vault.recognise_anyway(job_id)
    with pytest.raises(NotFinished):
        desk.vault.page_image(job_id, 1, desk.clock.now())

    desk.vault.claim_next(desk.clock.now())
    desk.vault.set_pages(job_id, 1)
    desk.vault.save_page(job_id, reading(1, picture=b"again"))

    assert desk.vault.page_image(job_id, 1, desk.clock.now()).data == b"again"


def test_a_picture_goes_after_the_words_of_its_page(desk: Desk) -> None:
    job_id = desk.done_job(pages=2)
    now = desk.clock.now()
    desk.vault.purge([job_id], frozenset({Part.RESULT}), DeleteReason.USER, now)

    outcomes = [desk.vault.purge_page_images(job_id, 1, now).outcome for _ in range(2)]

    assert outcomes == [DeleteOutcome.DELETED, DeleteOutcome.ALREADY_DELETED]
    with pytest.raises(SourceGone):
        desk.vault.page_image(job_id, 1, now)
    assert desk.vault.page_image(job_id, 2, now).data


def test_a_document_of_version_3_can_lose_a_picture_before_its_key_is_in_a_bucket(
    tmp_path: Path,
) -> None:
    place = Place(tmp_path / "today", "passphrase")
    shutil.copytree(FIXTURES / "version_3" / "passphrase", place.folder)
    vault = place.open()
    (job_id,) = [job.job_id for job in vault.jobs(NOW) if job.name == "kept.pdf"]

    vault.purge_page_images(job_id, 1, NOW)

    with pytest.raises(SourceGone):
        vault.page_image(job_id, 1, NOW)
    assert vault.source_chunk(job_id, 0) == content("kept.pdf")
    vault.close()
    check_settled(place, 3)


# --- what is answered ----------------------------------------------------------------------


def test_asking_again_is_answered_with_the_time_it_went(desk: Desk) -> None:
    job_id = desk.done_job(pages=2)
    went = desk.clock.now()
    desk.vault.purge_page_images(job_id, 1, went)
    desk.clock.advance(minutes=1)
    now = desk.clock.now()

    again = desk.vault.purge_page_images(job_id, 1, now)
    desk.vault.purge([job_id], frozenset({Part.SOURCE}), DeleteReason.USER, now)
    without_source = desk.vault.purge_page_images(job_id, 2, now)
    desk.clock.advance(minutes=1)
    desk.vault.purge([job_id], frozenset(Part), DeleteReason.USER, desk.clock.now())
    without_job = desk.vault.purge_page_images(job_id, 2, desk.clock.now())

    times = [one.deleted_at for one in (again, without_source, without_job)]
    assert times == [went, now, desk.clock.now()]
    outcomes = {one.outcome for one in (again, without_source, without_job)}
    assert outcomes == {DeleteOutcome.ALREADY_DELETED}
    assert desk.sql("SELECT rotation_owed FROM meta") == [(0,)]


def test_what_has_no_picture_is_said_to_have_none(desk: Desk) -> None:
    now = desk.clock.now()
    unread, job_id = desk.admit(), None
    job_id = desk.vault.claim_next(now).job_id
    assert job_id == unread
    before = desk.vault.purge_page_images(job_id, 1, now)
    desk.vault.set_pages(job_id, 3)
    desk.vault.save_page(job_id, reading(1))
    desk.vault.fail_page(job_id, 2, "timed_out")

    answers = [desk.vault.purge_page_images(job_id, page, now) for page in (0, 4, 3, 2)]
    unknown = desk.vault.purge_page_images(JobId("0" * 32), 1, now)

    assert (before.outcome, before.error_code) == (DeleteOutcome.FAILED, "not_finished")
    assert [(one.outcome, one.error_code) for one in answers] == [
        (DeleteOutcome.FAILED, "no_such_page"),
        (DeleteOutcome.FAILED, "no_such_page"),
        (DeleteOutcome.FAILED, "not_finished"),
        (DeleteOutcome.ALREADY_DELETED, None),
    ]
    assert unknown.outcome is DeleteOutcome.NO_SUCH_JOB
    assert desk.sql("SELECT epoch, rotation_owed FROM meta") == [(1, 0)]


# --- the attack ----------------------------------------------------------------------------


def attack(place: Place) -> tuple[set, set, tuple]:
    """What a copy from before a picture went opens then, and with all there is afterwards."""
    vault = place.open()
    job_id = read(vault, "mine")
    copy = place.copy("copy")
    then = copy.loot()
    before = copy.streams_opened_with(then)
    vault.purge_page_images(job_id, 2, LATER)
    check_whole(vault, "mine", job_id, without={2})
    vault.close()
    now = place.loot()
    shares = type(now)(shares=then.shares, buckets=then.buckets, data_keys=then.data_keys)
    return before, copy.streams_opened_with(now | shares), (job_id, Kind.PAGE_IMAGE.value, 2)


def test_a_copy_from_before_opens_all_but_the_picture_with_todays_keys(place) -> None:
    before, after, gone = attack(place)

    assert gone in before
    # The attack does come by the keys of what stays.
    assert (gone[0], Kind.DOCUMENT.value, 0) in after
    assert (gone[0], Kind.PAGE_IMAGE.value, 1) in after
    assert gone not in after


def test_the_attack_finds_the_picture_where_the_data_key_stays(place, monkeypatch) -> None:
    def renew(self: SealedStreams, tx: Transaction, job, part: Part) -> None:
        streams_module.owe_new_keys(tx, 1)

    monkeypatch.setattr(SealedStreams, "_renew_key", renew)

    _, after, gone = attack(place)

    assert gone in after


def test_the_attack_finds_the_picture_where_the_bucket_keeps_its_key(place, monkeypatch) -> None:
    def owe(tx: Transaction, bucket_id: int) -> None:
        tx.run("UPDATE meta SET rotation_owed = 1")

    monkeypatch.setattr(streams_module, "owe_new_keys", owe)

    _, after, gone = attack(place)

    assert gone in after


def test_a_password_that_did_not_open_is_out_of_reach_in_a_copy(place, vault) -> None:
    (job_id,) = admit(vault, "locked").values()
    vault.claim_next(NOW)
    vault.need_password(job_id, "password_needed")
    vault.give_password(job_id, "of something else")
    copy = place.copy("copy")
    gone = (job_id, Kind.PASSWORD.value, 0)
    assert gone in copy.streams_opened_with(copy.loot())

    vault.claim_next(NOW)
    vault.need_password(job_id, "password_wrong")

    check_settled(place, 2)
    after = copy.streams_opened_with(place.loot())
    assert (job_id, Kind.DOCUMENT.value, 0) in after
    assert gone not in after
    check_alive(vault, {"locked": job_id})


# --- damage --------------------------------------------------------------------------------


def test_a_damaged_stream_holds_up_no_picture(place, vault) -> None:
    job_id = read(vault, "mine")
    vault.purge_page_images(job_id, 1, LATER)
    tamper(place, "UPDATE stream SET wrapped = zeroblob(60) WHERE kind = 5 AND page = 3")
    tamper(place, "UPDATE stream SET kind = 99 WHERE kind = 3")

    vault.purge_page_images(job_id, 2, LATER)

    check_alive(vault, {"mine": job_id})
    for error, page in ((SourceGone, 2), (VaultDamaged, 3)):
        with pytest.raises(error):
            vault.page_image(job_id, page, NOW)


def test_a_picture_under_a_damaged_key_goes_with_its_document_only(place, vault) -> None:
    job_id = read(vault, "mine")
    tamper(place, "UPDATE data_key SET wrapped = zeroblob(60) WHERE part = 'source'")

    with pytest.raises(VaultDamaged):
        vault.purge_page_images(job_id, 2, LATER)

    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(1, 0)]
    purge(vault, job_id)


@pytest.mark.parametrize(
    "forge",
    [
        "UPDATE stream SET wrapped = NULL WHERE kind = 1",
        "UPDATE stream SET wrapped = (SELECT wrapped FROM stream WHERE kind = 3) WHERE kind = 1",
        "UPDATE stream SET salt = zeroblob(16) WHERE kind = 1",
    ],
)
def test_the_key_of_a_stream_cannot_be_taken_for_another(place, vault, forge: str) -> None:
    job_id = read(vault, "mine")
    vault.purge_page_images(job_id, 2, LATER)

    tamper(place, forge)

    with pytest.raises(VaultDamaged):
        vault.source_chunk(job_id, 0)
