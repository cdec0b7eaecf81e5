"""Own storage from a terminal: a real keyring, a real server, pictures of a real document."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Program, with_cheap_vault
from tests.cli.papers import write_album
from tests.fault_proxy import cut_request, fault_proxy
from tests.keyring_session import keyring_session, require_keyring
from tests.s3_servers import S3Server

pytestmark = pytest.mark.keyring

SECRET = b"secret-of-the-full-key-canary"


@dataclass(frozen=True)
class Desk:
    """A program with a keyring, a verified destination, and a document with two pictures."""

    program: Program
    server: S3Server
    key: Path
    job: str
    jpeg: bytes

    def add(self, name: str, *more: str):
        return self.program.run(
            *("destinations", "add", name, "--provider", "other", "--bucket", "pictures"),
            *("--endpoint", self.server.place.endpoint, "--credentials-file", self.key, *more),
        )

    def objects(self, prefix: str) -> dict[str, bytes]:
        client = self.server.client()
        listed = client.list_objects_v2(Bucket="pictures", Prefix=prefix).get("Contents", [])
        return {
            one["Key"]: client.get_object(Bucket="pictures", Key=one["Key"])["Body"].read()
            for one in listed
        }


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, rclone_server: S3Server) -> Iterator[Desk]:
    require_keyring()
    folder = tmp_path_factory.mktemp("desk")
    with keyring_session(folder) as env:
        program = with_cheap_vault(folder)
        program.variables.update(env)
        key = folder / "key"
        key.write_text(f"{rclone_server.credentials.key_id}\n{rclone_server.credentials.secret}\n")
        jpeg = write_album(folder / "album.pdf")
        added = program.run("add", folder / "album.pdf", "--wait", "--json")
        assert added.status == 0, added.err
        desk = Desk(program, rclone_server, key, added.json[0]["job"], jpeg)
        assert desk.add("Attic", "--prefix", "attic").status == 0
        assert program.run("destinations", "verify", "Attic").status == 0
        yield desk


def test_verifying_ticks_every_step(desk: Desk) -> None:
    people = desk.program.run("destinations", "verify", "attic")
    scripts = desk.program.run("destinations", "verify", "attic", "--json")

    assert people.status == 0, people.err
    assert "✓ write a probe object" in people.out
    assert "✓ see that it is gone" in people.out
    assert scripts.json["verified"]
    assert [one["state"] for one in scripts.json["steps"]].count("failed") == 0


def stored_names(desk: Desk) -> set[str]:
    return {
        f"attic/{desk.job}/page-1-image-1.jpg",
        f"attic/{desk.job}/page-2-image-1.png",
    }


def test_pictures_are_sent_linked_and_listed(desk: Desk) -> None:
    program = desk.program

    sent = program.run("upload", desk.job[:8], "--destination", "Attic", "--wait", "--json")
    link = program.run("link", desk.job[:8], "1-1", "--destination", "Attic", "--json")
    listed = program.run("uploads", "--json")

    assert sent.status == 0, sent.err
    (job,) = sent.json
    assert [(one["image"], one["state"]) for one in job["uploads"]] == [
        ("1-1", "stored"),
        ("2-1", "stored"),
    ]
    found = desk.objects(f"attic/{desk.job}/")
    assert set(found) == stored_names(desk)
    assert found[f"attic/{desk.job}/page-1-image-1.jpg"] == desk.jpeg
    with urllib.request.urlopen(link.json["url"], timeout=10) as answer:
        assert answer.read() == desk.jpeg
        assert answer.headers["Content-Type"] == "image/jpeg"
    with_links = program.run(
        *("export", desk.job[:8], "--format", "json", "--links", "2", "--out", program.folder)
    )
    exported = Path(with_links.out.strip()).read_text("utf-8")
    assert exported.count("X-Amz-Expires=7200") == 2
    assert exported.count("expires_at") == 2
    (attic,) = [one for one in listed.json["destinations"] if one["name"] == "Attic"]
    assert attic["stored"] == 2
    assert listed.json["uploads"] == []


def test_what_is_said_of_an_upload_is_of_those_pictures_and_that_bucket(desk: Desk) -> None:
    program = desk.program
    for name in ("First", "Second"):
        assert desk.add(name, "--prefix", name.lower()).status == 0
        assert program.run("destinations", "verify", name).status == 0
    assert program.run("upload", desk.job, "--destination", "First", "--wait").status == 0

    none = program.run("upload", desk.job, "--destination", "Second", "--images", "1-1,9-9")
    begun = program.run("upload", desk.job, "--destination", "Second", "--images", "1-1")
    one = program.run("upload", desk.job, "--destination", "Second", "--images", "1-1", "--wait")

    assert (none.status, none.out) == (4, "")
    assert "no picture of that number" in none.err
    assert begun.out == f"{desk.job[:8]}  0 of 1 stored\n"
    assert "They are sent while" in begun.err
    assert one.out == f"{desk.job[:8]}  1 of 1 stored\n"
    assert list(desk.objects("second/")) == [f"second/{desk.job}/page-1-image-1.jpg"]
    for name in ("First", "Second"):
        assert program.run("destinations", "remove", name).status == 0


def test_an_export_leads_to_what_is_stored_until_its_links_end(desk: Desk) -> None:
    program, out = desk.program, desk.program.folder
    assert program.run("upload", desk.job, "--destination", "Attic", "--wait").status == 0

    plain = program.run("export", desk.job, "--format", "json", "--out", out, "--json")
    linked = program.run(
        *("export", desk.job, "--format", "json,md", "--links", "2", "--out", out, "--json")
    )

    files = [Path(one["file"]) for one in (*plain.json, *linked.json)]
    without, result, markdown = (file.read_text(encoding="utf-8") for file in files)
    assert "link" not in [key for one in images_in(without) for key in one]
    links = {one["id"]: one["link"] for one in images_in(result)}
    assert set(links) == {"1-1", "2-1"}
    with urllib.request.urlopen(links["1-1"]["url"], timeout=10) as answer:
        assert answer.read() == desk.jpeg
    ends = datetime.fromisoformat(links["1-1"]["expires_at"])
    assert timedelta(hours=1, minutes=50) < ends - datetime.now(UTC) <= timedelta(hours=2)
    assert markdown.count("X-Amz-Signature=") == 2
    refused = program.run("export", desk.job, "--format", "txt", "--links", "2", "--out", out)
    assert refused.status == 2


def images_in(result: str) -> list[dict]:
    blocks = [block for page in json.loads(result)["pages"] for block in page["blocks"]]
    return [block for block in blocks if block["type"] == "image"]


def test_adding_sends_what_is_found(desk: Desk) -> None:
    added = desk.program.run(
        *("add", desk.program.folder / "album.pdf", "--destination", "Attic", "--wait", "--json")
    )

    assert added.status == 0, added.err
    (job,) = added.json
    assert len(desk.objects(f"attic/{job['job']}/")) == 2
    assert "2 of 2 pictures are at Attic." in added.err


def test_what_cannot_be_is_refused_with_its_status(desk: Desk) -> None:
    run = desk.program.run

    assert desk.add("ATTIC").status == 3
    assert run("destinations", "verify", "nowhere").status == 4
    assert run("upload", desk.job, "--destination", "nowhere").status == 4
    assert run("upload", "ffffffff", "--destination", "Attic").status == 4
    assert run("link", desk.job, "9-9", "--destination", "Attic").status == 3
    too_short = run(
        *("add", desk.program.folder / "album.pdf", "--destination", "Attic"),
        *("--retain-source", "0h", "--json"),
    )
    assert too_short.json["error"]["code"] == "source_too_short"


def test_wrong_secret_is_said_at_its_step(desk: Desk) -> None:
    wrong = desk.program.folder / "wrong"
    wrong.write_text(f"{desk.server.credentials.key_id}\nnot-the-secret\n")
    added = desk.program.run(
        *("destinations", "add", "Wrong", "--provider", "other", "--bucket", "pictures"),
        *("--endpoint", desk.server.place.endpoint, "--credentials-file", wrong),
    )
    assert added.status == 0, added.err

    verified = desk.program.run("destinations", "verify", "Wrong", "--json")
    sent = desk.program.run("upload", desk.job, "--destination", "Wrong")

    assert verified.status == 3
    assert not verified.json["verified"]
    (failed,) = [one for one in verified.json["steps"] if one["state"] == "failed"]
    assert failed["error"]["code"] == "secret_wrong"
    assert sent.status == 3
    assert "not verified" in sent.err
    assert desk.program.run("destinations", "remove", "Wrong").status == 0


def test_removed_one_leaves_its_secret_nowhere(desk: Desk) -> None:
    program = desk.program
    name = f"destination-{program.run('destinations', 'list', '--json').json[0]['destination']}"
    held_before, found_before = looked_up(program, name), places_with_secret(desk)

    removed = program.run("destinations", "remove", "Attic", "--json")

    assert removed.status == 0, removed.err
    assert removed.json["secret_erased"]
    assert removed.json["objects_left"] == len(desk.objects("attic/")) > 0
    assert program.run("destinations", "list", "--json").json == []
    # Seen to find it while it is there, so that finding nothing means something.
    assert SECRET in held_before
    assert found_before == [desk.key.name]
    assert looked_up(program, name) == b"None"
    assert places_with_secret(desk) == [desk.key.name]


def test_locked_keyring_says_so_and_removes_nothing(desk: Desk, tmp_path: Path) -> None:
    program = with_cheap_vault(tmp_path)
    added = (
        *("destinations", "add", "Loft", "--provider", "other", "--bucket", "pictures"),
        *("--endpoint", desk.server.place.endpoint, "--credentials-file", desk.key),
    )
    with keyring_session(tmp_path / "ring") as env:
        program.variables.update(env)
        assert program.run(*added).status == 0
    with keyring_session(tmp_path / "ring", unlocked=False) as env:
        program.variables.update(env)
        verified = program.run("destinations", "verify", "Loft", "--json")
        removed = program.run("destinations", "remove", "Loft", "--json")

    program.variables["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    without = program.run(*added, "--json")
    (listed,) = program.run("destinations", "list", "--json").json

    assert (verified.status, verified.json["error"]["code"]) == (5, "keyring_locked")
    assert (removed.status, removed.json["error"]["code"]) == (5, "keyring_locked")
    assert (without.status, without.json["error"]["code"]) == (3, "no_keyring_for_keys")
    assert listed["name"] == "Loft"


def looked_up(program: Program, name: str) -> bytes:
    """Return what the keyring answers, asked by a process that is not Mayfly."""
    ask = f"import keyring; print(keyring.get_password('mayfly', {name!r}))"
    environment = {**program.environment, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [sys.executable, "-c", ask], env=environment, capture_output=True, timeout=60, check=True
    ).stdout.strip()


def places_with_secret(desk: Desk) -> list[str]:
    """Return the files below the program's folder that hold the secret in plain bytes."""
    files = (one for one in desk.program.folder.rglob("*") if one.is_file())
    return sorted(one.name for one in files if SECRET in one.read_bytes())


def test_waiting_without_a_network_says_for_what(desk: Desk, tmp_path: Path) -> None:
    program = with_cheap_vault(tmp_path)
    with keyring_session(tmp_path / "ring") as env, fault_proxy(desk.server.port) as proxy:
        program.variables.update(env)
        write_album(tmp_path / "album.pdf")
        job = program.run("add", tmp_path / "album.pdf", "--wait", "--json").json[0]["job"]
        assert (
            program.run(
                *("destinations", "add", "Loft", "--provider", "other", "--bucket", "pictures"),
                *("--endpoint", proxy.endpoint, "--prefix", "loft"),
                *("--credentials-file", desk.key),
            ).status
            == 0
        )
        assert program.run("destinations", "verify", "Loft").status == 0
        # Each call is made three times before it counts as failed.
        proxy.harm("PUT", cut_request, times=6)

        sent = program.run("upload", job, "--destination", "Loft", "--wait", "--json")

    assert sent.status == 0, sent.err
    assert "The storage server cannot be reached." in sent.err
    assert "It is tried again by itself" in sent.err
    assert len(desk.objects(f"loft/{job}/")) == 2
