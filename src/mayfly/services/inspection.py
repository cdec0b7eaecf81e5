"""What this machine gives Mayfly, for “mayfly doctor”, and what it can promise, for the window."""

from __future__ import annotations

import platform
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mayfly.domain.document_errors import RecogniserMissing
from mayfly.domain.errors import KeyringUnavailable, UserError
from mayfly.domain.inspection import Finding, Grade, Inspection, Promise
from mayfly.domain.machine import MachineFacts
from mayfly.domain.ports import Engine
from mayfly.services.machine_findings import machine_findings


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where things lie, and what the process gave up at its start."""

    folders: Mapping[str, Path]
    vault: Path
    log: Path
    no_core_dumps: bool


class Inspector:
    """Looks at everything once. Opens no vault and changes nothing."""

    def __init__(
        self,
        *,
        engine: Engine,
        secret_backend: Callable[[], str],
        key_home: Callable[[], str | None],
        surroundings: Surroundings,
        machine: Callable[[], MachineFacts],
    ) -> None:
        self._engine = engine
        self._secret_backend = secret_backend
        self._key_home = key_home
        self._surroundings = surroundings
        self._machine = machine

    def inspect(self) -> Inspection:
        """Return what was found; a part that cannot be looked at is a finding, too."""
        return Inspection(tuple(self._findings()))

    def grade(self) -> Inspection:
        """Return only what the promise hangs on; starts no reader and asks no keyring."""
        return Inspection(tuple(self._grounds()))

    def _grounds(self) -> Iterator[Finding]:
        yield from machine_findings(self._machine(), self._key_home())
        yield from self._process()

    def _findings(self) -> Iterator[Finding]:
        yield Finding("mayfly", _own_version(), Grade.GOOD)
        yield Finding("python", platform.python_version(), Grade.GOOD)
        yield from self._reading()
        yield from self._key()
        yield from self._files()
        yield from self._grounds()

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
        good = "seccomp" in info.isolation and "landlock" in info.isolation
        yield Finding(
            "isolation",
            held,
            Grade.GOOD if good else Grade.NOTICE,
            "" if good else "This system does not offer every barrier around a reader.",
        )

    def _key(self) -> Iterator[Finding]:
        home = self._key_home()
        yield Finding("vault", f"{self._surroundings.vault} ({home or 'none yet'})", Grade.GOOD)
        try:
            backend = self._secret_backend()
        except UserError as error:
            needed = home == "keyring"
            remedy = error.remedy if needed else "Mayfly asks for a passphrase instead."
            text = error.text if needed or not isinstance(error, KeyringUnavailable) else "none"
            yield Finding("keyring", text, Grade.PROBLEM if needed else Grade.NOTICE, "", remedy)
            return
        yield Finding("keyring", backend, Grade.GOOD)

    def _files(self) -> Iterator[Finding]:
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

    def _process(self) -> Iterator[Finding]:
        if self._surroundings.no_core_dumps:
            yield Finding("core dumps", "off", Grade.GOOD)
        else:
            yield Finding(
                "core dumps",
                "not switched off",
                Grade.NOTICE,
                "A crash may leave memory on the disk, keys and documents included.",
                "Switch core dumps off system-wide.",
                Promise.LIMITED,
            )


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
