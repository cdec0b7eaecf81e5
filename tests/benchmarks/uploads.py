"""Sending pictures to a server on this machine, beside the same in a plain client's loop.

python -m benchmarks.uploads [--quick]

Mayfly writes with four connections and compares what the server has after each picture. The
loops use boto3 as its manual shows it, one picture after the other: one only writes, the other
compares as well. All go in turn in every round, to SeaweedFS with signatures checked.
"""

from __future__ import annotations

import base64
import hashlib
import os
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.parts import part_main, say
from mayfly.domain.images import ImageType
from mayfly.export.s3_stores import S3Stores
from mayfly.system.clock import SystemClock
from s3_servers import FULL, S3Server, seaweed

_ROUNDS = 5
_PICTURES = 200
_BYTES = 300_000
_CONNECTIONS = 4

_Put = Callable[[str, bytes], None]


def measure(*, quick: bool) -> dict[str, Any]:
    """Return seconds and CPU seconds of this process of every way, in every round."""
    rounds, count = (2, 40) if quick else (_ROUNDS, _PICTURES)
    with seaweed() as server:
        pictures = [os.urandom(_BYTES) for _n in range(count)]
        ways = _ways(server)
        found: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
        for name in ways:
            # Connections, models of the service and the server's first volumes are there.
            _once(ways[name], f"warm-{name}", pictures[:8])
        for number in range(rounds):
            # Whoever is first today is last tomorrow.
            names = [*ways][:: 1 if number % 2 else -1]
            for name in names:
                found[name].append(_once(ways[name], f"{number}-{name}", pictures))
            say("  " + ", ".join(f"{name} {found[name][-1]['wall_s']:.2f} s" for name in ways))
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
