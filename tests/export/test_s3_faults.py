"""Harm on the way: nothing is lost, nothing is there twice, nobody waits past the timeout."""

from __future__ import annotations

import hashlib
import os
import threading
import time
import uuid
from collections.abc import Callable

import pytest

from mayfly.domain.destinations import Traits, VersionNews
from mayfly.domain.images import ImageType
from mayfly.domain.storage_errors import (
    MayNotRead,
    MayNotWrite,
    ObjectDiffers,
    ObjectStays,
    StorageBusy,
    StorageError,
    StorageUnreachable,
)
from mayfly.export.s3_line import Patience
from mayfly.export.s3_store import S3Store
from mayfly.export.s3_stores import S3Stores
from mayfly.system.clock import SystemClock
from tests import fault_proxy as faults
from tests.fault_proxy import Fault, FaultProxy, fault_proxy
from tests.s3_servers import FULL, S3Server

ANSWER_S = 0.3
ONCE = Patience(connect_s=1.0, answer_s=ANSWER_S, attempts=1)
TWICE = Patience(connect_s=1.0, answer_s=ANSWER_S, attempts=2)
LONGEST_S = 2 * ANSWER_S + 1.0
"""Comparing and deleting may ask twice; the rest is for a busy machine."""

PICTURE = os.urandom(300_000)
SHA256 = hashlib.sha256(PICTURE).digest()
KEEPS_SHA256 = Traits(VersionNews.NONE, answers_sha256=True)
READS_BACK = Traits(VersionNews.NONE)

PASSING: list[tuple[Fault, type[StorageError]]] = [
    (faults.cut_request, StorageUnreachable),
    (faults.cut_before_answer, StorageUnreachable),
    (faults.cut_answer, StorageUnreachable),
    (faults.stall, StorageUnreachable),
    (faults.drip, StorageUnreachable),
    (faults.answer(500, "InternalError"), StorageBusy),
    (faults.answer(503, "SlowDown"), StorageBusy),
]
NAMES = ("cut", "cut before answer", "cut answer", "stall", "drip", "500", "503")
any_fault = pytest.mark.parametrize(("fault", "error"), PASSING, ids=NAMES)


@pytest.fixture(scope="module")
def stores() -> S3Stores:
    return S3Stores(SystemClock(), patience=ONCE)


@pytest.fixture
def proxy(seaweed_server) -> FaultProxy:
    with fault_proxy(seaweed_server.port) as found:
        yield found


@pytest.fixture
def store(stores, seaweed_server, proxy) -> S3Store:
    opened = stores.open(seaweed_server.at(endpoint=proxy.endpoint), FULL, KEEPS_SHA256)
    yield opened
    opened.close()


@pytest.fixture
def reading_back(stores, seaweed_server, proxy) -> S3Store:
    opened = stores.open(seaweed_server.at(endpoint=proxy.endpoint), FULL, READS_BACK)
    yield opened
    opened.close()


@pytest.fixture
def key() -> str:
    return f"{uuid.uuid4().hex}/page-1-image-1.png"


@pytest.fixture
def there(seaweed_server, key) -> Callable[[], list[bytes]]:
    """What lies in the bucket under the key's folder, by the server's own account."""

    def look() -> list[bytes]:
        return contents(seaweed_server, key.split("/")[0])

    return look


def contents(server: S3Server, folder: str) -> list[bytes]:
    client, bucket = server.client(), server.place.bucket
    found = client.list_objects_v2(Bucket=bucket, Prefix=folder).get("Contents", [])
    answers = [client.get_object(Bucket=bucket, Key=one["Key"])["Body"] for one in found]
    return [answer.read() for answer in answers]


def within_time(call: Callable[[], object], error: type[StorageError]) -> None:
    began_s = time.monotonic()
    with pytest.raises(error):
        call()
    assert time.monotonic() - began_s < LONGEST_S


@any_fault
def test_writing_goes_through_in_the_end(store, proxy, there, key, fault, error):
    """Whole or not at all while the harm lasts; there once, and right, when it is over."""
    proxy.harm("PUT", fault)
    within_time(lambda: store.put(key, PICTURE, ImageType.PNG), error)
    assert there() in ([], [PICTURE])
    assert error.is_passing
    proxy.heal()
    store.put(key, PICTURE, ImageType.PNG)
    assert there() == [PICTURE]


