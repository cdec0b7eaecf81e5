"""Receipts: JSON that is read as it was written, and a page that needs nothing but itself."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from mayfly.domain.audit import AuditEntry, AuditKind, Receipt
from mayfly.domain.audit_record import encode_entry
from mayfly.domain.destinations import DestinationId
from mayfly.domain.errors import ReceiptUnreadable
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.written_objects import Fate, WrittenObjects, detail_of
from mayfly.export.receipt_page import receipt_page
from mayfly.export.receipts import read_receipt, receipt_json
from mayfly.system.translations import translator

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
JOB, BATCH = JobId("7788d0ad7a36af9de599eef148dc9563"), BatchId("5b" * 16)


def receipt(kind: AuditKind = AuditKind.DELETED, **detail: str | int) -> Receipt:
    given = detail or {"what": "job", "reason": "user", "pages": 2}
    entry = AuditEntry(3, NOW, kind, JOB, BATCH, given)
    return Receipt(
        entry=entry,
        record=encode_entry(entry),
        chain_before=b"\1" * 32,
        chain=b"\2" * 32,
        signature=b"\3" * 64,
        public_key=b"\4" * 32,
        vault_id="05" * 16,
    )


def page(language: str = "en", **detail: str | int) -> str:
    return receipt_page(receipt(**detail), translator(language), language).decode()


class Tags(HTMLParser):
    """Collects what a page consists of; wrongly nested tags fail."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def test_a_receipt_is_read_as_it_was_written() -> None:
    assert read_receipt(receipt_json(receipt())) == receipt()


def test_an_entry_for_people_that_says_something_else_is_noticed() -> None:
    shape = json.loads(receipt_json(receipt()))

    shape["entry"]["seq"] = 4

    assert read_receipt(json.dumps(shape).encode()) is None
    assert read_receipt(receipt_json(receipt(AuditKind.EXPORTED, target="file"))) is None


OWED = WrittenObjects(DestinationId("0d" * 16), 3, Fate.OWED, "1-1to3")
LEFT = WrittenObjects(DestinationId("1e" * 16), 1, Fate.LEFT, "2to4-1_7-2", 5)


def test_what_lay_in_the_users_own_storage_is_said_in_words() -> None:
    detail = {"what": "job", "reason": "user", **detail_of([OWED, LEFT])}
    text = page(**detail)
    assert (
        "3 pictures are in your bucket. Mayfly deletes them there: page 1, picture 1 to 3" in text
    )
    assert "page 2 to 4, picture 1; page 7, picture 2; and 5 more" in text
    assert f"(Destination {'0d' * 16})" in text
    assert "a later entry of the log says so" in text
    assert "bucket" not in page()
    assert "3 Bilder liegen in Ihrem Bucket. Mayfly löscht sie dort: Seite 1, Bild 1 bis 3" in page(
        "de", **detail
    )
    assert read_receipt(receipt_json(receipt(**detail))) == receipt(**detail)


@pytest.mark.parametrize("name", ["record", "chain", "signature", "vault", "type"])
@pytest.mark.parametrize("value", [None, 1, "é", [], {}])
def test_a_field_that_is_none_is_no_receipt(name: str, value: object) -> None:
    shape = {**json.loads(receipt_json(receipt())), name: value}

    with pytest.raises(ReceiptUnreadable):
        read_receipt(json.dumps(shape).encode())


@pytest.mark.parametrize("name", ["record", "entry"])
def test_a_record_that_is_none_is_an_alteration(name: str) -> None:
    shape = {**json.loads(receipt_json(receipt())), name: "zz"}

    assert read_receipt(json.dumps(shape).encode()) is None


@pytest.mark.parametrize("data", [b"", b"\xff", b"[" * 100_000, b"[]", b"1", b" " * 70_000])
def test_what_is_no_receipt_is_refused(data: bytes) -> None:
    with pytest.raises(ReceiptUnreadable) as caught:
        read_receipt(data)

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_needs_nothing_but_itself(language: str) -> None:
    text = page(language)
    tags = Tags(text)

    assert set(tags.names) <= {
        *("html", "head", "meta", "title", "style", "body"),
        *("h1", "h2", "p", "table", "tr", "th", "td", "code"),
    }
    assert {name for name, _ in tags.attributes} <= {
        *("lang", "charset", "http-equiv", "content", "name", "scope"),
    }
    assert ("lang", language) in tags.attributes
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in tags.attributes
    for word in ("http:", "https:", "url(", "@import", "javascript", "<script"):
        assert word not in text
    assert len(text) < 10_000


def test_the_page_says_what_the_entry_says() -> None:
    text = page(what="source", reason="backstop", pages=7, late_s=7_201, late_why="asleep")

    for words in (
        "Receipt of a deletion",
        "The key of a document and of its page images was destroyed.",
        "2026-01-05 09:30:00 UTC",
        "30 days after it was added everything goes",
        JOB,
        BATCH,
        "2 h (the computer was asleep)",
        "04" * 32,
        "&quot;kind&quot;:&quot;deleted&quot;",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("late_s", "words"), [(91, "1 min"), (7_199, "119 min"), (200_000, "55 h"), (864_000, "10 d")]
)
def test_lateness_is_told_in_a_unit_that_fits(late_s: int, words: str) -> None:
    assert f"<td>{words}</td>" in page(what="job", reason="backstop", late_s=late_s)


def test_the_page_speaks_german() -> None:
    text = page("de", what="page_images", reason="user", page=3)

    assert "Beleg über eine Löschung" in text
    assert "von Hand gelöscht" in text
    for english in ("Receipt", "destroyed", "What this", "Public key", "Signed entry", "Vault"):
        assert english not in text


def test_words_of_a_later_version_are_shown_as_they_are() -> None:
    text = page(what="shadow", reason="whim")

    assert "The key of a document was destroyed." in text
    assert "<td>whim</td>" in text


def test_nothing_can_be_smuggled_into_the_page() -> None:
    given = replace(receipt(), record=b'{"<script>alert(1)</script>":1}')

    text = receipt_page(given, translator("en"), 'en"><script>').decode()

    assert "<script" not in text
