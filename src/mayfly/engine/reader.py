"""The main process's end of one worker: asks, waits with a limit, believes nothing, kills."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from mayfly.domain.document_errors import PasswordWrong, ReaderCrashed, ReadingTimedOut
from mayfly.domain.errors import InternalError
from mayfly.domain.images import FoundImage, ImageBlock
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.limits import Limits
from mayfly.domain.page_codec import encode_page
from mayfly.domain.pages import PageResult
from mayfly.domain.readings import PageReading
from mayfly.engine.answers import error_from, image_from, reading_from
from mayfly.engine.channel import (
    CHUNK_BYTES,
    MOST_BODY_BYTES,
    Channel,
    ChannelClosed,
    ChannelGarbled,
    ChannelTimedOut,
    Frame,
)
from mayfly.engine.protocol import FATAL_CODES, Setup, error_for
from mayfly.engine.worker_process import WorkerProcess

_LONGEST_PASSWORD = 1_000
_START_S = 60.0
_MOST_COMPOSED_BYTES = 1 << 32


class WorkerReader:
    """A Reader in a process of its own. One thread uses it; only kill may come from another."""

    def __init__(self, process: WorkerProcess, channel: Channel, limits: Limits) -> None:
        self._process = process
        self._channel = channel
        self._limits = limits
        self._holds_document = False
        self._pages = 0
        self._using = threading.Lock()

    @property
    def pid(self) -> int:
        """Process id; it leads a process group that holds every child."""
        return self._process.pid

    @property
    def started(self) -> float:
        """Start time of the process as the system tells it, against reused pids."""
        return self._process.started

    @property
    def alive(self) -> bool:
        """Whether the process can still take a document."""
        return self._process.is_alive()

    def prepare(self, setup: Setup) -> tuple[str, ...]:
        """Hand over places and limits; return the layers that hold the worker back."""
        answer = self._ask(setup.to_header(), timeout_s=_START_S)
        with self._trust_nothing():
            if answer.kind != "ready":
                raise ChannelGarbled
            return answer.texts("isolation")

    def open(
        self, chunks: Iterable[bytes], size: int, options: ReadOptions, password: str | None
    ) -> int:
        """Hand over a document of size bytes; return its page count.

        Raises PasswordNeeded or PasswordWrong (and can then be asked for another document),
        any other DocumentError, or RecognitionError.
        """
        if self._holds_document:
            raise InternalError("a document is still open")
        if password is not None and len(password) > _LONGEST_PASSWORD:
            raise PasswordWrong
        self._hand_over(chunks, size, options, password)
        answer = self._receive(self._limits.open_timeout_s)
        with self._trust_nothing():
            if answer.kind != "opened":
                raise ChannelGarbled
            self._pages = answer.number("pages", most=self._limits.pages)
        self._holds_document = True
        return self._pages

    def read_page(self, number: int) -> PageReading:
        """Read one page of the open document, counted from 1; DocumentError otherwise."""
        self._require_document()
        if not 1 <= number <= self._pages:
            raise InternalError(f"no page {number} of {self._pages}")
        answer = self._ask(
            {"kind": "read", "number": number}, timeout_s=self._limits.page_timeout_s
        )
        with self._trust_nothing():
            if answer.kind != "page":
                raise ChannelGarbled
            reading, blocks = reading_from(answer, number, self._limits)
        # One after the other, so that no frame need hold them all.
        images = tuple(self._fetch(index, block) for index, block in enumerate(blocks))
        return replace(reading, images=images)

    def compose_pdf(self, pages: Sequence[PageResult], *, excerpt: bool = False) -> Iterator[bytes]:
        """Yield a searchable PDF: the open document's pages with an invisible text layer.

        excerpt: only these pages are to be in it, and nothing of any other. A document that had
        a password gives one without: whoever exports has opened it.
        """
        self._require_document()
        limit_s = self._limits.page_timeout_s
        self._expect("composing", {"kind": "compose", "excerpt": excerpt})
        for page in pages:
            self._expect("composing", {"kind": "compose_page"}, encode_page(page))
        answer = self._ask({"kind": "compose_end"}, timeout_s=limit_s)
        with self._trust_nothing():
            size = answer.number("size", most=_MOST_COMPOSED_BYTES)
        offset = 0
        while offset < size:
            piece = self._ask({"kind": "compose_read", "offset": offset}, timeout_s=limit_s).body
            with self._trust_nothing():
                if not 0 < len(piece) <= min(CHUNK_BYTES, size - offset):
                    raise ChannelGarbled
            offset += len(piece)
            yield piece

    def close_document(self) -> None:
        """Forget the open document. No error when there is none, or when the worker is dead."""
        if not self._holds_document:
            return
        self._holds_document = False
        with contextlib.suppress(ReaderCrashed, ReadingTimedOut):
            self._expect("closed", {"kind": "close"})

    def kill(self) -> None:
        """Kill the process and its children at once and empty its scratch folder."""
        self._holds_document = False
        self._process.end()
        # Whoever waits on the pipe has its end by now and lets go.
        if self._using.acquire(timeout=5.0):
            self._channel.close()
            self._using.release()

    def _fetch(self, index: int, block: ImageBlock) -> FoundImage:
        self._send({"kind": "image", "index": index})
        answer = self._receive(self._limits.page_timeout_s, most_body=block.size_bytes)
        with self._trust_nothing():
            return image_from(answer, block)

    def _hand_over(
        self, chunks: Iterable[bytes], size: int, options: ReadOptions, password: str | None
    ) -> None:
        header = {
            "kind": "open",
            "size": size,
            "languages": list(options.languages),
            "recognise_anyway": options.recognise_anyway,
            "password": password,
        }
        self._send(header)
        sent = 0
        try:
            for chunk in chunks:
                sent += len(chunk)
                if sent > size:
                    break
                view = memoryview(chunk)
                for start in range(0, len(view), CHUNK_BYTES):
                    self._send({"kind": "chunk"}, view[start : start + CHUNK_BYTES])
            if sent != size:
                raise InternalError("the document is not as long as was said")  # noqa: TRY301
        except BaseException:
            # The worker waits for the rest: nothing else can be said to it any more.
            self.kill()
            raise

    def _require_document(self) -> None:
        if not self._process.is_alive():
            raise ReaderCrashed
        if not self._holds_document:
            raise InternalError("no document is open")

    def _expect(self, kind: str, header: Mapping[str, object], body: bytes = b"") -> None:
        answer = self._ask(header, body, timeout_s=self._limits.page_timeout_s)
        with self._trust_nothing():
            if answer.kind != kind:
                raise ChannelGarbled

    def _ask(self, header: Mapping[str, object], body: bytes = b"", *, timeout_s: float) -> Frame:
        self._send(header, body)
        return self._receive(timeout_s)

    def _send(self, header: Mapping[str, object], body: bytes | memoryview = b"") -> None:
        deadline = time.monotonic() + self._limits.open_timeout_s
        with self._trust_nothing(), self._using:
            self._channel.send(header, body, deadline=deadline)

    def _receive(self, timeout_s: float, *, most_body: int = MOST_BODY_BYTES) -> Frame:
        deadline = time.monotonic() + timeout_s
        with self._trust_nothing():
            with self._using:
                answer = self._channel.receive(deadline=deadline, most_body=most_body)
            if answer.kind != "failed":
                return answer
            error = error_from(answer)
        if error.code in FATAL_CODES:
            self.kill()
        raise error

    @contextlib.contextmanager
    def _trust_nothing(self) -> Iterator[None]:
        """Turn whatever a worker does wrong into its end and the error that says so."""
        try:
            yield
        except ChannelTimedOut:
            self.kill()
            raise ReadingTimedOut from None
        except ChannelGarbled:
            self.kill()
            raise ReaderCrashed from None
        except ChannelClosed:
            error = error_for(self._process.wait_status())
            self.kill()
            raise error from None
