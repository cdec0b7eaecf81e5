"""Fixtures that every test folder shares."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.s3_servers import S3Server, rclone, seaweed

# Before any Qt import: tests draw offscreen unless they start a display of their own.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A developer's own folders and keyring are never touched by a test.
os.environ.pop("MAYFLY_HOME", None)
os.environ.pop("MAYFLY_PASSPHRASE_FILE", None)
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

ROOT = Path(__file__).resolve().parent.parent


class FakeClock:
    """The Clock seam: time stands still until a test moves it."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
        self._monotonic_s = 1_000.0
        self._boot_s = 5_000.0
        self._boot_id = "01" * 16

    def now(self) -> datetime:
        return self._now

    def monotonic_s(self) -> float:
        return self._monotonic_s

    def boot_s(self) -> float:
        return self._boot_s

    def boot_id(self) -> str:
        return self._boot_id

    def advance(self, **span: float) -> None:
        """Move on by timedelta's keywords."""
        step = timedelta(**span)
        self._now += step
        self._monotonic_s += step.total_seconds()
        self._boot_s += step.total_seconds()

    def sleep(self, **span: float) -> None:
        """Let the machine sleep: what measures running time alone stands still."""
        step = timedelta(**span)
        self._now += step
        self._boot_s += step.total_seconds()

    def set(self, **span: float) -> None:
        """Set the wall clock forward by timedelta's keywords, or back by negative ones."""
        self._now += timedelta(**span)

    def restart(self, **off: float) -> None:
        """Start the machine anew after being off for so long."""
        self._now += timedelta(**off)
        self._boot_s = 20.0
        self._boot_id = f"{int(self._boot_id, 16) + 1:032x}"


@dataclass(frozen=True)
class CorpusDocument:
    """One document of the corpus with its manifest entry."""

    path: Path
    kind: str
    language: str
    entry: dict

    def truth_text(self) -> str:
        """Return the transcription; KeyError when the document has none."""
        root = self.path.parents[1]
        return (root / self.entry["truth"]["text"]).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Corpus:
    """The folder of real documents with truth."""

    root: Path
    documents: tuple[CorpusDocument, ...]

    def of_kind(self, kind: str) -> list[CorpusDocument]:
        """Return the documents of one kind: ocr, fields, classes, odd, large."""
        return [one for one in self.documents if one.kind == kind]

    def file(self, name: str) -> Path:
        """Return the document whose path below the corpus is name; fails when it is missing."""
        path = self.root / name
        assert path.is_file(), f"the corpus has no {name}"
        return path


def find_corpus() -> Path | None:
    """Return the corpus folder, or None when this machine has none."""
    root = Path(os.environ.get("MAYFLY_CORPUS", ROOT.parent / "shared" / "corpus"))
    return root if (root / "manifest.json").is_file() else None


def load_corpus() -> Corpus | None:
    """Return the corpus, or None when this machine has none."""
    root = find_corpus()
    if root is None:
        return None
    manifest = json.loads((root / "manifest.json").read_text(encoding="utf-8"))
    documents = tuple(
        CorpusDocument(root / item["file"], item["kind"], item["language"], item)
        for item in manifest["items"]
    )
    return Corpus(root, documents)


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    found = load_corpus()
    if found is None:
        pytest.skip("no document corpus: set MAYFLY_CORPUS to its folder")
    return found


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def seaweed_server() -> Iterator[S3Server]:
    """SeaweedFS on this machine: one for all tests of a process."""
    with seaweed() as server:
        yield server


@pytest.fixture(scope="session")
def rclone_server() -> Iterator[S3Server]:
    """rclone's S3 server on this machine, independent of SeaweedFS."""
    with rclone() as server:
        yield server


@pytest.fixture(scope="session")
def rclone_tls_server() -> Iterator[S3Server]:
    """rclone's S3 server with TLS, under a certificate authority of its own."""
    with rclone(tls=True) as server:
        yield server


@pytest.fixture
def private_umask() -> Iterator[None]:
    """Files that a test makes by hand are private, as Mayfly's own are."""
    before = os.umask(0o077)
    yield
    os.umask(before)
