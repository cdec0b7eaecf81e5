"""Writing, comparing, deleting and giving away, on two real and independent servers."""

from __future__ import annotations

import hashlib
import os
import time
import urllib.error
import urllib.request
import uuid
from datetime import timedelta

import pytest

from mayfly.domain.destinations import Traits, VersionNews
from mayfly.domain.images import ImageType
from mayfly.domain.storage_errors import (
    AccessKeyWrong,
    BucketMissing,
    MayNotDelete,
    MayNotRead,
    MayNotWrite,
    SecretWrong,
    VersionsStay,
)
from mayfly.export.s3_stores import S3Stores
from mayfly.system.clock import SystemClock
from tests.s3_servers import (
    BUCKET_ONLY,
    FULL,
    LOCKED,
    NO_DELETE,
    NO_READ,
    READ_ONLY,
    VERSIONED,
    Credentials,
    S3Server,
)

PICTURE = os.urandom(300_000)
SHA256 = hashlib.sha256(PICTURE).digest()
KEEPS = Traits(VersionNews.KEEPS_VERSIONS, answers_sha256=True)


@pytest.fixture(scope="module", params=["seaweed_server", "rclone_server", "rclone_tls_server"])
def server(request) -> S3Server:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def stores() -> S3Stores:
    return S3Stores(SystemClock())


@pytest.fixture(scope="module")
def store(stores, server):
    """The bucket, with what verifying learnt of it."""
    found = stores.verify(server.place, FULL, lambda _news: None)
    assert found.error_code is None
    opened = stores.open(server.place, FULL, found.traits)
    yield opened
    opened.close()


@pytest.fixture
def key() -> str:
    return f"scans ü+&/{uuid.uuid4().hex}/page-1-image-1.png"


class Plain:
    """What somebody else's client sees in the bucket."""

    def __init__(self, server: S3Server, bucket: str | None = None) -> None:
        self.client = server.client()
        self.bucket = bucket or server.place.bucket

    def read(self, key: str) -> tuple[bytes, str] | None:
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=key)
        except self.client.exceptions.NoSuchKey:
            return None
        with answer["Body"] as body:
            return body.read(), answer["ContentType"]

    def versions(self, key: str) -> int:
        answer = self.client.list_object_versions(Bucket=self.bucket, Prefix=key)
        return len(answer.get("Versions", [])) + len(answer.get("DeleteMarkers", []))


@pytest.fixture
def plain(server):
    return Plain(server)


class TestAnyServer:
    """What is promised on every server."""

    def test_what_is_written_is_there_with_its_type(self, store, plain, key):
        store.put(key, PICTURE, ImageType.PNG)
        assert plain.read(key) == (PICTURE, "image/png")
        assert store.is_there(key, SHA256)

    def test_writing_again_changes_nothing(self, store, plain, key):
        store.put(key, PICTURE, ImageType.JPEG)
        store.put(key, PICTURE, ImageType.JPEG)
        assert plain.read(key) == (PICTURE, "image/jpeg")

    def test_another_content_is_not_there(self, store, key):
        store.put(key, b"another picture", ImageType.PNG)
        assert not store.is_there(key, SHA256)

    def test_what_was_never_written_is_not_there(self, store, key):
        assert not store.is_there(key, SHA256)

    def test_what_is_deleted_is_gone(self, store, plain, key):
        store.put(key, PICTURE, ImageType.PNG)
        store.delete(key)
        assert plain.read(key) is None
        assert not store.is_there(key, SHA256)

    def test_deleting_what_is_not_there_is_no_error(self, store, key):
        store.delete(key)

    def test_a_large_picture_arrives_whole(self, store, plain, key):
        data = os.urandom(5 << 20)
        store.put(key, data, ImageType.PNG)
        found = plain.read(key)
        assert found is not None
        assert found[0] == data

    def test_a_wrong_secret_is_told_from_a_wrong_key(self, stores, server, key):
        for credentials, error in (
            (Credentials(FULL.key_id, "not this"), SecretWrong),
            (Credentials("AKIANOBODY", FULL.secret), AccessKeyWrong),
            (Credentials("with a\nline", FULL.secret), AccessKeyWrong),
            (Credentials("ключ", FULL.secret), AccessKeyWrong),
        ):
            opened = stores.open(server.place, credentials, Traits())
            for call in (
                lambda opened=opened: opened.put(key, PICTURE, ImageType.PNG),
                lambda opened=opened: opened.is_there(key, SHA256),
                lambda opened=opened: opened.delete(key),
            ):
                with pytest.raises(error):
                    call()
            opened.close()


class TestRights:
    """A key without a right hears which one is missing. SeaweedFS: rclone has one key only."""

    @pytest.fixture
    def opened(self, stores, seaweed_server):
        made = []

        def open_with(credentials, bucket=seaweed_server.place.bucket, traits=KEEPS):
            made.append(stores.open(seaweed_server.at(bucket=bucket), credentials, traits))
            return made[-1]

        yield open_with
        for one in made:
            one.close()

    def test_a_key_that_may_not_write(self, opened, key):
        with pytest.raises(MayNotWrite):
            opened(READ_ONLY).put(key, PICTURE, ImageType.PNG)

    def test_a_key_that_may_not_read(self, opened, key):
        with pytest.raises(MayNotRead):
            opened(NO_READ).is_there(key, SHA256)

    def test_a_key_that_may_not_delete(self, opened, key):
        store = opened(NO_DELETE)
        store.put(key, PICTURE, ImageType.PNG)
        with pytest.raises(MayNotDelete):
            store.delete(key)
        assert store.is_there(key, SHA256)

    def test_a_key_of_the_bucket_alone_is_enough(self, opened, key):
        store = opened(BUCKET_ONLY, traits=Traits(VersionNews.NONE, answers_sha256=True))
        store.put(key, PICTURE, ImageType.PNG)
        assert store.is_there(key, SHA256)
        store.delete(key)
        assert not store.is_there(key, SHA256)


