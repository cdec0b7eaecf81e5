"""Without a destination nothing of own storage is loaded, and no socket is made."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

_PROGRAM = """
import json, sys
from pathlib import Path

sockets = []
sys.addaudithook(
    lambda event, values: sockets.append(event) if event.startswith("socket.") else None
)

from mayfly.bootstrap import Foundation

foundation = Foundation(Path(sys.argv[1]))
foundation.harden()
mayfly = foundation.unlock("a passphrase").result()
mayfly.queue.start()
mayfly.uploads.start()
mayfly.destinations.all().result()
mayfly.uploads.overview().result()
mayfly.library.jobs().result()
before = [one for one in ("boto3", "botocore", "urllib3") if one in sys.modules], sockets[:]

from mayfly.domain.destinations import Credentials, Place, Provider, Traits
from mayfly.export.s3_stores import S3Stores
from mayfly.system.clock import SystemClock

place = Place(Provider.OTHER, "http://127.0.0.1:9", "us-east-1", "pictures")
S3Stores(SystemClock()).open(place, Credentials("id", "secret"), Traits())
after = [one for one in ("boto3", "botocore", "urllib3") if one in sys.modules]
mayfly.close()
foundation.close()
print(json.dumps({"before": before, "after": after}))
"""


def test_a_start_without_destinations_loads_and_connects_nothing(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(tmp_path / "home")],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=True,
    )
    seen = json.loads(ended.stdout)

    assert seen["before"] == [[], []]
    # Seen to notice when one is opened.
    assert "botocore" in seen["after"]
