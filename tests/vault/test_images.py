"""Pictures found in a document: sealed with the source, listed by page, opened one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mayfly.domain.errors import AlreadyDeleted, NoSuchJob, NotFinished, SourceGone, VaultDamaged
from mayfly.domain.ids import JobId
from mayfly.domain.image_errors import NoSuchImage
from mayfly.domain.images import FoundImage, ImageId
from mayfly.domain.jobs import DeleteOutcome, Part
from mayfly.domain.states import DeleteReason
from mayfly.vault import streams as streams_module
from mayfly.vault.sealing import Kind
from mayfly.vault.streams import SealedStreams
from tests.fakes_engine import image_of, images_of
from tests.vault.conftest import Desk, reading
from tests.vault.rotating import NOW, Place, admit, check_settled

IMAGES = {1: 2, 2: 0, 3: 1}
"""How many pictures each page has."""


def read(desk: Desk, **wishes: object) -> JobId:
    job_id = desk.reading_job(len(IMAGES), **wishes)
    for page, images in IMAGES.items():
        desk.vault.save_page(job_id, reading(page, "word", images=images))
    desk.vault.finish(job_id, desk.clock.now())
    return job_id


def ids_of(desk: Desk, job_id: JobId) -> list[str]:
    return [str(block.image_id) for block in desk.vault.images(job_id, desk.clock.now())]


def opened(desk: Desk, job_id: JobId, page: int, number: int) -> FoundImage:
    return desk.vault.image(job_id, ImageId(page, number), desk.clock.now())


def rows(desk: Desk) -> list[tuple]:
    """Kind and page of every picture's streams."""
    return desk.sql("SELECT kind, page FROM stream WHERE kind IN (9, 10) ORDER BY kind, page")


# --- saving and opening --------------------------------------------------------------------


def test_what_a_reader_found_comes_back_as_it_was(desk: Desk) -> None:
    job_id = read(desk)

    expected = [image for page, count in IMAGES.items() for image in images_of(page, count)]
    assert list(desk.vault.images(job_id, desk.clock.now())) == [one.block for one in expected]
    for image in expected:
        assert desk.vault.image(job_id, image.block.image_id, desk.clock.now()) == image
    assert rows(desk) == [(9, 1025), (9, 1026), (9, 3073), (10, 1), (10, 3)]


def test_pictures_are_there_while_the_document_is_still_read(desk: Desk) -> None:
    job_id = desk.reading_job(2)
    assert ids_of(desk, job_id) == []
    desk.vault.save_page(job_id, reading(1, images=1))

    assert ids_of(desk, job_id) == ["1-1"]
    assert opened(desk, job_id, 1, 1) == image_of(ImageId(1, 1))
    with pytest.raises(NotFinished):
        opened(desk, job_id, 2, 1)


def test_a_large_picture_is_sealed_in_pieces(desk: Desk) -> None:
    small = image_of(ImageId(1, 1))
    data = small.data + bytes(range(256)) * 12_000
    large = FoundImage(replace(small.block, size_bytes=len(data)), data)
    job_id = desk.reading_job(1)

    desk.vault.save_page(job_id, replace(reading(1), images=(large,)))

    assert opened(desk, job_id, 1, 1) == large
    assert desk.sql("SELECT chunk_count FROM stream WHERE kind = 9") == [(3,)]


def test_reading_anew_replaces_the_pictures_of_a_page(desk: Desk) -> None:
    job_id = read(desk)
    desk.vault.recognise_anyway(job_id)
    desk.vault.claim_next(desk.clock.now())
    desk.vault.set_pages(job_id, 3)
    for page, images in ((1, 1), (2, 2), (3, 0)):
        desk.vault.save_page(job_id, reading(page, images=images))

    assert ids_of(desk, job_id) == ["1-1", "2-1", "2-2"]
    assert rows(desk) == [(9, 1025), (9, 2049), (9, 2050), (10, 1), (10, 2)]


def test_a_page_that_fails_or_is_not_there_any_more_has_no_pictures(desk: Desk) -> None:
    job_id = read(desk)
    desk.vault.recognise_anyway(job_id)
    desk.vault.claim_next(desk.clock.now())
    desk.vault.set_pages(job_id, 3)
    desk.vault.fail_page(job_id, 1, "timed_out")
    assert ids_of(desk, job_id) == ["3-1"]

    desk.vault.set_pages(job_id, 2)

    assert ids_of(desk, job_id) == []
    assert rows(desk) == []


# --- what is answered ----------------------------------------------------------------------


@pytest.mark.parametrize("image_id", ["1-3", "2-1", "3-256", "4-1", "9-999"])
def test_a_picture_that_was_not_found_is_not_there(desk: Desk, image_id: str) -> None:
    job_id = read(desk)
    page, number = map(int, image_id.split("-"))

    with pytest.raises(NoSuchImage):
        opened(desk, job_id, page, number)


