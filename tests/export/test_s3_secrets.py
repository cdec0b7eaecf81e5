"""No log, no error and no repr shows a key, a header or an address; the guard is always asked."""

from __future__ import annotations

import gc
import json
import logging
import os
import subprocess
import sys
import textwrap
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from mayfly.domain.destinations import Credentials, Place, Traits
from mayfly.domain.images import ImageType
from mayfly.domain.storage_errors import (
    ConnectionRefusedHere,
    InsecureEndpoint,
    StorageError,
)
from mayfly.export.s3_line import Patience
from mayfly.export.s3_stores import S3Stores
from mayfly.system.clock import SystemClock
from tests.s3_servers import FULL, S3Server

SHORT = Patience(connect_s=1.0, answer_s=2.0, attempts=1)


def test_no_key_address_or_header_is_logged(seaweed_server, rclone_tls_server, caplog):
    caplog.set_level(logging.DEBUG)
    stores = S3Stores(SystemClock(), patience=SHORT)
    wrong = Credentials(FULL.key_id, "wrong-secret-canary")
    nobody = seaweed_server.at(endpoint="http://127.0.0.1:9")
    for place in (seaweed_server.place, rclone_tls_server.place, nobody):
        for credentials in (FULL, wrong):
            stores.verify(place, credentials, lambda _news: None)
    assert [one.name for one in caplog.records] == []


def test_a_plain_client_does_log_its_key(seaweed_server):
    """The control: without silence there would be something to find."""
    answer = run_python(
        """
        import logging
        from tests.s3_servers import FULL, plain_client
        from mayfly.domain.destinations import Place, Provider
        logging.basicConfig(level=logging.DEBUG)
        place = Place(Provider.OTHER, os.environ["ENDPOINT"], "us-east-1", "pictures")
        plain_client(place, FULL).put_object(Bucket="pictures", Key="a.png", Body=b"")
        """,
        seaweed_server.place.endpoint,
    )
    assert FULL.key_id in answer.stderr


