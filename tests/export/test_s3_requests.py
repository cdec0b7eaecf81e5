"""Where requests go by kind of place, and what answers mean that no server here gives."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

from mayfly.domain.destinations import Addressing, Place, Provider, Traits
from mayfly.domain.images import ImageType
from mayfly.domain.places import filled
from mayfly.domain.storage_errors import StorageError
from mayfly.export.s3_errors import Doing, error_of
from mayfly.export.s3_line import Patience
from mayfly.export.s3_stores import S3Stores
from mayfly.system.clock import SystemClock
from tests import fault_proxy as faults
from tests.fault_proxy import FaultProxy, fault_proxy
from tests.s3_servers import FULL, S3Server

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
ACCOUNT = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def stores() -> S3Stores:
    return S3Stores(SystemClock(), patience=Patience(1.0, 2.0, attempts=1))


@pytest.fixture
def proxy() -> FaultProxy:
    with fault_proxy(9) as found:
        found.harm("PUT", faults.accept)
        yield found


@pytest.mark.parametrize(
    ("provider", "entries", "account", "host", "path"),
    [
        (
            Provider.AMAZON_S3,
            {"region": "eu-central-1"},
            "",
            "pictures.s3.eu-central-1.amazonaws.com",
            "",
        ),
        (
            Provider.AMAZON_S3,
            {"region": "us-east-1"},
            "",
            "pictures.s3.us-east-1.amazonaws.com",
            "",
        ),
        (
            Provider.AMAZON_S3,
            {"region": "eu-west-1", "bucket": "with.dots"},
            "",
            "s3.eu-west-1.amazonaws.com",
            "/with.dots",
        ),
        (
            Provider.AMAZON_S3,
            {"region": "cn-north-1"},
            "",
            "pictures.s3.cn-north-1.amazonaws.com.cn",
            "",
        ),
        (Provider.CLOUDFLARE_R2, {}, ACCOUNT, f"{ACCOUNT}.r2.cloudflarestorage.com", "/pictures"),
        (Provider.GOOGLE_CLOUD, {}, "", "storage.googleapis.com", "/pictures"),
        (
            Provider.BACKBLAZE_B2,
            {"region": "us-west-004"},
            "",
            "pictures.s3.us-west-004.backblazeb2.com",
            "",
        ),
        (Provider.WASABI, {"region": "eu-west-2"}, "", "pictures.s3.eu-west-2.wasabisys.com", ""),
        (
            Provider.MINIO,
            {"endpoint": "https://minio.example:9000"},
            "",
            "minio.example:9000",
            "/pictures",
        ),
        (Provider.OTHER, {"endpoint": "https://[2001:db8::1]"}, "", "[2001:db8::1]", "/pictures"),
    ],
)
def test_a_link_leads_to_the_providers_own_address(stores, provider, entries, account, host, path):
    """What a link has for host and region is what requests have."""
    wanted = {"endpoint": "", "region": "", "bucket": "pictures", **entries}
    place = Place(provider, **wanted, addressing=_addressing(provider))
    place = filled(place, account=account)
    store = stores.open(place, FULL, Traits())
    parts = urlsplit(store.link("ü/a b.png", timedelta(hours=1)))
    store.close()
    assert (parts.scheme, parts.netloc) == ("https", host)
    assert parts.path == f"{path}/%C3%BC/a%20b.png"
    assert parse_qs(parts.query)["X-Amz-Credential"][0].split("/")[2] == place.region


def _addressing(provider: Provider) -> Addressing:
    from mayfly.domain.places import PATTERNS

    return PATTERNS[provider].addressing


def test_the_bucket_as_a_part_of_the_host(stores, proxy, monkeypatch):
    """The name is looked up, connected to and signed with the bucket in front."""
    looked_up: list[str] = []

    def look_up(host, port, *_values, **_named):
        if host != "127.0.0.1":
            # That one is the proxy's own look at the server behind it.
            looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    place = Place(
        Provider.OTHER,
        f"http://s3.local:{proxy.port}",
        "us-east-1",
        "pictures",
        addressing=Addressing.VIRTUAL,
    )
    store = stores.open(place, FULL, Traits())
    with pytest.raises(StorageError):
        store.put("a.png", b"picture", ImageType.PNG)
    store.close()
    first, *headers = proxy.heads[0].decode().split("\r\n")
    assert first == "PUT /a.png HTTP/1.1"
    assert f"Host: pictures.s3.local:{proxy.port}" in headers
    assert set(looked_up) == {"pictures.s3.local"}


def test_over_ipv6(stores):
    if not _has_ipv6():
        pytest.skip("no IPv6 on this machine")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        port = listener.getsockname()[1]
        place = Place(Provider.OTHER, f"http://[::1]:{port}", "us-east-1", "pictures")
        found = stores.verify(place, FULL, lambda _news: None)
    assert [one.error_code for one in found.steps] == [None, None, "storage_unreachable"]


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.parametrize(
    ("status", "code", "message", "error_code"),
    [
        # R2, by its documentation and by what people report of it.
        (
            400,
            "InvalidArgument",
            "Credential access key has length 20, should be 32",
            "access_key_wrong",
        ),
        (
            400,
            "InvalidRegionName",
            "must be one of: wnam, enam, weur, eeur, apac, auto",
            "region_wrong",
        ),
        (401, "Unauthorized", "Unauthorized", "access_key_wrong"),
        # Amazon.
        (
            400,
            "AuthorizationHeaderMalformed",
            "the region 'a' is wrong; expecting 'b'",
            "region_wrong",
        ),
        (403, "AllAccessDisabled", "", "may_not_write"),
        (400, "RequestTimeout", "Your socket connection was not read", "storage_unreachable"),
        (400, "XAmzContentSHA256Mismatch", "", "object_differs"),
        (400, "BadDigest", "", "object_differs"),
        (503, "ServiceUnavailable", "", "storage_busy"),
        (507, "XMinioStorageFull", "", "storage_busy"),
        (400, "ThrottlingException", "", "storage_busy"),
        (400, "InvalidArgument", "something else", "storage_refused"),
        (405, "MethodNotAllowed", "", "storage_refused"),
        (403, "Strange", "", "may_not_write"),
    ],
)
def test_what_providers_say(status, code, message, error_code):
    answer = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    found = error_of(ClientError(answer, "PutObject"), Doing.WRITE)
    assert found is not None
    assert found.code == error_code


def test_a_fault_of_our_own_is_no_error_of_the_server():
    assert error_of(KeyError("a"), Doing.WRITE) is None


RUN = """
import json, os, sys
sys.path[:0] = json.loads(os.environ["ROADS"])
from mayfly.domain.destinations import Credentials, Place, Provider, Traits
from mayfly.domain.images import ImageType
from mayfly.domain.storage_errors import StorageError
from mayfly.export.s3_stores import S3Stores
from mayfly.system.clock import SystemClock
from tests.s3_servers import FULL
place = Place(Provider.OTHER, os.environ["ENDPOINT"], "us-east-1", "pictures")
stores = S3Stores(SystemClock())
found = stores.verify(place, FULL, lambda _news: None)
said = [found.steps[-1].step.value, found.error_code]
store = stores.open(place, FULL, Traits())
for call in (lambda: store.put("a.png", b"a", ImageType.PNG), lambda: store.delete("a.png")):
    try:
        call()
    except StorageError as error:
        said.append(error.code)
print(json.dumps(said))
"""


@pytest.mark.skipif(
    shutil.which("faketime") is None or not FAKETIME.exists(), reason="needs libfaketime"
)
@pytest.mark.parametrize(("which", "off"), [("seaweed_server", "+1h"), ("rclone_server", "-1h")])
def test_servers_refuse_requests_of_another_hour(which, off, request):
    """Both do, in their own words; this computer's clock is off for real."""
    server: S3Server = request.getfixturevalue(which)
    roads = [str(Path(__file__).resolve().parents[2]), *sys.path]
    answer = subprocess.run(
        [sys.executable, "-c", RUN],
        env={
            **os.environ,
            "ROADS": json.dumps(roads),
            "ENDPOINT": server.place.endpoint,
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME": off,
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(answer.stdout) == ["clock", "clock_wrong", "clock_wrong", "clock_wrong"]
