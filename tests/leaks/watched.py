"""The real program, watched: every file it writes and every byte that leaves it is searched."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from mayfly.system.canary_forms import Needles
from mayfly.system.paths import paths_in
from mayfly.system.traces import ByteSearch, Limits, Tally, TraceSearcher
from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault
from tests.cli.conftest import PASSPHRASE, Ended, Program, with_passphrase
from tests.conftest import ROOT
from tests.leaks.strace_log import Call, calls, traced
from tests.vault.conftest import CHEAP

MEMORY = Path("/dev/shm")
_SCRATCH = str(MEMORY / "mayfly-")
_NOWHERE = ("/dev/null", "/dev/tty", "/proc/")


@dataclass(frozen=True)
class BuiltProgram(Program):
    """Runs Mayfly, or the build of it that module names."""

    module: str = "mayfly"

    @property
    def out(self) -> Path:
        """The user's own folder, for what is exported."""
        return self.folder / "out"

    @property
    def environment(self) -> dict[str, str]:
        path = f"{ROOT}:{super().environment.get('PYTHONPATH', '')}"
        return {**super().environment, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", self.module, *map(str, words)]

    def do(self, *words: str | Path) -> Ended:
        """Run a command that must go well."""
        ended = self.run(*words)
        assert ended.status == 0, ended.err
        return ended


@dataclass(frozen=True)
class WatchedProgram(BuiltProgram):
    """Runs it under strace."""

    logs: list[Path] = field(default_factory=list)

    def command(self, *words: str | Path) -> list[str]:
        log = self.folder / f"strace-{len(self.logs)}"
        self.logs.append(log)
        return traced(log, super().command(*words))


P = TypeVar("P", bound=BuiltProgram)


def watched_program(folder: Path, module: str = "mayfly") -> WatchedProgram:
    """Return a watched program whose vault is there already and costs little to open."""
    return built_program(WatchedProgram, folder, module)


def built_program(kind: type[P], folder: Path, module: str = "mayfly") -> P:
    """Return a program of the kind whose vault is there already and costs little to open."""
    plain = with_passphrase(folder)
    paths = paths_in(plain.home)
    vault = VaultPaths(paths.database, paths.shard, paths.lock)
    open_vault(vault, KeyAccess(None, PASSPHRASE), argon=CHEAP).close()
    program = kind(folder, plain.variables, module)
    program.out.mkdir()
    return program


@dataclass(frozen=True)
class Ways:
    """How often a trace went which way."""

    meant: Counter[str] = field(default_factory=Counter)
    leaked: Counter[str] = field(default_factory=Counter)


@dataclass
class Watch:
    """Searches what a watched program did; began is when it could first leave anything."""

    program: WatchedProgram
    mine: Path
    began: float = field(default_factory=lambda: time.time() - 0.5)

    def left(self, needles: Needles) -> list[str]:
        """Return what shows a trace now: Mayfly's home, the user's, temporary files, memory.

        Files of the program's folder are searched whole, whoever wrote them.
        """
        own = {self.mine, self.program.out, *self.program.logs}
        searcher, found = TraceSearcher(needles), []
        for place in (self.program.folder, MEMORY):
            for entry in sorted(place.iterdir()):
                tally = Tally()
                since = self.began if place == MEMORY else None
                searcher.path(entry, tally, Limits(since, frozenset(own)))
                if tally.hits:
                    found.append(entry.name)
        return found

    def ways(self, needles: Needles) -> Ways:
        """Return every way in which a trace left the program.

        Meant are pipes (to its readers, to Tesseract, to whoever runs it), scratch in memory,
        and the folder that the user exports to. Not meant is the vault, too: it is sealed.
        """
        ways = Ways()
        for log in self.program.logs:
            searches: dict[str, ByteSearch] = {}
            for number, call in enumerate(calls(log)):
                if not number:
                    # The command itself, as the user typed it.
                    assert call.kind == "start"
                    continue
                if self._shows(call, needles, searches):
                    kind = ways.meant if self._is_meant(call) else ways.leaked
                    kind[f"{call.name} {self._short(call)}"] += 1
        return ways

    def outside(self) -> set[str]:
        """Return what was opened for writing, or made, where Mayfly has nothing to write."""
        inside = (f"{self.program.folder}/", _SCRATCH, *_NOWHERE)
        opened = {
            call.target
            for log in self.program.logs
            for call in calls(log)
            if call.kind == "open" and call.target.startswith("/")
        }
        return {path for path in opened if not path.startswith(inside)}

    def _shows(self, call: Call, needles: Needles, searches: dict[str, ByteSearch]) -> bool:
        if call.kind != "write":
            return bool(needles.count_in_name(call.data))
        search = searches.setdefault(call.target, ByteSearch(needles))
        before = search.hits
        search.feed(call.data)
        return search.hits > before

    def _is_meant(self, call: Call) -> bool:
        if call.kind == "write":
            return call.target.startswith(("pipe:", _SCRATCH, str(self.program.out)))
        # Names are made in the user's own folder only, for what is exported.
        return call.kind != "start" and str(self.program.out).encode() in call.data

    def _short(self, call: Call) -> str:
        if call.kind != "write":
            return call.kind
        return call.target.split(":")[0].replace(str(self.program.folder), "")