def run_python(code: str, endpoint: str) -> subprocess.CompletedProcess:
    """Run the code in a process of its own, which knows the tests' modules."""
    roads = [str(Path(__file__).resolve().parents[2]), *sys.path]
    begin = "import json, os, sys\nsys.path[:0] = json.loads(os.environ['ROADS'])\n"
    return subprocess.run(
        [sys.executable, "-c", begin + textwrap.dedent(code)],
        env={**os.environ, "ROADS": json.dumps(roads), "ENDPOINT": endpoint},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def dump_of(error: Exception) -> str:
    """Return the error with all local variables of the program's own frames and others'."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    whole.stack = traceback.StackSummary.from_list(
        [frame for frame in whole.stack if frame.filename != __file__]
    )
    return "".join(whole.format())


class TestTraces:
    """What an error, a repr or a dump of local variables can show."""

    def faults(self, server: S3Server) -> Iterator[tuple[Place, Credentials]]:
        yield server.place, Credentials("AKIANOBODYCANARY", FULL.secret)
        yield server.place, Credentials(FULL.key_id, "wrong-secret-canary")
        # Refused here, in the midst of botocore's own frames.
        yield server.place, Credentials("AKIA\nCANARY", FULL.secret)
        yield server.at(endpoint="http://127.0.0.1:9"), FULL
        yield server.at(endpoint=server.place.endpoint.replace("http:", "https:")), FULL

    def test_no_error_carries_a_key(self, seaweed_server):
        stores = S3Stores(SystemClock(), patience=SHORT)
        for place, credentials in self.faults(seaweed_server):
            store = stores.open(place, credentials, Traits())
            for call in (
                lambda store=store: store.put("a.png", b"picture", ImageType.PNG),
                lambda store=store: store.is_there("a.png", b""),
                lambda store=store: store.delete("a.png"),
            ):
                with pytest.raises(StorageError) as caught:
                    call()
                error = caught.value
                assert error.__cause__ is None
                assert error.__context__ is None
                dump = dump_of(error)
                assert "s3_store.py" in dump
                for secret in (credentials.secret, credentials.key_id, "AWS4-HMAC", "Signature="):
                    assert secret not in dump
            store.close()

    def test_no_repr_shows_a_key(self, seaweed_server):
        stores = S3Stores(SystemClock(), patience=SHORT)
        store = stores.open(seaweed_server.place, FULL, Traits())
        shown = " ".join(map(repr, (stores, store, store._bucket, FULL, vars(store._bucket))))
        store.close()
        assert FULL.secret not in shown
        assert FULL.key_id not in shown

    def test_a_closed_store_leaves_no_socket(self, seaweed_server):
        store = S3Stores(SystemClock(), patience=SHORT).open(seaweed_server.place, FULL, Traits())
        store.put(f"{uuid.uuid4().hex}.png", b"picture", ImageType.PNG)
        store.close()
        del store
        # An unclosed socket would be a ResourceWarning, which is an error here.
        gc.collect()


class TestGuarded:
    """The guard is asked before anything is looked up or connected to."""

    class Guard:
        def __init__(self) -> None:
            self.asked: list[tuple[tuple[str, ...], int, bool]] = []
            self.error: Exception | None = None

        def reaching(self, hosts, port, *, only_private):
            @contextmanager
            def within():
                self.asked.append((tuple(hosts), port, only_private))
                if self.error is not None:
                    raise self.error
                yield

            return within()

    def test_it_hears_what_may_be_reached(self, seaweed_server):
        guard = self.Guard()
        store = S3Stores(SystemClock(), guard, patience=SHORT).open(
            seaweed_server.place, FULL, Traits()
        )
        store.put(f"{uuid.uuid4().hex}.png", b"picture", ImageType.PNG)
        store.link("a.png", timedelta(hours=1))
        store.close()
        # Once to make the client, since urllib3 binds a socket as it is imported.
        assert guard.asked == [(("127.0.0.1",), seaweed_server.port, True)] * 2

    @pytest.mark.parametrize("which", ["rclone_server", "rclone_tls_server"])
    def test_verifying_takes_one_connection(self, which, request):
        """Tickets that TLS 1.3 sends unasked do not make a connection a stale one."""
        guard, server = self.Guard(), request.getfixturevalue(which)
        found = S3Stores(SystemClock(), guard, patience=SHORT).verify(
            server.place, FULL, lambda _news: None
        )
        assert found.error_code is None
        assert len(guard.asked) == 1 + 1

    @pytest.mark.parametrize(
        ("scheme", "error"), [("https", ConnectionRefusedHere), ("http", InsecureEndpoint)]
    )
    def test_what_it_refuses_is_said(self, seaweed_server, scheme, error):
        """Without TLS it refuses what leads out of the user's own network."""
        guard = self.Guard()
        place = seaweed_server.at(endpoint=f"{scheme}://127.0.0.1:{seaweed_server.port}")
        store = S3Stores(SystemClock(), guard, patience=SHORT).open(place, FULL, Traits())
        guard.error = PermissionError("refused")
        with pytest.raises(error):
            store.put("a.png", b"picture", ImageType.PNG)
        store.close()

    def test_with_the_real_guard_only_the_server_was_reached(self, rclone_server):
        """In a process of its own: the guard is never taken off again."""
        place = rclone_server.place
        answer = run_python(
            """
            from mayfly.system.clock import SystemClock
            from mayfly.system.network_guard import NetworkGuard
            guard = NetworkGuard(SystemClock(), {})
            guard.install()
            from mayfly.domain.destinations import Place, Provider
            from mayfly.export.s3_stores import S3Stores
            from tests.s3_servers import FULL
            stores, found = S3Stores(SystemClock(), guard), []
            place = Place(Provider.OTHER, os.environ["ENDPOINT"], "us-east-1", "pictures")
            def run():
                found.append(stores.verify(place, FULL, lambda _news: None))
            guard.start_thread(run, "network").join(30)
            print(found[0].error_code, len(found[0].steps))
            print({(one.host, one.port, one.is_refused) for one in guard.connections()})
            """,
            place.endpoint,
        )
        reached = {("127.0.0.1", rclone_server.port, False)}
        assert answer.stdout.splitlines() == ["None 9", str(reached)], answer.stderr