class TestVersions:
    """A bucket that keeps old versions: deleting is more than one call."""

    @pytest.fixture
    def kept(self, stores, seaweed_server):
        found = stores.open(seaweed_server.at(bucket=VERSIONED), FULL, KEEPS)
        yield found
        found.close()

    @pytest.fixture
    def plain(self, seaweed_server):
        return Plain(seaweed_server, VERSIONED)

    def test_all_versions_and_markers_go(self, kept, plain, key):
        for data in (PICTURE, b"second", PICTURE):
            kept.put(key, data, ImageType.PNG)
        plain.client.delete_object(Bucket=VERSIONED, Key=key)
        assert plain.versions(key) == 4
        kept.delete(key)
        assert plain.versions(key) == 0

    def test_a_key_that_begins_alike_is_left_alone(self, kept, plain, key):
        kept.put(key, PICTURE, ImageType.PNG)
        kept.put(f"{key}-more", PICTURE, ImageType.PNG)
        kept.delete(key)
        assert plain.versions(key) == 1
        assert kept.is_there(f"{key}-more", SHA256)

    def test_nobody_need_have_known_of_the_versions(self, stores, seaweed_server, plain, key):
        store = stores.open(seaweed_server.at(bucket=VERSIONED), FULL, Traits())
        store.put(key, PICTURE, ImageType.PNG)
        store.delete(key)
        store.close()
        assert plain.versions(key) == 0

    def test_a_key_that_may_not_see_them_says_so(self, stores, seaweed_server, plain, key):
        store = stores.open(seaweed_server.at(bucket=VERSIONED), BUCKET_ONLY, KEEPS)
        store.put(key, PICTURE, ImageType.PNG)
        with pytest.raises(VersionsStay):
            store.delete(key)
        store.close()
        assert plain.versions(key) == 2

    def test_a_version_under_lock_stays_and_it_is_said(self, stores, seaweed_server, key):
        client = seaweed_server.client()
        client.put_object(Bucket=LOCKED, Key=key, Body=b"kept")
        client.put_object_legal_hold(Bucket=LOCKED, Key=key, LegalHold={"Status": "ON"})
        store = stores.open(seaweed_server.at(bucket=LOCKED), FULL, KEEPS)
        with pytest.raises(VersionsStay):
            store.delete(key)
        store.close()


class TestLinks:
    """An address for one picture, for a while, for reading only."""

    def test_whoever_has_it_gets_the_picture(self, store, server, key):
        store.put(key, PICTURE, ImageType.PNG)
        status, body, kind = fetch(store.link(key, timedelta(hours=1)), server)
        assert (status, body, kind) == (200, PICTURE, "image/png")

    def test_altered_or_used_otherwise_it_is_refused(self, stores, seaweed_server, key):
        store = stores.open(seaweed_server.place, FULL, Traits())
        store.put(key, PICTURE, ImageType.PNG)
        store.put(f"{key}.jpg", PICTURE, ImageType.PNG)
        link = store.link(key, timedelta(hours=1))
        altered = link[:-4] + ("0000" if not link.endswith("0000") else "1111")
        longer = link.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200")
        assert longer != link
        for address, method in (
            (altered, "GET"),
            (longer, "GET"),
            (link.replace("image-1.png", "image-1.png.jpg", 1), "GET"),
            (link, "DELETE"),
            (link, "PUT"),
        ):
            assert fetch(address, seaweed_server, method)[0] == 403, method
        assert store.is_there(key, SHA256)
        store.close()

    def test_older_than_its_time_it_is_refused(self, stores, seaweed_server, key):
        store = stores.open(seaweed_server.place, FULL, Traits())
        store.put(key, PICTURE, ImageType.PNG)
        link = store.link(key, timedelta(seconds=2.9))
        assert fetch(link, seaweed_server)[0] == 200
        time.sleep(3.1)
        assert fetch(link, seaweed_server)[0] == 403
        store.close()

    @pytest.mark.parametrize("lifetime", [timedelta(days=7, seconds=1), timedelta(seconds=0.9)])
    def test_a_lifetime_that_cannot_be_is_refused(self, stores, seaweed_server, lifetime):
        store = stores.open(seaweed_server.place, FULL, Traits())
        with pytest.raises(ValueError, match="seven days"):
            store.link("a.png", lifetime)

    def test_a_link_holds_no_secret_and_needs_no_network(self, stores, seaweed_server):
        place = seaweed_server.at(endpoint="http://127.0.0.1:9")
        link = stores.open(place, FULL, Traits()).link("a.png", timedelta(days=7))
        assert FULL.secret not in link
        assert "X-Amz-Expires=604800" in link


def test_a_bucket_that_is_not_there(stores, rclone_server, key):
    store = stores.open(rclone_server.at(bucket="no-such-bucket"), FULL, Traits())
    with pytest.raises(BucketMissing):
        store.put(key, PICTURE, ImageType.PNG)
    store.close()


def fetch(address: str, server: S3Server, method: str = "GET") -> tuple[int, bytes, str]:
    """Return what anybody's client gets, with no key."""
    from ssl import create_default_context

    context = create_default_context(cafile=server.place.ca_file)
    request = urllib.request.Request(address, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            return answer.status, answer.read(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b"", ""
