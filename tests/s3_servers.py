"""Two independent S3 servers on this machine, with real signatures: SeaweedFS and rclone."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from mayfly.domain.destinations import Credentials, Place, Provider

REGION = "us-east-1"
BUCKET = "pictures"
VERSIONED = "kept-pictures"
LOCKED = "locked-pictures"

FULL = Credentials("AKIAMAYFLYFULL00001", "secret-of-the-full-key-canary-0001")
"""May do everything, making buckets included."""
BUCKET_ONLY = Credentials("AKIAMAYFLYBUCKET001", "secret-of-the-bucket-key-canary-02")
"""Reads, writes and deletes in the buckets, and may not list them nor ask about them."""
READ_ONLY = Credentials("AKIAMAYFLYREAD00001", "secret-of-the-reading-key-canary-3")
NO_DELETE = Credentials("AKIAMAYFLYNODELETE1", "secret-of-the-adding-key-canary-04")
"""Writes and reads, and may not delete."""
NO_READ = Credentials("AKIAMAYFLYNOREAD001", "secret-of-the-writing-key-canary-5")

_READY_S = 60.0


@dataclass(frozen=True)
class S3Server:
    """A server that is running, and a place of the full key in it."""

    place: Place
    credentials: Credentials
    folder: Path

    @property
    def port(self) -> int:
        return int(self.place.endpoint.rsplit(":", 1)[1])

    def at(self, **changes: object) -> Place:
        """Return the place with something else in it."""
        return replace(self.place, **changes)

    def client(self):
        """Return a plain boto3 client with the full key: the test's own look. One for all."""
        return _one_client(self.place, self.credentials)


def plain_client(place: Place, credentials: Credentials):
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=place.endpoint,
        region_name=place.region,
        aws_access_key_id=credentials.key_id,
        aws_secret_access_key=credentials.secret,
        verify=place.ca_file or True,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            proxies={},
            retries={"total_max_attempts": 2, "mode": "standard"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            max_pool_connections=20,
        ),
    )


@functools.cache
def _one_client(place: Place, credentials: Credentials):
    return plain_client(place, credentials)


