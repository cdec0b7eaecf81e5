"""Verifying: for every step a way to fail in just that step, and nothing is left behind."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from mayfly.domain.destinations import (
    Credentials,
    StepNews,
    StepState,
    Traits,
    Verification,
    VerifyStep,
    VersionNews,
)
from mayfly.export.s3_line import Patience
from mayfly.export.s3_stores import S3Stores
from mayfly.system.clock import SystemClock
from tests import fault_proxy as faults
from tests.fault_proxy import FaultProxy, fault_proxy
from tests.s3_servers import (
    BUCKET_ONLY,
    FULL,
    LOCKED,
    NO_DELETE,
    NO_READ,
    READ_ONLY,
    VERSIONED,
    S3Server,
    write_certificates,
)

SHORT = Patience(connect_s=0.5, answer_s=0.5, attempts=1)
PREFIX = "scans ü/"
STEPS = tuple(VerifyStep)


class Late:
    """A clock that is wrong."""

    def __init__(self, off: timedelta) -> None:
        self._clock = SystemClock()
        self._off = off

    def now(self):
        return self._clock.now() + self._off


@pytest.fixture(scope="module")
def stores() -> S3Stores:
    return S3Stores(SystemClock(), patience=SHORT)


@pytest.fixture
def proxy(seaweed_server) -> FaultProxy:
    with fault_proxy(seaweed_server.port) as found:
        yield found


@pytest.fixture
def told() -> list[StepNews]:
    return []


@pytest.fixture
def verify(stores, seaweed_server, proxy, told):
    """Verify SeaweedFS, through the proxy if nothing else is said."""

    def run(credentials: Credentials = FULL, **changes: object) -> Verification:
        changes = {"endpoint": proxy.endpoint, "prefix": PREFIX, **changes}
        return stores.verify(seaweed_server.at(**changes), credentials, told.append)

    return run


def failed_at(step: VerifyStep, code: str, found: Verification) -> bool:
    """Whether just this step failed: all before it are done, none after it was begun."""
    *before, last = found.steps
    assert [one.step for one in found.steps] == list(STEPS[: STEPS.index(step) + 1])
    assert all(one.state in {StepState.DONE, StepState.SKIPPED} for one in before)
    assert last == StepNews(step, StepState.FAILED, code)
    return found.error_code == code


def left_behind(server: S3Server, bucket: str | None = None) -> list[str]:
    """Return what probes lie in a bucket."""
    answer = server.client().list_objects_v2(Bucket=bucket or server.place.bucket, Prefix=PREFIX)
    return [one["Key"] for one in answer.get("Contents", [])]


@pytest.fixture(autouse=True)
def clean(seaweed_server):
    """Every test begins without probes in the bucket."""
    for key in left_behind(seaweed_server):
        seaweed_server.client().delete_object(Bucket=seaweed_server.place.bucket, Key=key)


class TestAllSteps:
    """Everything is right."""

    def test_every_step_is_told_as_it_begins_and_ends(self, verify, told, seaweed_server):
        found = verify()
        assert found.error_code is None
        assert [one.step for one in told] == [step for step in STEPS for _twice in (1, 2)]
        assert [one.state for one in told[::2]] == [StepState.RUNNING] * len(STEPS)
        assert tuple(told[1::2]) == found.steps
        assert found.steps[1].state is StepState.SKIPPED
        assert found.traits == Traits(VersionNews.NONE, answers_sha256=True)
        assert left_behind(seaweed_server) == []

    def test_a_key_of_the_bucket_alone_is_enough(self, verify, seaweed_server):
        found = verify(BUCKET_ONLY)
        assert found.error_code is None
        assert left_behind(seaweed_server) == []

    def test_with_tls_and_an_authority_of_its_own(self, stores, rclone_tls_server):
        found = stores.verify(rclone_tls_server.place, FULL, lambda _news: None)
        assert found.error_code is None
        assert {one.state for one in found.steps} == {StepState.DONE}
        # rclone takes a wrong checksum for right: it is never relied on.
        assert not found.traits.answers_sha256

    def test_a_server_that_only_repeats_checksums_is_read_back(self, verify, proxy):
        proxy.harm("PUT", faults.accept, skip=1)
        found = verify()
        assert (found.error_code, found.traits.answers_sha256) == (None, False)

    def test_a_server_without_checksums_is_read_back(self, verify, proxy):
        proxy.harm("HEAD", faults.without_checksum)
        found = verify()
        assert (found.error_code, found.traits.answers_sha256) == (None, False)

    def test_what_is_missing_may_be_called_forbidden(self, verify, proxy, seaweed_server):
        """As Amazon does to a key that may not list; it is told from a key that may not read."""
        for method in ("GET", "HEAD"):
            proxy.harm(method, faults.hide_missing, within=PREFIX.split(" ")[0])
        found = verify()
        assert (found.error_code, found.traits.hides_missing) == (None, True)
        assert left_behind(seaweed_server) == []


class TestEveryStepFails:
    """Each step by each of its reasons."""

    def test_connect_to_nobody(self, verify):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
            found = verify(endpoint=endpoint)
        assert failed_at(VerifyStep.CONNECT, "storage_unreachable", found)

    def test_connect_to_a_name_that_there_is_not(self, verify):
        found = verify(endpoint="https://no-such-name.invalid")
        assert failed_at(VerifyStep.CONNECT, "storage_unreachable", found)

    def test_connect_to_a_public_address_without_tls(self, verify, monkeypatch):
        """A name of a net at home that leads out of it: nothing is sent there."""
        public = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 80))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_words, **_named: public)
        found = verify(endpoint="http://nas.local")
        assert failed_at(VerifyStep.CONNECT, "insecure_endpoint", found)

    def test_tls_with_an_authority_that_nobody_knows(self, stores, rclone_tls_server):
        place = rclone_tls_server.at(ca_file=None)
        found = stores.verify(place, FULL, lambda _news: None)
        assert failed_at(VerifyStep.TLS, "certificate_refused", found)

    def test_tls_with_another_authority(self, stores, rclone_tls_server, tmp_path):
        write_certificates(tmp_path)
        place = rclone_tls_server.at(ca_file=str(tmp_path / "ca.pem"))
        found = stores.verify(place, FULL, lambda _news: None)
        assert failed_at(VerifyStep.TLS, "certificate_refused", found)

    @pytest.mark.parametrize("content", [None, b"no certificate"])
    def test_tls_with_a_file_that_is_none(self, stores, rclone_tls_server, tmp_path, content):
        ca_file = tmp_path / "ca.pem"
        if content is not None:
            ca_file.write_bytes(content)
        place = rclone_tls_server.at(ca_file=str(ca_file))
        found = stores.verify(place, FULL, lambda _news: None)
        assert failed_at(VerifyStep.TLS, "certificate_refused", found)

    def test_tls_with_the_certificate_of_another_host(self, stores, rclone_tls_server):
        endpoint = rclone_tls_server.place.endpoint.replace("127.0.0.1", "127.0.0.2")
        with fault_proxy(rclone_tls_server.port):
            place = rclone_tls_server.at(endpoint=endpoint)
            with _relay("127.0.0.2", rclone_tls_server.port):
                found = stores.verify(place, FULL, lambda _news: None)
        assert failed_at(VerifyStep.TLS, "certificate_refused", found)

    def test_tls_where_there_is_none(self, verify, seaweed_server):
        found = verify(endpoint=seaweed_server.place.endpoint.replace("http:", "https:"))
        assert failed_at(VerifyStep.TLS, "no_tls_there", found)

    def test_tls_with_one_who_hangs_up(self, verify, proxy):
        found = verify(endpoint=proxy.endpoint.replace("http:", "https:"))
        assert failed_at(VerifyStep.TLS, "storage_unreachable", found)

    def test_clock_of_the_server_an_hour_off(self, verify, proxy):
        proxy.harm("*", faults.other_date("Fri, 05 Jan 2024 10:00:00 GMT"))
        found = verify()
        assert failed_at(VerifyStep.CLOCK, "clock_wrong", found)

    @pytest.mark.parametrize("off", [timedelta(minutes=16), -timedelta(hours=1)])
    def test_clock_of_this_computer_off(self, seaweed_server, off):
        late = S3Stores(Late(off), patience=SHORT)
        found = late.verify(seaweed_server.place, FULL, lambda _news: None)
        assert failed_at(VerifyStep.CLOCK, "clock_wrong", found)

    def test_clock_that_the_server_refuses(self, verify, proxy):
        proxy.harm("*", faults.answer(403, "RequestTimeTooSkewed"))
        found = verify()
        assert failed_at(VerifyStep.CLOCK, "clock_wrong", found)

    def test_clock_when_the_server_goes_silent(self, verify, proxy):
        proxy.harm("*", faults.stall)
        began_s = time.monotonic()
        found = verify()
        assert failed_at(VerifyStep.CLOCK, "storage_unreachable", found)
        assert time.monotonic() - began_s < 5

    @pytest.mark.parametrize(
        ("credentials", "code"),
        [
            (Credentials(FULL.key_id, "wrong"), "secret_wrong"),
            (Credentials("AKIANOBODY", FULL.secret), "access_key_wrong"),
            (READ_ONLY, "may_not_write"),
        ],
    )
    def test_write_with_a_wrong_key(self, verify, credentials, code):
        assert failed_at(VerifyStep.WRITE, code, verify(credentials))

    def test_write_where_there_is_no_bucket(self, stores, rclone_server):
        place = rclone_server.at(bucket="no-such-bucket")
        found = stores.verify(place, FULL, lambda _news: None)
        assert failed_at(VerifyStep.WRITE, "bucket_missing", found)

    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            (faults.answer(301, "PermanentRedirect"), "region_wrong"),
            (
                faults.answer(
                    301,
                    "PermanentRedirect",
                    "<Endpoint>127.0.0.1:1</Endpoint>",
                    "x-amz-bucket-region: eu-west-7\r\n",
                ),
                "region_wrong",
            ),
            (
                faults.answer(400, "AuthorizationHeaderMalformed", "<Region>eu-west-7</Region>"),
                "region_wrong",
            ),
            (faults.answer(307, "TemporaryRedirect"), "region_wrong"),
            (faults.answer(500, "InternalError"), "storage_busy"),
            (faults.answer(503, "SlowDown"), "storage_busy"),
            (faults.answer(429, "TooManyRequests"), "storage_busy"),
            (faults.answer(501, "NotImplemented"), "storage_refused"),
            (faults.answer(401, "Unauthorized"), "access_key_wrong"),
            (faults.answer(400, "Whatever"), "storage_refused"),
            (faults.cut_request, "storage_unreachable"),
            (faults.cut_answer, "storage_unreachable"),
        ],
    )
    def test_write_by_what_the_server_says(self, verify, proxy, seaweed_server, fault, code):
        proxy.harm("PUT", fault)
        assert failed_at(VerifyStep.WRITE, code, verify())
        assert proxy.seen.count("PUT") == 1
        assert left_behind(seaweed_server) == []

    def test_write_whose_answer_is_lost_is_taken_back(self, verify, proxy, seaweed_server):
        proxy.harm("PUT", faults.cut_before_answer)
        assert failed_at(VerifyStep.WRITE, "storage_unreachable", verify())
        assert left_behind(seaweed_server) == []

    def test_read_with_a_key_that_may_not(self, verify, seaweed_server):
        assert failed_at(VerifyStep.READ, "may_not_read", verify(NO_READ))

    def test_read_that_breaks_off(self, verify, proxy, seaweed_server):
        proxy.harm("GET", faults.truncate)
        assert failed_at(VerifyStep.READ, "storage_unreachable", verify())
        assert left_behind(seaweed_server) == []

    def test_compare_with_something_else(self, verify, proxy, seaweed_server):
        proxy.harm("GET", faults.alter)
        assert failed_at(VerifyStep.COMPARE, "object_differs", verify())
        assert left_behind(seaweed_server) == []

    def test_delete_with_a_key_that_may_not(self, verify, seaweed_server):
        assert failed_at(VerifyStep.DELETE, "may_not_delete", verify(NO_DELETE))
        assert len(left_behind(seaweed_server)) == 1

    def test_gone_where_nothing_is_deleted(self, verify, proxy):
        proxy.harm("DELETE", faults.accept)
        assert failed_at(VerifyStep.GONE, "object_stays", verify())


class TestVersions:
    """The last step never fails, and says what it learnt."""

    @pytest.mark.parametrize(
        ("credentials", "bucket", "news"),
        [
            (FULL, VERSIONED, VersionNews.KEEPS_VERSIONS),
            (BUCKET_ONLY, VERSIONED, VersionNews.KEEPS_VERSIONS),
            (FULL, LOCKED, VersionNews.LOCKS_OBJECTS),
        ],
    )
    def test_a_bucket_that_keeps_them(self, verify, credentials, bucket, news):
        found = verify(credentials, bucket=bucket)
        assert (found.error_code, found.traits.versions) == (None, news)

    def test_the_probe_leaves_no_version(self, verify, seaweed_server):
        verify(bucket=VERSIONED, prefix="watched/")
        answer = seaweed_server.client().list_object_versions(Bucket=VERSIONED, Prefix="watched/")
        assert not answer.get("Versions")
        assert not answer.get("DeleteMarkers")

    @pytest.mark.parametrize(
        "fault", [faults.answer(403, "AccessDenied"), faults.answer(501, "No"), faults.stall]
    )
    def test_a_bucket_that_does_not_say(self, verify, proxy, fault):
        proxy.harm("GET", fault, within="?")
        found = verify()
        assert (found.error_code, found.traits.versions) == (None, VersionNews.UNKNOWN)
        assert found.steps[-1] == StepNews(VerifyStep.VERSIONS, StepState.SKIPPED)

    def test_answers_to_writing_tell_what_the_bucket_does_not(self, verify, proxy):
        proxy.harm("GET", faults.answer(403, "AccessDenied"), within="?")
        assert verify(bucket=VERSIONED).traits.versions is VersionNews.KEEPS_VERSIONS


def test_servers_told_apart_by_their_date_only(stores, rclone_server):
    """rclone says 400 and nothing of dates; the difference of the clocks tells."""
    with fault_proxy(rclone_server.port) as proxy:
        proxy.harm(
            "PUT", faults.answer(400, "Strange", headers="Date: Fri, 05 Jan 2024 10:00:00 GMT\r\n")
        )
        place = replace(rclone_server.place, endpoint=proxy.endpoint)
        found = stores.verify(place, FULL, lambda _news: None)
    assert failed_at(VerifyStep.WRITE, "clock_wrong", found)


def _relay(host: str, port: int):
    """Listen on another address of this machine for the same server."""
    from contextlib import contextmanager
    from threading import Thread

    @contextmanager
    def run():
        with socket.create_server((host, port)) as listener:

            def pump() -> None:
                client, _address = listener.accept()
                with client, socket.create_connection(("127.0.0.1", port)) as server:
                    server.sendall(client.recv(65_536))
                    client.sendall(server.recv(65_536))
                    client.recv(65_536)

            thread = Thread(target=pump, daemon=True)
            thread.start()
            yield
            thread.join(5)

    return run()
