"""A server that means harm: what no honest one answers is an error in plain words, and small."""

from __future__ import annotations

import contextlib
import hashlib
import resource

import pytest

from mayfly.domain.destinations import Place, Provider, Traits, VersionNews
from mayfly.domain.images import ImageType
from mayfly.domain.storage_errors import ObjectDiffers, StorageError, VersionsStay
from mayfly.export.s3_line import Patience
from mayfly.export.s3_store import S3Store
from mayfly.export.s3_stores import S3Stores
from mayfly.system.clock import SystemClock
from tests.fault_proxy import Exchange, Fault, FaultProxy, answer, fault_proxy
from tests.s3_servers import FULL

PICTURE = b"a picture"
KEEPS_SHA256 = Traits(VersionNews.NONE, answers_sha256=True)
READS_BACK = Traits(VersionNews.NONE)
GROWN = 100
"""An answer that was let grow would take 100 times its own size, and more."""


@pytest.fixture
def liar() -> FaultProxy:
    """A server that has nothing and takes everything, until a test adds to its answers."""
    with fault_proxy(9) as proxy:
        yield proxy


def opened(liar: FaultProxy, traits: Traits = READS_BACK) -> S3Store:
    liar.harm("HEAD", said(b"404 No"))
    liar.harm("GET", said(b"404 No"))
    liar.harm("DELETE", said(b"204 No"))
    liar.harm("PUT", said(b"200 OK"))
    return stores().open(place(liar), FULL, traits)


def stores() -> S3Stores:
    return S3Stores(SystemClock(), patience=Patience(1.0, 2.0, attempts=1))


def place(liar: FaultProxy) -> Place:
    return Place(Provider.OTHER, liar.endpoint, "us-east-1", "bucket", "to/")


def said(status: bytes, headers: bytes = b"", body: bytes = b"") -> Fault:
    length = b"Content-Length: %d\r\n" % len(body)
    head = b"HTTP/1.1 " + status + b"\r\n" + headers + length + b"Connection: close\r\n\r\n"
    return lambda exchange: exchange.client.sendall(head + body)


def for_ever(piece: bytes, head: bytes, most: int) -> Fault:
    def fault(exchange: Exchange) -> None:
        with contextlib.suppress(OSError):
            exchange.client.sendall(b"HTTP/1.1 200 OK\r\n" + head)
            for sent in range(0, most, len(piece)):
                liar_sent[0] = sent
                exchange.client.sendall(piece)

    return fault


liar_sent = [0]


@pytest.mark.parametrize(
    "header",
    [
        b"x-amz-checksum-sha256: abc",
        b"x-amz-checksum-sha256: \xff\xfe",
        b"Last-Modified: yesterday",
        b"Last-Modified: 99999999999999999999999",
        b"x-amz-mp-parts-count: some",
        b"Date: Fri, 31 Dec 9999 23:59:59 -2359",
        b"Date: Fri, 01 Dec 99999999999999 00:00:00 +0000",
    ],
)
def test_header_without_sense_is_no_fault_of_mayflys(liar, header):
    liar.harm("HEAD", said(b"200 OK", header + b"\r\n"))
    store = opened(liar, KEEPS_SHA256)

    with pytest.raises(StorageError):
        store.put("to/it.png", PICTURE, ImageType.PNG)
    assert stores().verify(place(liar), FULL, lambda _: None).error_code is not None


@pytest.mark.parametrize(
    "body",
    [
        b"<Error>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</Error>",
        b"<Error><Code><b/></Code></Error>",
    ],
)
def test_error_of_an_impossible_shape(liar, body):
    liar.harm("PUT", said(b"400 No", body=body))
    store = opened(liar)

    with pytest.raises(StorageError):
        store.put("to/it.png", PICTURE, ImageType.PNG)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_error_that_would_grow_is_not_read(liar, encoding):
    text = '<!DOCTYPE r [<!ENTITY a "' + "A" * 500_000 + '">]><Error><Code>' + "&a;" * GROWN
    liar.harm("PUT", said(b"400 No", body=(text + "</Code></Error>").encode(encoding)))
    store = opened(liar)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(StorageError):
        store.put("to/it.png", PICTURE, ImageType.PNG)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000


def test_object_without_an_end_is_another_one(liar):
    chunk = b"40000\r\n" + bytes(0x40000) + b"\r\n"
    liar.harm("GET", for_ever(chunk, b"Transfer-Encoding: chunked\r\n\r\n", 1 << 30))
    store = opened(liar)

    with pytest.raises(ObjectDiffers):
        store.put("to/it.png", PICTURE, ImageType.PNG)
    assert not store.is_there("to/it.png", hashlib.sha256(PICTURE).digest(), len(PICTURE))


def test_chunk_of_less_than_nothing_is_not_taken_whole(liar):
    liar.harm("GET", for_ever(bytes(1 << 20), b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", 1 << 30))
    store = opened(liar)

    with pytest.raises(StorageError):
        store.put("to/it.png", PICTURE, ImageType.PNG)

    assert liar_sent[0] < 64 << 20


def test_early_hint_is_no_answer(liar):
    liar.harm("PUT", lambda it: it.client.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n"))
    liar.harm("GET", said(b"200 OK", body=PICTURE))
    store = opened(liar)

    with pytest.raises(StorageError):
        store.put("to/it.png", PICTURE, ImageType.PNG)


def test_versions_that_stay_get_no_marker_more_with_every_try(liar):
    liar.harm("GET", answer(403, "AccessDenied"))
    store = opened(liar, Traits(VersionNews.KEEPS_VERSIONS))

    for _ in range(2):
        with pytest.raises(VersionsStay):
            store.delete("to/it.png")

    assert "DELETE" not in liar.seen


def test_what_is_forbidden_to_read_is_deleted_all_the_same(liar):
    liar.harm("HEAD", said(b"403 No"))
    liar.harm("GET", answer(403, "AccessDenied"))
    store = opened(liar, Traits(VersionNews.KEEPS_VERSIONS, hides_missing=True))

    with pytest.raises(VersionsStay):
        store.delete("to/it.png")

    assert "DELETE" in liar.seen


def test_list_of_versions_without_an_end(liar):
    page = (
        b"<ListVersionsResult><Version><Key>to/it.png</Key><VersionId>1</VersionId></Version>"
        b"<IsTruncated>true</IsTruncated><NextKeyMarker>to/it.png</NextKeyMarker>"
        b"<NextVersionIdMarker>1</NextVersionIdMarker></ListVersionsResult>"
    )
    liar.harm("GET", said(b"200 OK", body=page))
    store = opened(liar, Traits(VersionNews.KEEPS_VERSIONS))

    with pytest.raises(VersionsStay):
        store.delete("to/it.png")

    assert liar.seen.count("GET") < 500


def test_list_of_versions_without_versions(liar):
    page = b"<ListVersionsResult><Version><Key>to/it.png</Key></Version></ListVersionsResult>"
    liar.harm("GET", said(b"200 OK", body=page))
    store = opened(liar, Traits(VersionNews.KEEPS_VERSIONS))

    with pytest.raises(VersionsStay):
        store.delete("to/it.png")
