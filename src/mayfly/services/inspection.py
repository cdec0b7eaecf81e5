"""What this machine gives Mayfly, for “mayfly doctor”, and what it can promise, for the window."""

from __future__ import annotations

import platform
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mayfly.domain.defence import FilesLook, ProcessLook, VaultLook
from mayfly.domain.document_errors import RecogniserMissing
from mayfly.domain.errors import KeyringUnavailable, UserError
from mayfly.domain.inspection import Finding, Grade, Inspection, Promise
from mayfly.domain.machine import MachineFacts
from mayfly.domain.ports import Engine
from mayfly.services.defence_findings import files_findings, process_findings, vault_findings
from mayfly.services.machine_findings import machine_findings

_LAYERS = frozenset({"rlimits", "no core dumps", "landlock", "seccomp"})
_WITH_KEYRING = ("keyring", "both")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where things lie."""

    folders: Mapping[str, Path]
    vault: Path
    log: Path


@dataclass(frozen=True, slots=True)
class Looks:
    """How to look at each thing; every call looks anew and changes nothing."""

    secret_backend: Callable[[], str]
    key_home: Callable[[], str | None]
    vault: Callable[[], VaultLook | None]
    machine: Callable[[], MachineFacts]
    process: Callable[[], ProcessLook]
    files: Callable[[], FilesLook]


class Inspector:
    """Looks at everything once. Opens no vault and changes nothing."""

    def __init__(self, *, engine: Engine, surroundings: Surroundings, looks: Looks) -> None:
        self._engine = engine
        self._surroundings = surroundings
        self._looks = looks

    def inspect(self) -> Inspection:
        """Return what was found; a part that cannot be looked at is a finding, too."""
        return Inspection((*self._installation(), *self._grounds()))

    def grade(self) -> Inspection:
        """Return only what the promise hangs on; starts no reader and asks no keyring."""
        return Inspection(tuple(self._grounds()))

    def _installation(self) -> Iterator[Finding]:
        yield Finding("mayfly", _own_version(), Grade.GOOD)
        yield Finding("python", platform.python_version(), Grade.GOOD)
        yield from self._reading()
        yield from self._key()
        yield from self._folders()

    def _grounds(self) -> Iterator[Finding]:
        try:
            home, vault = self._looks.key_home(), self._looks.vault()
        except UserError as error:
            yield Finding(
                "look at the vault", error.text, Grade.PROBLEM, "", error.remedy, Promise.UNKNOWN
            )
            home = vault = None
        yield from machine_findings(self._looks.machine(), home)
        if vault is not None:
            yield from vault_findings(vault)
        yield from process_findings(self._looks.process())
        yield from files_findings(self._looks.files())

    def _reading(self) -> Iterator[Finding]:
        try:
            info = self._engine.describe()
        except UserError as error:
            key = "tesseract" if isinstance(error, RecogniserMissing) else "reader"
            yield Finding(key, error.text, Grade.PROBLEM, "", error.remedy)
            return
        yield Finding("tesseract", f"{info.version} ({info.program})", Grade.GOOD)
        yield Finding("languages", " ".join(info.languages), Grade.GOOD)
        if info.scratch_in_memory:
            yield Finding("scratch", f"in memory ({info.scratch})", Grade.GOOD)
        else:
            yield Finding(
                "scratch",
                f"on a disk ({info.scratch}), overwritten before it is removed",
                Grade.NOTICE,
                "What is read lies on the disk for a moment, and blocks of it may stay there.",
                "This system has no folder in memory; encrypt the disk.",
                Promise.LIMITED,
            )
        held = ", ".join(info.isolation) or "nothing"
        good = set(info.isolation) >= _LAYERS
        yield Finding(
            "isolation",
            held,
            Grade.GOOD if good else Grade.NOTICE,
            "" if good else "This system does not offer every barrier around a reader.",
        )

    def _key(self) -> Iterator[Finding]:
        try:
            home = self._looks.key_home()
        except UserError:
            # Told with what the promise hangs on.
            return
        yield Finding("vault", f"{self._surroundings.vault} ({home or 'none yet'})", Grade.GOOD)
        needed = home in _WITH_KEYRING
        try:
            backend = self._looks.secret_backend()
        except UserError as error:
            remedy = error.remedy if needed else "Mayfly asks for a passphrase instead."
            text = error.text if needed or not isinstance(error, KeyringUnavailable) else "none"
            grade = Grade.PROBLEM if needed else Grade.NOTICE
            yield Finding("keyring", text, grade, "", remedy)
            return
        yield Finding("keyring", backend, Grade.GOOD)

    def _folders(self) -> Iterator[Finding]:
        for name, folder in self._surroundings.folders.items():
            mode = _mode_of(folder)
            if mode is None:
                yield Finding(f"folder {name}", f"{folder} (not made yet)", Grade.GOOD)
            elif mode & 0o077:
                remedy = f"Take the rights of others away: chmod 700 {folder}"
                yield Finding(f"folder {name}", f"{folder} ({mode:o})", Grade.PROBLEM, "", remedy)
            else:
                yield Finding(f"folder {name}", f"{folder} ({mode:o})", Grade.GOOD)
        yield Finding("log", str(self._surroundings.log), Grade.GOOD)


def _own_version() -> str:
    try:
        return version("mayfly-ocr")
    except PackageNotFoundError:
        return "unknown"


def _mode_of(path: Path) -> int | None:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None
