"""A thousand pictures on a real server while reading goes on, with kill -9 in the middle."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mayfly.domain.audit import AuditKind
from mayfly.domain.destinations import Destination, Place, UploadState
from mayfly.domain.states import JobState
from mayfly.domain.written_objects import written_in
from mayfly.export.s3_line import Patience
from mayfly.export.s3_stores import S3Stores
from mayfly.system.clock import SystemClock
from tests import fault_proxy as faults
from tests.conftest import ROOT
from tests.end2end.upload_process import storage_in
from tests.fakes_engine import ScriptPage
from tests.fault_proxy import fault_proxy
from tests.s3_servers import VERSIONED, S3Server
from tests.services.storage_house import LONG, Storage
from tests.waiting import eventually


def register(storage: Storage, place: Place, server: S3Server, **wish: bool) -> Destination:
    added = storage.destinations.add(
        "Attic", place, server.credentials, delete_with_job=wish.get("delete_with_job", False)
    ).result()
    assert storage.verify(added.destination_id) is None
    return storage.destinations.find("Attic").result()


def versions(server: S3Server, bucket: str, prefix: str) -> list[str]:
    """Return the key of every version of every object: what was written twice is there twice."""
    pages = server.client().get_paginator("list_object_versions")
    found = pages.paginate(Bucket=bucket, Prefix=prefix)
    return [one["Key"] for page in found for one in page.get("Versions", [])]


def keys(server: S3Server, prefix: str, bucket: str = "pictures") -> list[str]:
    pages = server.client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [one["Key"] for page in pages for one in page.get("Contents", [])]


def objects(server: S3Server, prefix: str, bucket: str = "pictures") -> dict[str, bytes]:
    client = server.client()
    return {
        key: client.get_object(Bucket=bucket, Key=key)["Body"].read()
        for key in keys(server, prefix, bucket)
    }


@contextmanager
def another_process(folder: Path) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-m", "tests.end2end.upload_process", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()


@pytest.mark.slow
def test_a_thousand_pictures_survive_a_kill_while_reading_goes_on(
    tmp_path: Path, seaweed_server: S3Server
) -> None:
    with storage_in(tmp_path) as storage:
        house = storage.house
        place = seaweed_server.at(bucket=VERSIONED, prefix="thousand/")
        attic = register(storage, place, seaweed_server)
        job_ids = [
            house.admit(*[ScriptPage("words", images=5)] * 5, name=f"{number}.pdf", rule=LONG)
            for number in range(40)
        ]
        storage.uploads.send_jobs(job_ids, attic.destination_id).result()
        # Without pictures: enough that reading is not over before the kill.
        others = [house.admit(*["words"] * 20, name=f"long {number}.pdf") for number in range(60)]

        def stored() -> int:
            return storage.uploads.overview().result().total(UploadState.STORED)

        with another_process(tmp_path) as first:
            eventually(stored, patience_s=60)
            # It waits beside the first one, and takes over.
            with another_process(tmp_path):
                eventually(lambda: stored() >= 200, patience_s=60)
                first.kill()
                unread = [one for one in others if house.state_of(one) is not JobState.DONE]
                before = stored()
                house.wait_until_read(*job_ids)
                eventually(lambda: stored() == 1_000, patience_s=100)

        expected = storage.expected(attic, *job_ids)
        written = versions(seaweed_server, VERSIONED, "thousand/")
        assert 200 <= before < 1_000
        assert unread
        assert len(expected) == 1_000
        assert objects(seaweed_server, "thousand/", VERSIONED) == expected
        # What was just being written when it was killed is there whole, or not at all.
        assert sorted(written) == sorted(expected)


def test_whatever_the_network_does_each_picture_is_there_once_and_right(
    tmp_path: Path, seaweed_server: S3Server
) -> None:
    patience = Patience(connect_s=1.0, answer_s=1.0, attempts=1)
    stores = S3Stores(SystemClock(), patience=patience)
    with fault_proxy(seaweed_server.port) as proxy, storage_in(tmp_path, stores) as storage:
        place = seaweed_server.at(endpoint=proxy.endpoint, prefix="faults/")
        attic = register(storage, place, seaweed_server)
        job_id = storage.read(12)
        for fault in (
            *(faults.cut_request, faults.cut_before_answer, faults.cut_answer, faults.stall),
            *(faults.answer(500, "InternalError"), faults.answer(503, "SlowDown")),
        ):
            proxy.harm("PUT", fault, times=1)
        proxy.harm("GET", faults.truncate, times=2)
        proxy.harm("HEAD", faults.cut_answer, times=2)

        storage.send(job_id, attic)
        until_stored(storage, job_id)

        assert objects(seaweed_server, "faults/") == storage.expected(attic, job_id)
        assert storage.house.troubles() == set()


def until_stored(storage: Storage, job_id) -> None:
    """Wait until all is stored; the user, who sees what failed, says “try again”."""

    def is_stored() -> bool:
        storage.uploads.retry([job_id]).result()
        return storage.states(job_id) == {UploadState.STORED}

    eventually(is_stored, patience_s=60)


@pytest.mark.parametrize("is_cut", [False, True], ids=["reached", "cut off"])
def test_deletion_under_way_leaves_nothing_at_the_server(
    tmp_path: Path, seaweed_server: S3Server, is_cut: bool
) -> None:
    """What a process owed that is gone is paid by the next one."""
    patience = Patience(connect_s=1.0, answer_s=1.0, attempts=1)
    stores = S3Stores(SystemClock(), patience=patience)
    with fault_proxy(seaweed_server.port) as proxy:
        place = seaweed_server.at(endpoint=proxy.endpoint, prefix=f"purge-{is_cut}/")
        with storage_in(tmp_path, stores) as storage:
            attic = register(storage, place, seaweed_server, delete_with_job=True)
            job_id = storage.read(*[20] * 3)
            storage.send(job_id, attic)
            eventually(lambda: len(keys(seaweed_server, place.prefix)) >= 5)
            if is_cut:
                proxy.harm("*", faults.cut_request)
            storage.house.deletions.delete([job_id]).result()
            written, receipt = keys(seaweed_server, place.prefix), receipt_of(storage, job_id)

        proxy.heal()
        with storage_in(tmp_path, stores) as later:
            owed = later.uploads.overview().result().total(UploadState.OWED)
            later.uploads.start()
            later.uploads.retry().result()
            eventually(lambda: not later.uploads.overview().result().total(UploadState.OWED))
            eventually(lambda: not later.uploader.at_work)

    assert owed or not is_cut
    assert len(written) <= receipt
    assert keys(seaweed_server, place.prefix) == []


def receipt_of(storage: Storage, job_id) -> int:
    """Return how many objects the log says that the deleted job may have left there."""
    house = storage.house
    entries = house.on_vault(house.vault.audit.entries)
    (entry,) = [one for one in entries if one.kind is AuditKind.DELETED and one.job_id == job_id]
    return sum(one.objects for one in written_in(entry.detail))


def test_nothing_differs_with_a_second_independent_server(
    tmp_path: Path, rclone_tls_server: S3Server
) -> None:
    with storage_in(tmp_path) as storage:
        place = rclone_tls_server.at(prefix="tls/")
        attic = register(storage, place, rclone_tls_server, delete_with_job=True)
        job_id = storage.read(10, 10)
        expected = storage.expected(attic, job_id)

        storage.send(job_id, attic)
        storage.wait_for(job_id, UploadState.STORED)
        stored = objects(rclone_tls_server, "tls/")
        storage.house.deletions.delete([job_id]).result()

        assert stored == expected
        eventually(lambda: keys(rclone_tls_server, "tls/") == [])


def test_proxy_that_does_no_harm_sees_each_picture_written_once(
    tmp_path: Path, seaweed_server: S3Server
) -> None:
    with fault_proxy(seaweed_server.port) as proxy, storage_in(tmp_path) as storage:
        attic = register(
            storage, seaweed_server.at(endpoint=proxy.endpoint, prefix="once/"), seaweed_server
        )
        job_id = storage.read(10)
        before = proxy.seen.count("PUT")

        storage.send(job_id, attic)
        storage.wait_for(job_id, UploadState.STORED)

        assert proxy.seen.count("PUT") - before == 10
