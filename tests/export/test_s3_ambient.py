"""Nothing but what is entered counts: no variable, no file, no log, and no secret in a trace."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mayfly.domain.destinations import Credentials, Place, Provider, Traits
from mayfly.domain.images import ImageType
from mayfly.domain.storage_errors import (
    CertificateRefused,
    SecretWrong,
    StorageError,
)
from mayfly.export.s3_line import Patience
from mayfly.export.s3_stores import S3Stores
from mayfly.system.clock import SystemClock
from tests import fault_proxy as faults
from tests.fault_proxy import FaultProxy, fault_proxy
from tests.s3_servers import FULL, S3Server

SHORT = Patience(connect_s=1.0, answer_s=2.0, attempts=1)
TRAP = "http://127.0.0.1:{trap}"
HOSTILE = {
    "keys": {
        "AWS_ACCESS_KEY_ID": "AKIAHOSTILE",
        "AWS_SECRET_ACCESS_KEY": "hostile",
        "AWS_SESSION_TOKEN": "hostile-token",
        "AWS_BEARER_TOKEN_S3": "hostile-token",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": TRAP,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": TRAP,
        "AWS_EC2_METADATA_DISABLED": "false",
    },
    "a profile": {"AWS_PROFILE": "no-such-profile", "AWS_DEFAULT_PROFILE": "no-such-profile"},
    "places": {
        "AWS_REGION": "xx-hostile-1",
        "AWS_DEFAULT_REGION": "xx-hostile-1",
        "AWS_ENDPOINT_URL": TRAP,
        "AWS_ENDPOINT_URL_S3": TRAP,
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "hostile",
        "AWS_S3_USE_ARN_REGION": "true",
    },
    "proxies": {
        "HTTP_PROXY": TRAP,
        "HTTPS_PROXY": TRAP,
        "ALL_PROXY": TRAP,
        "http_proxy": TRAP,
        "https_proxy": TRAP,
        "NO_PROXY": "",
    },
    "certificates": {
        "AWS_CA_BUNDLE": "/no/such/bundle.pem",
        "REQUESTS_CA_BUNDLE": "/no/such/bundle.pem",
        "SSL_CERT_FILE": "/no/such/bundle.pem",
        "SSL_CERT_DIR": "/no/such/folder",
        "SSLKEYLOGFILE": "{folder}/keys.log",
    },
    "files": {
        "AWS_CONFIG_FILE": "{folder}/hostile",
        "AWS_SHARED_CREDENTIALS_FILE": "{folder}/hostile",
        "AWS_DATA_PATH": "{folder}/models",
        "BOTO_CONFIG": "{folder}/hostile",
        "BOTOCORE_EXPERIMENTAL__PLUGINS": "hostile=hostile_plugin",
    },
    "ways": {
        "AWS_MAX_ATTEMPTS": "no number",
        "AWS_RETRY_MODE": "hostile",
        "AWS_DEFAULTS_MODE": "auto",
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_supported",
        "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_supported",
        "AWS_SIGV4A_SIGNING_REGION_SET": "*",
        "AWS_AUTH_SCHEME_PREFERENCE": "sigv4a",
    },
    "words": {
        "AWS_EXECUTION_ENV": "hostile-words",
        "AWS_SDK_UA_APP_ID": "hostile-words",
        "AWS_LAMBDA_FUNCTION_NAME": "hostile-words",
        "_X_AMZN_TRACE_ID": "hostile-words",
        "AWS_CSM_ENABLED": "true",
        "AWS_CSM_PORT": "{trap}",
    },
}
"""Every variable by which botocore, urllib3 or OpenSSL can be told something."""

PLUGIN = """
def add_header(request, **words):
    request.headers["X-Hostile"] = "hostile"


def initialize_client_plugin(client):
    client.meta.events.register("before-sign.s3", add_header)
