"""The real program in a process of its own, with a home that nobody else uses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mayfly.system.paths import paths_in
from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault
from mayfly.vault.passphrase import ArgonProfile
from tests.cli.papers import PDF_PASSWORD, write_pdf, write_picture

TIMEOUT_S = 120
PASSPHRASE = "correct horse battery"


@dataclass(frozen=True)
class Ended:
    """How one run of the program ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output; fails on anything more or less."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Program:
    """Runs “python -m mayfly” with its own home; nothing of the test machine's is in it."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def environment(self) -> dict[str, str]:
        known = ("PATH", "PYTHONPATH", "LANG", "LC_ALL")
        kept = {name: os.environ[name] for name in known if name in os.environ}
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        return {
            **kept,
            "HOME": str(self.folder / "user"),
            "MAYFLY_HOME": str(self.home),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "TMPDIR": str(temporary),
            "PYTHONWARNINGS": "error",
            **self.variables,
        }

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "mayfly", *map(str, words)]

    def start(self, *words: str | Path, **others: Any) -> subprocess.Popen[bytes]:
        options: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "env": self.environment,
            "cwd": self.folder,
            **others,
        }
        return subprocess.Popen(self.command(*words), **options)

    def run(self, *words: str | Path, **others: Any) -> Ended:
        with self.start(*words, **others) as process:
            return ended(process)


def ended(process: subprocess.Popen[bytes], timeout_s: float = TIMEOUT_S) -> Ended:
    """Wait for the end of a process; kill it, and fail, when it does not come."""
    try:
        out, err = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return Ended(process.returncode, (out or b"").decode(), (err or b"").decode())


def with_passphrase(folder: Path) -> Program:
    """Return a program whose vault opens with a passphrase from a file."""
    file = folder / "passphrase"
    file.write_text(f"{PASSPHRASE}\n")
    return Program(folder, {"MAYFLY_PASSPHRASE_FILE": str(file)})


def with_cheap_vault(folder: Path) -> Program:
    """Return a program whose vault is there already and costs little to open.

    What a passphrase costs to try is noted in the vault; the product's half a second for each
    of some hundred runs would tell nothing more.
    """
    program = with_passphrase(folder)
    paths = paths_in(program.home)
    vault = VaultPaths(paths.database, paths.shard, paths.lock)
    open_vault(vault, KeyAccess(None, PASSPHRASE), argon=ArgonProfile(64, 1, 1)).close()
    return program


@pytest.fixture
def bare(tmp_path: Path) -> Program:
    """A program without keyring and passphrase."""
    return Program(tmp_path)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A program with a passphrase and no vault yet."""
    return with_passphrase(tmp_path)


@pytest.fixture
def furnished(tmp_path: Path) -> Program:
    """A program with an empty vault."""
    return with_cheap_vault(tmp_path)


@dataclass(frozen=True)
class Shelf:
    """A vault with a read PDF, a read picture, a locked PDF and a refused file, as one batch."""

    program: Program
    added: Ended
    out: Path

    def job(self, name: str) -> str:
        return next(one["job"] for one in self.added.json if one["name"] == name)

    @property
    def batch(self) -> str:
        return self.added.json[0]["batch"]

    def row(self, job: str) -> dict[str, Any]:
        """Return the job as the program lists it now."""
        return next(one for one in self.program.run("list", "--json").json if one["job"] == job)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return make_shelf(tmp_path_factory.mktemp("shelf"))


def make_shelf(folder: Path) -> Shelf:
    papers, out = folder / "papers", folder / "out"
    papers.mkdir()
    out.mkdir()
    write_pdf(papers / "letter.pdf")
    write_picture(papers / "picture.png")
    write_pdf(papers / "locked.pdf", password=PDF_PASSWORD)
    (papers / "empty.pdf").touch()
    (papers / "notes.xyz").write_text("of no kind that is read")
    program = with_cheap_vault(folder)
    added = program.run("add", papers, "--out", out, "--format", "txt,json,pdf", "--json")
    return Shelf(program, added, out)


def tree_of(folder: Path) -> set[str]:
    """Return every path below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.fixture
def secret_descriptor() -> Callable[[Sequence[str]], int]:
    """Return a function that gives a descriptor from which lines can be read."""

    def make(lines: Sequence[str]) -> int:
        read_end, write_end = os.pipe()
        os.write(write_end, "".join(f"{line}\n" for line in lines).encode())
        os.close(write_end)
        return read_end

    return make
