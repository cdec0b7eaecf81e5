"""Sending pictures to a server on this machine, beside the same in a plain client's loop.

python -m benchmarks.uploads [--quick]

Mayfly writes with four connections and compares what the server has after each picture. The
loops use boto3 as its manual shows it, one picture after the other: one only writes, the other
compares as well. The whole way begins in the vault: pictures are opened, and each is noted before
and after, so that it survives a crash. All go in turn in every round, to SeaweedFS with signatures
checked.
"""

from __future__ import annotations

import base64
import hashlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.parts import part_main, say
from mayfly.domain.destinations import UploadState
from mayfly.domain.images import FoundImage, ImageBlock, ImageId, ImageKind, ImageType
from mayfly.domain.pages import Box
from mayfly.export.s3_stores import S3Stores
from mayfly.system.clock import SystemClock
from s3_servers import FULL, S3Server, seaweed
from tests import fakes_engine
from tests.end2end.upload_process import storage_in
from tests.services.storage_house import LONG

_ROUNDS = 5
_PICTURES = 200
_BYTES = 300_000
_CONNECTIONS = 4
_LOOK_EVERY_S = 0.03
_WHOLE = "whole"
_PNG = b"\x89PNG\r\n\x1a\n"

_Put = Callable[[str, bytes], None]


def measure(*, quick: bool) -> dict[str, Any]:
    """Return seconds and CPU seconds of this process of every way, in every round."""
    rounds, count = (2, 40) if quick else (_ROUNDS, _PICTURES)
    with seaweed() as server, _own_storage(server) as whole:
        pictures = [os.urandom(_BYTES) for _n in range(count)]
        ways = _ways(server)
        found: dict[str, list[dict[str, float]]] = {name: [] for name in (*ways, _WHOLE)}
        for name in ways:
            # Connections, models of the service and the server's first volumes are there.
            _once(ways[name], f"warm-{name}", pictures[:8])
        for number in range(rounds):
            # Whoever is first today is last tomorrow.
            names = [*ways][:: 1 if number % 2 else -1]
            for name in names:
                found[name].append(_once(ways[name], f"{number}-{name}", pictures))
            found[_WHOLE].append(whole(count))
            say(
                "  "
                + ", ".join(f"{name} {some[-1]['wall_s']:.2f} s" for name, some in found.items())
            )
    return {
        "rounds": rounds,
        "pictures": count,
        "bytes": _BYTES,
        "connections": _CONNECTIONS,
        "ways": {name: _row(some, found["loop"], count) for name, some in found.items()},
    }


def _ways(server: S3Server) -> dict[str, tuple[int, _Put]]:
    """Return how many threads each way has, and what one picture is to it."""
    client, bucket = server.client(), server.place.bucket
    stores = S3Stores(SystemClock())
    verified = stores.verify(server.place, FULL, lambda _news: None)
    store = stores.open(server.place, FULL, verified.traits)

    def loop(key: str, data: bytes) -> None:
        client.put_object(Bucket=bucket, Key=key, Body=data, ContentType="image/png")

    def compared(key: str, data: bytes) -> None:
        sha256 = base64.b64encode(hashlib.sha256(data).digest()).decode()
        client.put_object(
            Bucket=bucket, Key=key, Body=data, ContentType="image/png", ChecksumSHA256=sha256
        )
        head = client.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        assert head["ChecksumSHA256"] == sha256

    def mayfly(key: str, data: bytes) -> None:
        store.put(key, data, ImageType.PNG)

    return {
        "mayfly": (_CONNECTIONS, mayfly),
        "mayfly, one connection": (1, mayfly),
        "loop": (1, loop),
        "loop that compares": (1, compared),
    }


@contextmanager
def _own_storage(server: S3Server) -> Iterator[Callable[[int], dict[str, float]]]:
    """Give what sends so many pictures of a document out of a vault, and waits for the last."""
    fakes_engine.image_of = _picture
    with tempfile.TemporaryDirectory() as folder, storage_in(Path(folder)) as storage:
        added = storage.destinations.add(
            "Bench", server.at(prefix="whole/"), server.credentials, delete_with_job=False
        ).result()
        assert storage.verify(added.destination_id) is None
        destination = storage.destinations.find("Bench").result()

        stored = (destination.destination_id, UploadState.STORED)
        sent = 0

        def is_stored() -> bool:
            # Counted, not listed: looking must cost the vault little beside the work.
            return storage.house.on_vault(storage.house.vault.uploads.counts).get(stored) == sent

        def once(count: int) -> dict[str, float]:
            nonlocal sent
            job_id, sent = storage.read(count // 2, count - count // 2, rule=LONG), sent + count
            begun_s, cpu_s = time.monotonic(), time.process_time()
            storage.send(job_id, destination)
            while not is_stored():
                time.sleep(_LOOK_EVERY_S)
            return {"wall_s": time.monotonic() - begun_s, "cpu_s": time.process_time() - cpu_s}

        # Connections and models of the service are there.
        once(8)
        yield once


def _picture(image_id: ImageId, _text: str = "") -> FoundImage:
    data = _PNG + os.urandom(_BYTES - len(_PNG))
    box = Box(0, 0, 10, 10)
    block = ImageBlock(image_id, box, 40, 15, ImageKind.UNKNOWN, ImageType.PNG, len(data))
    return FoundImage(block, data)


def _once(way: tuple[int, _Put], folder: str, pictures: Sequence[bytes]) -> dict[str, float]:
    threads, put = way
    keys = [f"{folder}/page-{number}-image-1.png" for number in range(len(pictures))]
    begun_s, cpu_s = time.monotonic(), time.process_time()
    if threads == 1:
        for key, picture in zip(keys, pictures, strict=True):
            put(key, picture)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(put, keys, pictures))
    return {"wall_s": time.monotonic() - begun_s, "cpu_s": time.process_time() - cpu_s}


def _row(
    some: Sequence[dict[str, float]], loop: Sequence[dict[str, float]], count: int
) -> dict[str, float]:
    ratios = [one["wall_s"] / beside["wall_s"] for one, beside in zip(some, loop, strict=True)]
    wall_s = statistics.median(one["wall_s"] for one in some)
    return {
        "wall_s": round(wall_s, 3),
        "cpu_s": round(statistics.median(one["cpu_s"] for one in some), 3),
        "mb_s": round(count * _BYTES / 1e6 / wall_s, 1),
        "ratio": round(statistics.median(ratios), 2),
        "least": round(min(ratios), 2),
        "most": round(max(ratios), 2),
    }


if __name__ == "__main__":
    part_main(measure, __doc__)