"""


@pytest.fixture
def trap() -> Iterator[list[bytes]]:
    """A listener that nobody is to talk to; what came, and its port as port."""
    heard: list[bytes] = []

    class Heard(list):
        port = 0

    found = Heard(heard)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found.port = listener.getsockname()[1]

        def listen() -> None:
            while True:
                try:
                    client, _address = listener.accept()
                except OSError:
                    return
                with client:
                    client.settimeout(2)
                    found.append(client.recv(100))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield found
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.fixture
def hostile(tmp_path, trap, monkeypatch) -> dict[str, dict[str, str]]:
    """The whole hostile environment with its files, by kind."""
    (tmp_path / "hostile").write_text("[default\nthis is no = configuration")
    (tmp_path / "hostile_plugin.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(tmp_path)
    for folder in (tmp_path / "models", tmp_path / "home" / ".aws" / "models"):
        (folder / "s3" / "2006-03-01").mkdir(parents=True)
        (folder / "s3" / "2006-03-01" / "service-2.json").write_text('{"hostile": true}')
    (tmp_path / "home" / ".aws" / "config").write_text(
        f"[default]\nregion = xx-hostile-1\nendpoint_url = http://127.0.0.1:{trap.port}\n"
        "s3 =\n  addressing_style = virtual\n  use_accelerate_endpoint = true\n"
    )
    (tmp_path / "home" / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAHOSTILE\naws_secret_access_key = hostile\n"
    )
    return {
        kind: {name: value.format(trap=trap.port, folder=tmp_path) for name, value in some.items()}
        for kind, some in HOSTILE.items()
    }


@pytest.fixture
def proxy() -> FaultProxy:
    with fault_proxy(9) as found:
        found.harm("PUT", faults.accept)
        yield found


def request_of(proxy: FaultProxy) -> dict[str, str]:
    """Return what a client that is made now sends, without what is new each time."""
    place = Place(Provider.OTHER, proxy.endpoint, "us-east-1", "pictures")
    store = S3Stores(SystemClock(), patience=SHORT).open(place, FULL, Traits())
    with pytest.raises(StorageError):
        store.put("a.png", b"picture", ImageType.PNG)
    store.close()
    first, *lines = proxy.heads[0].decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if line)
    for changing in ("Host", "X-Amz-Date", "amz-sdk-invocation-id", "amz-sdk-request"):
        headers.pop(changing, None)
    headers["Authorization"] = re.sub(r"\d{8}/|Signature=\w+", "", headers["Authorization"])
    return {"first": first, **headers}


@pytest.fixture(scope="module")
def clean_request() -> dict[str, str]:
    with fault_proxy(9) as proxy:
        proxy.harm("PUT", faults.accept)
        return request_of(proxy)


def no_keys_of_tls_in(folder: Path) -> bool:
    """botocore opens the file as it makes a client, and a first line is written; no key is."""
    file = folder / "keys.log"
    return not file.exists() or all(line.startswith("#") for line in file.read_text().splitlines())


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_hostile_variable_changes_a_request(
    kind, hostile, monkeypatch, proxy, clean_request, trap, tmp_path
):
    for name, value in hostile[kind].items():
        monkeypatch.setenv(name, value)
    assert request_of(proxy) == clean_request
    assert trap == []
    assert no_keys_of_tls_in(tmp_path)


def test_a_request_says_nothing_of_this_computer(proxy):
    found = request_of(proxy)
    assert found["User-Agent"] == "Mayfly"
    assert set(found) == {
        *("first", "User-Agent", "Accept-Encoding", "Authorization", "Content-Length"),
        *("Content-Type", "x-amz-checksum-sha256", "X-Amz-Content-SHA256"),
    }


RUN = """
import json, os, sys
sys.path[:0] = {path!r}
from mayfly.domain.destinations import Credentials, Place, Provider
from mayfly.export.s3_stores import S3Stores
from mayfly.system.clock import SystemClock
place = json.loads(os.environ["PLACE"])
place = Place(Provider.OTHER, place[0], "us-east-1", place[1], ca_file=place[2])
credentials = Credentials(*json.loads(os.environ["KEY"]))
found = S3Stores(SystemClock()).verify(place, credentials, lambda _news: None)
print(json.dumps([found.error_code, len(found.steps)]))
"""


@pytest.mark.parametrize("which", ["seaweed_server", "rclone_tls_server"])
def test_with_everything_hostile_every_step_is_done(which, request, hostile, tmp_path, trap):
    """A process of its own, with files in its home, too."""
    server: S3Server = request.getfixturevalue(which)
    place = server.place
    answer = subprocess.run(
        [sys.executable, "-c", RUN.format(path=sys.path)],
        env={
            **{name: value for name, value in os.environ.items() if name == "PATH"},
            **{name: one[name] for one in hostile.values() for name in one},
            "HOME": str(tmp_path / "home"),
            "PLACE": json.dumps([place.endpoint, place.bucket, place.ca_file]),
            "KEY": json.dumps([FULL.key_id, FULL.secret]),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.stdout.strip() == "[null, 9]", answer.stderr[-2_000:]
    assert answer.stderr == ""
    assert trap == []
    assert no_keys_of_tls_in(tmp_path)


def test_the_same_environment_does_change_a_plain_client(hostile, monkeypatch, trap):
    """The control: what is hostile here is hostile indeed."""
    import boto3

    for kind, names in (("proxies", ()), ("keys", ("AWS_SESSION_TOKEN",))):
        for name, value in hostile[kind].items():
            if name not in names:
                monkeypatch.setenv(name, value)
    client = boto3.session.Session().client(
        "s3", endpoint_url="http://10.255.255.1", region_name="us-east-1"
    )
    with pytest.raises(Exception, match=r"onnection|proxy"):
        client.put_object(Bucket="pictures", Key="a.png", Body=b"")
    client.close()
    assert any(b"PUT http://10.255.255.1" in one for one in trap)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_no_variable_makes_a_certificate_trusted(name, rclone_tls_server, monkeypatch):
    monkeypatch.setenv(name, str(rclone_tls_server.place.ca_file))
    store = S3Stores(SystemClock(), patience=SHORT).open(
        rclone_tls_server.at(ca_file=None), FULL, Traits()
    )
    with pytest.raises(CertificateRefused):
        store.put("a.png", b"picture", ImageType.PNG)
    store.close()


def test_a_wrong_secret_is_no_reason_to_ask_elsewhere(seaweed_server, monkeypatch, trap):
    """Without keys that work botocore would go to a metadata address."""
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"http://127.0.0.1:{trap.port}")
    store = S3Stores(SystemClock(), patience=SHORT).open(
        seaweed_server.place, Credentials(FULL.key_id, ""), Traits()
    )
    with pytest.raises(SecretWrong):
        store.put("a.png", b"picture", ImageType.PNG)
    store.close()
    assert trap == []
