"""The seams: what services ask of the vault, the engine, the machine and the alarm.

Every seam has a real adapter and, where DESIGN names one, a fake that passes the same
contract tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from mayfly.domain.jobs import (
    Deadline,
    ReaderProcess,
    ReadOptions,
)
from mayfly.domain.pages import PageResult
from mayfly.domain.readings import PageReading

T = TypeVar("T")


class Clock(Protocol):
    """Where time comes from; nothing else in Mayfly asks the machine for it."""

    def now(self) -> datetime:
        """Return the present moment, aware UTC."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards, for measuring spans."""
        ...

    def boot_s(self) -> float:
        """Return seconds since the machine was started, those asleep included. Nobody sets it."""
        ...

    def boot_id(self) -> str:
        """Return a word that is the same as long as boot_s counts from the same start."""
        ...


class Lane(Protocol):
    """One thread that does all work of a kind, one piece after the other."""

    def submit(self, work: Callable[[], T], *, urgent: bool = False) -> Future[T]:
        """Queue the work; urgent work goes before work that is not. Any thread may call."""
        ...

    def close(self) -> None:
        """Finish what is queued, then end. Later calls of submit raise InternalError."""
        ...


class SecretStore(Protocol):
    """The operating system's keyring. Calls may block while the user is asked."""

    @property
    def backend(self) -> str:
        """Name of the backend, for the settings and for doctor."""
        ...

    def get(self, name: str) -> str | None:
        """Return the secret, or None; KeyringLocked or KeyringUnavailable otherwise."""
        ...

    def put(self, name: str, value: str) -> None:
        """Store one ASCII line and read it back; KeyringUnavailable when it did not take."""
        ...

    def remove(self, name: str) -> None:
        """Forget the secret; a missing one is no error."""
        ...

    def at_once(self) -> AbstractContextManager[SecretStore]:
        """Give the same keyring for some calls that follow each other, where that is faster."""
        ...


class SourceFile(Protocol):
    """A file of the user's, opened for reading once; it is never changed."""

    @property
    def name(self) -> str:
        """File name without its folder."""
        ...

    @property
    def path(self) -> str | None:
        """Where it lies, or None for pasted data."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes; IntakeError when it cannot be read, changes or is too large."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a listing: a document, or a file of no kind that Mayfly reads."""

    path: Path
    is_document: bool


class FileIntake(Protocol):
    """Finds and opens what the user drops."""

    def listing(self, paths: Sequence[Path]) -> Iterator[Found]:
        """Yield the paths in the order given; folders give their files, sorted, recursively.

        A path that was named itself is always a document, whatever its suffix. Links inside
        a folder are not followed.
        """
        ...

    def open(self, path: Path) -> SourceFile:
        """Open for reading; IntakeError (FileMissing, NotAFile, FileEmpty, ...) otherwise."""
        ...