def program(name: str) -> str:
    """Return the path of a server's program; skips the test where there is none."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} on this machine: the wheels are for Linux and macOS")
    return found


@contextmanager
def seaweed() -> Iterator[S3Server]:
    """Run SeaweedFS with its buckets and keys until the end of the block."""
    weed = program("weed")
    folder = Path(tempfile.mkdtemp(prefix="weed-"))
    ports = _free_ports(4)
    (folder / "data").mkdir()
    (folder / "s3.json").write_text(json.dumps({"identities": _identities()}))
    master, volume, filer, s3 = ports
    command = [
        *(weed, f"-logdir={folder}", "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *(f"-dir={folder}/data", f"-master.port={master}", f"-volume.port={volume}"),
        *(f"-filer.port={filer}", f"-s3.port={s3}", "-s3.port.iceberg=0"),
        # Both have ports of their own and defaults that leave the machine or collide.
        *("-s3.port.lance=0", "-master.telemetry=false"),
        # Every bucket takes seven volumes.
        *("-master.volumeSizeLimitMB=64", "-volume.max=500", "-volume.minFreeSpace=1MiB"),
        *("-filer", "-s3", f"-s3.config={folder}/s3.json"),
    ]
    with (folder / "log").open("wb") as log:
        process = _start(command, folder, log)
    try:
        _wait(lambda: b'"fid"' in _get(f"http://127.0.0.1:{master}/dir/assign"), process, folder)
        _wait(lambda: _get(f"http://127.0.0.1:{s3}/") != b"", process, folder)
        place = Place(Provider.OTHER, f"http://127.0.0.1:{s3}", REGION, BUCKET)
        server = S3Server(place, FULL, folder)
        _make_buckets(server)
        yield server
        server.client().close()
    finally:
        # Asked to end, it takes 20 seconds.
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        for port in ports:
            for left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                left.unlink(missing_ok=True)
            for left in Path("/tmp").glob(f"seaweedfs-*-{port + 10_000}.sock"):
                left.unlink(missing_ok=True)


@contextmanager
def rclone(*, tls: bool = False) -> Iterator[S3Server]:
    """Run rclone over a folder; with tls under a certificate authority of its own."""
    command = program("rclone")
    folder = Path(tempfile.mkdtemp(prefix="rclone-"))
    (folder / "data" / BUCKET).mkdir(parents=True)
    (port,) = _free_ports(1)
    secure: list[str] = []
    if tls:
        write_certificates(folder)
        secure = ["--cert", str(folder / "server.pem"), "--key", str(folder / "server.key")]
    with (folder / "log").open("wb") as log:
        words = [
            *(command, "serve", "s3", "--config", str(folder / "none.conf")),
            *("--addr", f"127.0.0.1:{port}", *secure),
            *("--auth-key", f"{FULL.key_id},{FULL.secret}", "--vfs-cache-mode", "off"),
            str(folder / "data"),
        ]
        process = _start(words, folder, log)
    try:
        _wait(lambda: _listens(port), process, folder)
        scheme, ca_file = ("https", str(folder / "ca.pem")) if tls else ("http", None)
        place = Place(
            Provider.OTHER, f"{scheme}://127.0.0.1:{port}", REGION, BUCKET, ca_file=ca_file
        )
        server = S3Server(place, FULL, folder)
        yield server
        server.client().close()
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _start(command: list[str], folder: Path, log) -> subprocess.Popen:
    """Start a server that does not outlive this process, however that ends."""
    tied = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    return subprocess.Popen(
        [*tied, *command],
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "TMPDIR": str(folder)},
        stdout=log,
        stderr=log,
    )


def write_certificates(folder: Path, *, names: tuple[str, ...] = ("localhost",)) -> None:
    """Make ca.pem and a server's certificate for the names and 127.0.0.1."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def begun(subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name("A test's own authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = (
        begun(name("A test's own authority"), ca_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    alternatives = [*(x509.DNSName(one) for one in names), x509.IPAddress(ip_address("127.0.0.1"))]
    server = (
        begun(name(names[0]), key)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "server.pem").write_bytes(server.public_bytes(pem))
    (folder / "server.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _identities() -> list[dict]:
    buckets = (BUCKET, VERSIONED, LOCKED)
    plain = [f"{right}:{bucket}" for right in ("Read", "Write") for bucket in buckets]
    rights = {
        "full": (FULL, ["Admin", "Read", "Write", "List", "Tagging"]),
        "bucket": (BUCKET_ONLY, plain),
        "read": (READ_ONLY, [one for one in plain if one.startswith("Read")]),
        "no-delete": (NO_DELETE, plain),
        "no-read": (NO_READ, [one for one in plain if one.startswith("Write")]),
    }
    return [
        {
            "name": name,
            "credentials": [{"accessKey": key.key_id, "secretKey": key.secret}],
            "actions": actions,
        }
        for name, (key, actions) in rights.items()
    ]


def _make_buckets(server: S3Server) -> None:
    client = server.client()
    for bucket in (BUCKET, VERSIONED):
        client.create_bucket(Bucket=bucket)
    client.create_bucket(Bucket=LOCKED, ObjectLockEnabledForBucket=True)
    client.put_bucket_versioning(Bucket=VERSIONED, VersioningConfiguration={"Status": "Enabled"})
    # Its own list of rights knows writing and deleting only together.
    forbidden = {
        "Effect": "Deny",
        "Principal": "arn:aws:iam::000000000000:user/no-delete",
        "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
        "Resource": [f"arn:aws:s3:::{BUCKET}/*"],
    }
    policy = {"Version": "2012-10-17", "Statement": [forbidden]}
    client.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))


def _free_ports(count: int) -> list[int]:
    """Return ports of which the one 10,000 above is free as well: SeaweedFS takes both."""
    found: list[int] = []
    start = 20_000 + (os.getpid() * 37) % 20_000
    for port in range(start, start + 5_000):
        if len(found) == count:
            return found
        with contextlib.suppress(OSError):
            for one in (port, port + 10_000):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", one))
            found.append(port)
    raise AssertionError("no free ports")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _get(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        return error.read() or b"refused"
    except OSError:
        return b""


def _wait(ready, process: subprocess.Popen, folder: Path) -> None:
    until = time.monotonic() + _READY_S
    while not ready():
        assert process.poll() is None, (folder / "log").read_text(errors="replace")[-2_000:]
        assert time.monotonic() < until, "the server does not get ready"
        time.sleep(0.05)
