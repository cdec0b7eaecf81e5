"""The engine's seam for tests: readers that read a script instead of a document, and its faults.

A document is the JSON that document() makes: it says what is on its pages and what goes wrong
on opening it or on a page. So a test states a fault beside the page that has it, and nothing
is patched.

Faults: "crash" (always), "crash_once", "timed_out", "out_of_memory" (the reader is dead
afterwards), "damaged" (it lives), "bug" (an exception that no port allows), "hang" (until it is
killed), "wrong_number" (a page that answers for another), "no_recogniser" (Tesseract is gone).
A page can also wait at a gate until the test opens it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from mayfly.domain.document_errors import (
    DamagedDocument,
    LanguageMissing,
    PasswordNeeded,
    PasswordWrong,
    ReaderCrashed,
    ReaderOutOfMemory,
    ReadingTimedOut,
    RecogniserMissing,
    UnknownKind,
)
from mayfly.domain.images import FoundImage, ImageBlock, ImageId, ImageKind, ImageType
from mayfly.domain.jobs import ReaderProcess, ReadOptions
from mayfly.domain.pages import Box, PageImage, PageOrigin, PageResult, Word
from mayfly.domain.ports import EngineInfo
from mayfly.domain.readings import PageReading

_FIRST_PID = 1 << 24
"""Above every process number that Linux gives out."""
_LONGEST_S = 60.0
"""A test that forgets to kill or to open a gate ends with an error, not never."""


@dataclass(frozen=True)
class ScriptPage:
    """One page: words, number of pictures; what goes wrong or is waited for before it is read."""

    text: str = "word"
    fault: str | None = None
    gate: str | None = None
    images: int = 0


def document(
    *pages: str | ScriptPage,
    title: str = "document",
    fault: str | None = None,
    password: str | None = None,
) -> bytes:
    """Return the bytes of a document with these pages; fault is one of opening it."""
    shape = {
        "title": title,
        "fault": fault,
        "password": password,
        "pages": [
            vars(page) if isinstance(page, ScriptPage) else {"text": page}
            for page in (pages or ("word",))
        ],
    }
    return json.dumps(shape).encode()


@dataclass
class EchoEngine:
    """The Engine port. what_happened lists opens and pages in the order they began.

    start_fault makes the next start_reader raise it, once; languages are those installed.
    """

    languages: tuple[str, ...] = ("deu", "eng")
    what_happened: list[tuple[object, ...]] = field(default_factory=list)
    readers: list[EchoReader] = field(default_factory=list)
    start_faults: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._pids = itertools.count(_FIRST_PID)
        self._gate = threading.Lock()
        self._gates: dict[str, threading.Event] = {}
        self._tried: set[tuple[str, int]] = set()

    # --- the port --------------------------------------------------------------------

    def start_reader(self) -> EchoReader:
        if self.start_faults:
            raise self.start_faults.pop(0)
        reader = EchoReader(self, next(self._pids))
        self.readers.append(reader)
        return reader

    def describe(self) -> EngineInfo:
        return EngineInfo("Echo", "1", "echo", self.languages, "memory", True, ())

    def check_languages(self, languages: Sequence[str]) -> None:
        if not languages or not set(languages) <= set(self.languages):
            raise LanguageMissing

    # --- for tests -------------------------------------------------------------------

    def gate(self, name: str) -> threading.Event:
        """Return the event that pages with this gate wait for."""
        with self._gate:
            return self._gates.setdefault(name, threading.Event())

    def note(self, *what: object) -> None:
        with self._gate:
            self.what_happened.append(what)

    def happened(self, *what: object) -> int:
        """Count how often that happened."""
        with self._gate:
            return self.what_happened.count(what)

    def is_first(self, title: str, number: int) -> bool:
        """Tell whether this fault has not been met before."""
        with self._gate:
            met = (title, number) in self._tried
            self._tried.add((title, number))
            return not met

    @property
    def alive(self) -> list[EchoReader]:
        """The readers that were started and not killed."""
        return [reader for reader in self.readers if reader.alive]


class EchoReader:
    """The Reader port: one thread uses it, kill comes from any."""

    def __init__(self, engine: EchoEngine, pid: int) -> None:
        self.pid = pid
        self.started = 1_000.0 + pid
        self._engine = engine
        self._dead = threading.Event()
        self._script: dict | None = None

    @property
    def alive(self) -> bool:
        return not self._dead.is_set()

    def open(
        self, chunks: Iterable[bytes], size: int, options: ReadOptions, password: str | None
    ) -> int:
        self._require_life()
        data = b"".join(chunks)
        assert len(data) == size
        assert self._script is None, "the document before was not closed"
        try:
            script = json.loads(data)
        except ValueError:
            raise UnknownKind from None
        self._engine.note("open", script["title"])
        self._meet(script["fault"], script["title"], 0)
        if script["password"] is not None and password != script["password"]:
            raise PasswordNeeded if password is None else PasswordWrong
        self._script = script
        self._options = options
        return len(script["pages"])

    def read_page(self, number: int) -> PageReading:
        self._require_life()
        assert self._script is not None, "no document is open"
        title, page = self._script["title"], self._script["pages"][number - 1]
        self._engine.note("page", title, number)
        if page.get("gate"):
            self._wait(self._engine.gate(page["gate"]))
        if page.get("fault") == "wrong_number":
            number += 1_000
        else:
            self._meet(page.get("fault"), title, number)
        reading = reading_of(number, page["text"], anyway=self._options.recognise_anyway)
        return replace(reading, images=images_of(number, page.get("images", 0)))

    def compose_pdf(self, pages: Sequence[PageResult], *, excerpt: bool = False) -> Iterator[bytes]:
        del excerpt
        assert self._script is not None, "no document is open"
        yield b"%PDF-echo\n"
        for page in pages:
            self._require_life()
            source = self._script["pages"][page.number - 1]
            if source.get("gate"):
                self._engine.note("compose", self._script["title"], page.number)
                self._wait(self._engine.gate(f"compose {source['gate']}"))
            yield " ".join(word.text for word in page.words).encode() + b"\n"

    def close_document(self) -> None:
        self._script = None

    def kill(self) -> None:
        self._dead.set()

    def _meet(self, fault: str | None, title: str, number: int) -> None:
        match fault:
            case None:
                return
            case "crash_once" if not self._engine.is_first(title, number):
                return
            case "crash" | "crash_once":
                self.kill()
                raise ReaderCrashed
            case "hang":
                self._wait(threading.Event())
            case "timed_out":
                self.kill()
                raise ReadingTimedOut
            case "out_of_memory":
                self.kill()
                raise ReaderOutOfMemory
            case "damaged":
                raise DamagedDocument
            case "no_recogniser":
                raise RecogniserMissing
            case "bug":
                raise ValueError("a bug of ours")
            case _:
                raise AssertionError(f"unknown fault {fault}")

    def _wait(self, event: threading.Event) -> None:
        for _ in range(int(_LONGEST_S / 0.01)):
            if self._dead.is_set():
                raise ReaderCrashed
            if event.wait(0.01):
                return
        raise AssertionError("nobody opened the gate or killed the reader")

    def _require_life(self) -> None:
        if self._dead.is_set():
            raise ReaderCrashed


class EchoKiller:
    """The ProcessKiller port over the readers of one engine or several."""

    def __init__(self, *engines: EchoEngine) -> None:
        self._engines = engines
        self.killed: list[ReaderProcess] = []

    def kill_group(self, process: ReaderProcess) -> None:
        self.killed.append(process)
        for engine in self._engines:
            for reader in engine.readers:
                if (reader.pid, reader.started) == (process.pid, process.started):
                    reader.kill()


def reading_of(number: int, text: str, *, anyway: bool = False) -> PageReading:
    """Return what a reader hands back for a page with this text."""
    words = tuple(
        Word(one, Box(10 + 60 * index, 20, 50, 18), 90.0, 0, 0, 0)
        for index, one in enumerate(text.split())
    )
    origin = PageOrigin.RECOGNISED if words or anyway else PageOrigin.BLANK
    result = PageResult(number, 1000, 1400, 300, origin, words)
    picture = b"\xff\xd8" + hashlib.sha256(text.encode()).digest()
    return PageReading(result, PageImage(picture, 500, 700))


def images_of(page: int, count: int) -> tuple[FoundImage, ...]:
    """Return so many pictures as a reader finds on a page; each has bytes of its own."""
    return tuple(image_of(ImageId(page, number)) for number in range(1, count + 1))


def image_of(image_id: ImageId, text: str = "picture") -> FoundImage:
    """Return a picture; its bytes are no real PNG but begin like one."""
    data = b"\x89PNG\r\n\x1a\n" + f"{text} {image_id}".encode()
    box = Box(100, 200 * image_id.number, 400, 150)
    block = ImageBlock(image_id, box, 40, 15, ImageKind.UNKNOWN, ImageType.PNG, len(data))
    return FoundImage(block, data)
