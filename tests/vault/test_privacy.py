"""Nothing that tells about a document stands in any byte of any file of the vault."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mayfly.domain.images import FoundImage, ImageId
from mayfly.domain.jobs import Part, ReadOptions
from mayfly.domain.states import DeleteReason
from mayfly.vault import sealing
from tests.fakes_engine import image_of
from tests.vault.conftest import RULE, Desk, reading

WORD = "zebracanary77"
NAME = "Kündigung Quittenhain.pdf"
FOLDER = "/home/selma/geheimakten"
LANGUAGE = "kanurilang"
PASSWORD = "pfefferminz-19"
PICTURE = b"picture-of-okapi-4711"
IMAGE = b"stamp-of-pangolin-2342"
SOURCE = b"%PDF source-of-narwhal-0815"

CANARIES = [WORD, NAME, "Quittenhain", FOLDER, LANGUAGE, PASSWORD, PICTURE, IMAGE, SOURCE]


def spellings(canary: str | bytes) -> Iterator[bytes]:
    """How a program could have written it: as it is, wider, in hex or in base 64."""
    if isinstance(canary, str):
        yield canary.encode("utf-16-le")
        yield canary.encode("utf-16-be")
        canary = canary.encode()
    yield canary
    yield canary.hex().encode()
    yield canary.hex().upper().encode()
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + canary)
        # Characters at either end hang on what stands beside the canary.
        yield text[4 if shift else 0 : -4]


def found_in(data: bytes) -> set[str | bytes]:
    return {canary for canary in CANARIES if any(one in data for one in spellings(canary))}


def fill(desk: Desk) -> str:
    now = desk.clock.now()
    job_id = desk.admit(
        SOURCE * 100, name=NAME, path=f"{FOLDER}/{NAME}", options=ReadOptions((LANGUAGE,))
    )
    desk.vault.claim_next(now)
    desk.vault.need_password(job_id, "password_needed")
    desk.vault.give_password(job_id, PASSWORD)
    desk.vault.claim_next(now)
    desk.vault.set_pages(job_id, 2)
    desk.vault.save_page(job_id, reading(1, WORD, WORD, picture=PICTURE))
    page = reading(2, WORD, picture=PICTURE * 1000)
    image = FoundImage(image_of(ImageId(2, 1)).block, IMAGE)
    desk.vault.save_page(job_id, replace(page, images=(image,)))
    desk.vault.admit_refused(desk.vault.add_batch(now), NAME, "damaged", RULE, now)
    return job_id


def test_no_canary_in_any_byte_while_the_job_lives_and_after(desk: Desk) -> None:
    job_id = fill(desk)
    now = desk.clock.now()

    assert found_in(desk.every_byte()) == set()
    desk.vault.finish(job_id, now)
    desk.vault.recognise_anyway(job_id)
    assert found_in(desk.every_byte()) == set()
    desk.vault.purge([job_id], frozenset(Part), DeleteReason.USER, now)
    assert found_in(desk.every_byte()) == set()
    desk.vault.close()
    assert found_in(desk.every_byte()) == set()


def test_the_scan_finds_every_canary_where_it_stands_unsealed(desk: Desk, monkeypatch) -> None:
    """The positive control: the same scan over the same vault without its cipher."""

    class NoCipher:
        def __init__(self, key: bytes) -> None:
            pass

        def encrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
            return data + bytes(16)

        def decrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
            return data[:-16]

    monkeypatch.setattr(sealing, "AESGCM", NoCipher)

    fill(desk)

    # JSON escapes what is not ASCII, so the whole name has a spelling of its own there.
    assert found_in(desk.every_byte()) == set(CANARIES) - {NAME}


@pytest.mark.parametrize("canary", CANARIES)
def test_the_scan_knows_every_spelling(canary: str | bytes) -> None:
    raw = canary.encode() if isinstance(canary, str) else canary
    for data in (raw, raw.hex().encode(), base64.b64encode(b"x" + raw), base64.b64encode(raw)):
        assert canary in found_in(b"before" + data + b"after")


def test_a_tombstone_holds_no_more_than_it_says(desk: Desk) -> None:
    job_id = fill(desk)
    refused = desk.vault.jobs(desk.clock.now())[1].job_id
    assert desk.vault.job(refused, desk.clock.now()).error_code == "damaged"
    desk.vault.set_pages(job_id, 3)
    desk.vault.fail_page(job_id, 3, "page_too_large")
    desk.clock.advance(hours=1)
    now = desk.clock.now()
    desk.vault.finish(job_id, now)

    desk.vault.purge([job_id], frozenset(Part), DeleteReason.USER, now)

    for table in ("data_key", "stream", "page", "reader"):
        sql = f"SELECT count(*) FROM {table} JOIN job ON job.seq = {table}.job WHERE job.id = ?"
        assert desk.sql(sql, bytes.fromhex(job_id)) == [(0,)], table
    assert desk.sql("SELECT count(*) FROM chunk WHERE stream NOT IN (SELECT id FROM stream)") == [
        (0,)
    ]
    desk.vault.purge([refused], frozenset(Part), DeleteReason.USER, now)
    assert desk.vault.job(refused, now).error_code is None
    job = desk.vault.job(job_id, now)
    assert job.name is None
    assert job.error_code is None
    assert (job.pages, job.pages_read, job.pages_failed) == (3, 0, 0)
    assert (job.source_present, job.result_present) == (False, False)
    assert job.deleted_at == now
    assert job.delete_reason is DeleteReason.USER


def test_errors_and_reprs_tell_nothing(desk: Desk) -> None:
    job_id = fill(desk)
    desk.sql("UPDATE chunk SET data = zeroblob(40)")

    for ask in (
        lambda: desk.vault.page(job_id, 1, desk.clock.now()),
        lambda: desk.vault.options(job_id),
        lambda: desk.vault.source_chunk(job_id, 0),
    ):
        with pytest.raises(Exception) as caught:
            ask()
        error: BaseException | None = caught.value
        while error is not None:
            assert found_in(f"{error!r} {error}".encode()) == set()
            error = error.__cause__ or error.__context__