@any_fault
def test_harm_that_passes_is_not_even_seen(seaweed_server, proxy, there, key, fault, error):
    del error
    stores = S3Stores(SystemClock(), patience=TWICE)
    store = stores.open(seaweed_server.at(endpoint=proxy.endpoint), FULL, KEEPS_SHA256)
    proxy.harm("PUT", fault, times=1)
    store.put(key, PICTURE, ImageType.PNG)
    store.close()
    assert there() == [PICTURE]


@any_fault
def test_comparing_that_fails_is_no_success(store, proxy, there, key, fault, error):
    proxy.harm("HEAD", fault)
    within_time(lambda: store.put(key, PICTURE, ImageType.PNG), error)
    assert there() == [PICTURE]


@any_fault
def test_deleting_goes_through_in_the_end(store, proxy, there, key, fault, error):
    store.put(key, PICTURE, ImageType.PNG)
    proxy.harm("DELETE", fault)
    within_time(lambda: store.delete(key), error)
    assert there() in ([], [PICTURE])
    proxy.heal()
    store.delete(key)
    assert there() == []


@any_fault
def test_nobody_takes_a_fault_for_gone(store, proxy, key, fault, error):
    """Deleted or not: as long as the server does not say so, it is not gone."""
    store.put(key, PICTURE, ImageType.PNG)
    proxy.harm("HEAD", fault)
    within_time(lambda: store.delete(key), error)
    within_time(lambda: store.is_there(key, SHA256), error)


@pytest.mark.parametrize("fault", [faults.truncate, faults.drip, faults.cut_answer])
def test_reading_back_needs_the_whole(reading_back, proxy, there, key, fault):
    proxy.harm("GET", fault)
    within_time(lambda: reading_back.put(key, PICTURE, ImageType.PNG), StorageUnreachable)
    assert there() == [PICTURE]
    within_time(lambda: reading_back.is_there(key, SHA256), StorageUnreachable)


def test_what_differs_is_taken_away_again(reading_back, proxy, there, key):
    proxy.harm("GET", faults.alter)
    with pytest.raises(ObjectDiffers):
        reading_back.put(key, PICTURE, ImageType.PNG)
    assert there() == []


def test_a_server_that_keeps_no_checksum_any_more_is_read_back(store, proxy, there, key):
    proxy.harm("HEAD", faults.without_checksum)
    store.put(key, PICTURE, ImageType.PNG)
    assert there() == [PICTURE]
    assert proxy.seen == ["PUT", "HEAD", "GET"]


def test_a_deletion_that_does_nothing_is_seen(store, proxy, there, key):
    store.put(key, PICTURE, ImageType.PNG)
    proxy.harm("DELETE", faults.accept)
    with pytest.raises(ObjectStays):
        store.delete(key)
    assert there() == [PICTURE]


def test_a_refusal_in_the_middle_of_a_large_picture_is_heard(store, proxy, there, key):
    proxy.harm("PUT", faults.refuse_early)
    with pytest.raises(MayNotWrite):
        store.put(key, os.urandom(8 << 20), ImageType.PNG)
    assert there() == []


def test_a_slow_way_out_is_no_fault(seaweed_server, proxy, there, key):
    """Longer than an answer may take, but never without moving."""
    stores = S3Stores(SystemClock(), patience=Patience(connect_s=1.0, answer_s=1.0, attempts=1))
    store = stores.open(seaweed_server.at(endpoint=proxy.endpoint), FULL, KEEPS_SHA256)
    data = os.urandom(6 << 20)
    proxy.harm("PUT", faults.read_slowly)
    began_s = time.monotonic()
    store.put(key, data, ImageType.PNG)
    assert time.monotonic() - began_s > 1.0
    store.close()
    assert there() == [data]
    assert proxy.seen.count("PUT") == 1