def test_pictures_outlive_the_words_and_not_the_source(desk: Desk) -> None:
    job_id = read(desk)
    now = desk.clock.now()
    desk.vault.purge([job_id], frozenset({Part.RESULT}), DeleteReason.USER, now)
    assert ids_of(desk, job_id) == ["1-1", "1-2", "3-1"]
    assert opened(desk, job_id, 3, 1) == image_of(ImageId(3, 1))

    desk.vault.purge([job_id], frozenset(Part), DeleteReason.USER, now)

    for ask in (lambda: ids_of(desk, job_id), lambda: opened(desk, job_id, 1, 1)):
        with pytest.raises(AlreadyDeleted):
            ask()
    assert rows(desk) == []


def test_nothing_is_shown_past_the_sources_end(desk: Desk) -> None:
    job_id = read(desk)
    desk.clock.advance(hours=1)

    for ask in (lambda: ids_of(desk, job_id), lambda: opened(desk, job_id, 1, 1)):
        with pytest.raises(SourceGone):
            ask()
    with pytest.raises(NoSuchJob):
        desk.vault.images(JobId("0" * 32), desk.clock.now())


def test_the_pictures_of_a_page_go_with_how_it_looks(desk: Desk) -> None:
    job_id = read(desk)
    now = desk.clock.now()

    answer = desk.vault.purge_page_images(job_id, 1, now)

    assert answer.outcome is DeleteOutcome.DELETED
    assert ids_of(desk, job_id) == ["3-1"]
    assert opened(desk, job_id, 3, 1) == image_of(ImageId(3, 1))
    with pytest.raises(SourceGone):
        opened(desk, job_id, 1, 2)
    assert rows(desk) == [(9, 3073), (10, 3)]
    assert desk.vault.purge_page_images(job_id, 1, now).outcome is DeleteOutcome.ALREADY_DELETED


# --- the attack ----------------------------------------------------------------------------

GOING = [(Kind.PAGE_IMAGE.value, 1), (Kind.IMAGE_LIST.value, 1)]
GOING += [(Kind.IMAGE_DATA.value, 1025), (Kind.IMAGE_DATA.value, 1026)]
STAYING = [(Kind.IMAGE_LIST.value, 3), (Kind.IMAGE_DATA.value, 3073), (Kind.DOCUMENT.value, 0)]


def attack(place: Place, go) -> tuple[set, set]:
    """What a copy from before opens then, and with all there is after some of it went."""
    vault = place.open()
    (job_id,) = admit(vault, "mine").values()
    assert vault.claim_next(NOW).job_id == job_id
    vault.set_pages(job_id, len(IMAGES))
    for page, images in IMAGES.items():
        vault.save_page(job_id, reading(page, images=images))
    vault.finish(job_id, NOW)
    copy = place.copy("copy")
    then = copy.loot()
    before = copy.streams_opened_with(then)
    go(vault, job_id)
    vault.close()
    now = place.loot()
    shares = type(now)(shares=then.shares, buckets=then.buckets, data_keys=then.data_keys)
    after = copy.streams_opened_with(now | shares)
    return {one[1:] for one in before}, {one[1:] for one in after}


def of_page_1(vault, job_id: JobId) -> None:
    vault.purge_page_images(job_id, 1, NOW)


def of_source(vault, job_id: JobId) -> None:
    vault.purge([job_id], frozenset({Part.SOURCE}), DeleteReason.SOURCE_DEADLINE, NOW)


def test_a_copy_from_before_opens_no_picture_of_a_page_that_lost_its_own(place) -> None:
    before, after = attack(place, of_page_1)

    assert before.issuperset(GOING + STAYING)
    assert after.issuperset(STAYING)
    assert not after.intersection(GOING)
    check_settled(place, 2)


def test_a_copy_from_before_opens_no_picture_of_a_source_that_went(place) -> None:
    before, after = attack(place, of_source)

    assert before.issuperset(GOING + STAYING)
    assert not after.intersection(GOING + STAYING)


def test_the_attack_finds_the_pictures_where_the_data_key_stays(place, monkeypatch) -> None:
    def renew(self: SealedStreams, tx, job, part: Part) -> None:
        streams_module.owe_new_keys(tx, 1)

    monkeypatch.setattr(SealedStreams, "_renew_key", renew)

    _, after = attack(place, of_page_1)

    assert after.issuperset(GOING)


# --- damage --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forge",
    [
        "UPDATE stream SET page = 4 WHERE kind = 10 AND page = 3",
        "UPDATE stream SET page = 1 WHERE kind = 10 AND page = 3",
        "UPDATE chunk SET data = zeroblob(length(data))"
        " WHERE stream IN (SELECT id FROM stream WHERE kind = 10)",
        "UPDATE stream SET chunk_count = 2 WHERE kind = 10",
    ],
)
def test_a_forged_list_is_told_as_damage(desk: Desk, forge: str) -> None:
    job_id = read(desk)
    desk.vault.purge_page_images(job_id, 1, desk.clock.now())

    desk.sql(forge)

    with pytest.raises(VaultDamaged):
        ids_of(desk, job_id)


def test_pictures_cannot_be_taken_for_each_other(desk: Desk) -> None:
    job_id = read(desk)
    desk.sql("UPDATE stream SET page = 9999 WHERE page = 1025")
    desk.sql("UPDATE stream SET page = 1025 WHERE page = 1026")

    for number in (1, 2):
        with pytest.raises(VaultDamaged):
            opened(desk, job_id, 1, number)