class Reader(Protocol):
    """One worker process. Used by one thread at a time; only kill may come from another.

    After ReaderCrashed, ReadingTimedOut or ReaderOutOfMemory the reader is dead.
    """

    @property
    def pid(self) -> int:
        """Process id; it leads a process group that holds every child."""
        ...

    @property
    def started(self) -> float:
        """Start time of the process as the system tells it, against reused pids."""
        ...

    @property
    def alive(self) -> bool:
        """Whether the process can still take a document."""
        ...

    def open(
        self, chunks: Iterable[bytes], size: int, options: ReadOptions, password: str | None
    ) -> int:
        """Hand over a document of size bytes; return its page count.

        Raises PasswordNeeded or PasswordWrong (and can then be asked for another document),
        any other DocumentError, or RecognitionError.
        """
        ...

    def read_page(self, number: int) -> PageReading:
        """Read one page of the open document, counted from 1; DocumentError otherwise."""
        ...

    def compose_pdf(self, pages: Sequence[PageResult], *, excerpt: bool = False) -> Iterator[bytes]:
        """Yield a searchable PDF: the open document's pages with an invisible text layer.

        excerpt: only these pages are to be in it, and nothing of any other.
        """
        ...

    def close_document(self) -> None:
        """Forget the open document. No error when there is none."""
        ...

    def kill(self) -> None:
        """Kill the process and its children at once and empty its scratch folder."""
        ...


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What reads documents here, for doctor and the settings page."""

    engine: str
    version: str
    program: str
    languages: tuple[str, ...]
    scratch: str
    scratch_in_memory: bool
    isolation: tuple[str, ...]
    """What holds a worker back: "rlimits", "no core dumps", "landlock", "seccomp"."""


class Engine(Protocol):
    """Starts readers and says what they can do."""

    def start_reader(self) -> Reader:
        """Start a worker process; it is ready to open a document when this returns."""
        ...

    def describe(self) -> EngineInfo:
        """Ask the program for its version and languages; RecogniserMissing when none is found."""
        ...

    def check_languages(self, languages: Sequence[str]) -> None:
        """Raise LanguageMissing or RecogniserMissing before a job starts."""
        ...


@dataclass(frozen=True, slots=True)
class RawWord:
    """A word as a recogniser gives it, in pixels of the image it was given."""

    text: str
    left: int
    top: int
    width: int
    height: int
    confidence: float
    block: int
    paragraph: int
    line: int


class Recogniser(Protocol):
    """Reads the words in one image. Lives in a worker process."""

    def recognise(
        self,
        pixels: bytes,
        width_px: int,
        height_px: int,
        *,
        dpi: int,
        languages: Sequence[str],
        timeout_s: float,
    ) -> list[RawWord]:
        """Return words in reading order from 8-bit gray pixels, row after row.

        One pass gives words, boxes and confidences. Raises ReadingTimedOut or RecognitionError.
        """
        ...


class ProcessKiller(Protocol):
    """Ends readers, those of other Mayfly processes included."""

    def kill_group(self, process: ReaderProcess) -> None:
        """Kill the reader and all its children; no error when it is gone or is another process."""
        ...


class Seat(Protocol):
    """The right to read the queue; at most one process of a vault holds it."""

    def try_take(self) -> bool:
        """Take it if nobody holds it; True when it is ours. The system frees it on any death."""
        ...

    def release(self) -> None:
        """Give it up; no error when it is not ours."""
        ...


class Alarm(Protocol):
    """Rings near deadlines. The rows are the truth; a missed ring only costs time."""

    def start(self, ring: Callable[[], None]) -> None:
        """Begin; ring comes on a thread of the alarm's own and must only hand work on."""
        ...

    def set_deadlines(self, deadlines: Sequence[Deadline]) -> None:
        """Replace all timers by these, one for each."""
        ...

    def wake(self) -> None:
        """Look at the clock again now (after a suspend or a clock change)."""
        ...

    def stop(self) -> None:
        """End all timers; no error when it never started."""
        ...


class Ticker(Protocol):
    """Calls back about once a minute, and soon after the machine slept or its clock jumped."""

    def start(self, tick: Callable[[], None]) -> None:
        """Begin; tick comes on a thread of the ticker's own."""
        ...

    def stop(self) -> None:
        """End; no error when it never started."""
        ...


class FileTarget(Protocol):
    """Writes results where the user asked for them."""

    def write_new(
        self,
        folder: Path,
        stem: str,
        suffix: str,
        chunks: Iterable[bytes],
        *,
        check: Callable[[], object],
    ) -> Path:
        """Write a new file whole or not at all; never overwrite: "name (2).txt" if need be.

        check is called when all is on the disk, just before the file gets its name. The stem
        is cleaned of what file systems refuse. Raises TargetMissing or TargetNotWritable, or
        what chunks or check raise; nothing partial is left behind.
        """
        ...

    def digest(self, path: Path) -> bytes:
        """Return the SHA-256 of a file as the disk gives it back, not as it is remembered."""
        ...

    def find(self, folder: Path, stem: str, suffix: str, digest: bytes) -> Path | None:
        """Return a file with this content under one of the names that write_new gives."""
        ...