class TestForbiddenOrGone:
    """Amazon says “forbidden” of what is not there to a key that may not list."""

    @pytest.fixture
    def hiding(self, proxy) -> FaultProxy:
        for method in ("GET", "HEAD"):
            proxy.harm(method, faults.hide_missing)
        return proxy

    def test_known_from_verifying_it_means_gone(self, stores, seaweed_server, hiding, there, key):
        traits = Traits(VersionNews.NONE, answers_sha256=True, hides_missing=True)
        store = stores.open(seaweed_server.at(endpoint=hiding.endpoint), FULL, traits)
        store.put(key, PICTURE, ImageType.PNG)
        assert store.is_there(key, SHA256)
        store.delete(key)
        assert there() == []
        assert not store.is_there(key, SHA256)
        store.delete(key)
        store.close()

    def test_otherwise_it_is_never_taken_for_gone(self, store, hiding, there, key):
        store.put(key, PICTURE, ImageType.PNG)
        with pytest.raises(MayNotRead):
            store.delete(key)
        with pytest.raises(MayNotRead):
            store.is_there(key, SHA256)
        assert there() == []


class TestClose:
    """Ending calls in hand."""

    @pytest.mark.parametrize("tls", [False, True])
    def test_who_waits_for_an_answer_fails_at_once(
        self, seaweed_server, rclone_tls_server, proxy, key, tls
    ):
        patient = S3Stores(SystemClock(), patience=Patience(connect_s=20.0, answer_s=20.0))
        place = seaweed_server.at(endpoint=proxy.endpoint)
        if tls:
            # Over TLS it is the handshake that does not end.
            place = rclone_tls_server.at(endpoint=proxy.endpoint.replace("http:", "https:"))
            proxy.target = ("127.0.0.1", 9)
        proxy.harm("PUT", faults.stall)
        store = patient.open(place, FULL, KEEPS_SHA256)
        failures: list[Exception] = []
        waiting = [
            threading.Thread(target=lambda: failures.append(failure_of(store, key)))
            for _n in range(3)
        ]
        for thread in waiting:
            thread.start()
        time.sleep(0.3)
        began_s = time.monotonic()
        store.close()
        for thread in waiting:
            thread.join(10)
        assert time.monotonic() - began_s < 1
        assert {type(one) for one in failures} == {StorageUnreachable}
        assert len(failures) == 3

    def test_a_closed_one_does_nothing_more(self, store, proxy, key):
        store.put(key, PICTURE, ImageType.PNG)
        seen = len(proxy.seen)
        store.close()
        store.close()
        for call in (
            lambda: store.put(key, PICTURE, ImageType.PNG),
            lambda: store.delete(key),
            lambda: store.is_there(key, SHA256),
        ):
            with pytest.raises(StorageUnreachable):
                call()
        assert len(proxy.seen) == seen


def failure_of(store: S3Store, key: str) -> Exception | None:
    try:
        store.put(key, PICTURE, ImageType.PNG)
    except StorageError as error:
        return error
    return None


def test_a_kept_connection_that_the_server_closed_costs_no_try(stores, seaweed_server, key):
    """With one try only: what is kept and gone is not asked, or asked anew at once."""
    store = stores.open(seaweed_server.place, FULL, KEEPS_SHA256)
    store.put(key, PICTURE, ImageType.PNG)
    lines = store._bucket._pool._idle  # the one look inside: there is no other way to it
    assert len(lines) == 1
    lines[0].sock.shutdown(1)
    time.sleep(0.2)
    store.put(key, PICTURE, ImageType.PNG)
    store.delete(key)
    store.close()


def test_many_threads_share_one_bucket(stores, seaweed_server):
    store = stores.open(seaweed_server.place, FULL, KEEPS_SHA256)
    folder = uuid.uuid4().hex
    pictures = {f"{folder}/{n}.png": os.urandom(50_000 + n) for n in range(40)}
    failures: list[Exception] = []

    def work(keys: list[str]) -> None:
        try:
            for one in keys:
                store.put(one, pictures[one], ImageType.PNG)
        except StorageError as error:
            failures.append(error)

    keys = list(pictures)
    threads = [threading.Thread(target=work, args=(keys[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert sorted(contents(seaweed_server, folder)) == sorted(pictures.values())
    for one in keys:
        store.delete(one)
    assert contents(seaweed_server, folder) == []
    store.close()
