"""Which reader takes which page next. Pure bookkeeping under one lock; no I/O, no threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from mayfly.domain.ids import JobId

_MOST_ATTEMPTS = 2
"""A page or document that makes its reader crash is tried once more in a fresh reader."""


@dataclass(slots=True, eq=False)
class Document:
    """One job being read in this process, by one or more readers."""

    job_id: JobId
    opened: bool = False
    dropped: bool = False
    alone: bool = False
    readers: int = 0
    attempts: int = 0
    pending: deque[int] = field(default_factory=deque)
    in_hand: set[int] = field(default_factory=set)
    page_attempts: dict[int, int] = field(default_factory=dict)

    @property
    def wants_reader(self) -> bool:
        """Whether one more reader would find work here."""
        if self.dropped:
            return False
        if not self.opened:
            return self.readers == 0
        most = 1 if self.alone else len(self.pending)
        return bool(self.pending) and self.readers < most

    @property
    def complete(self) -> bool:
        """Whether every page was read or given up."""
        return self.opened and not self.dropped and not self.pending and not self.in_hand


class Board:
    """The documents being read and who reads them. Any thread may call."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._documents: dict[JobId, Document] = {}

    def begin(self, job_id: JobId) -> Document:
        """Put a claimed job on the board with one reader."""
        with self._gate:
            document = self._documents[job_id] = Document(job_id, readers=1)
            return document

    def take_up(self) -> Document | None:
        """Add a reader to the oldest document that lost its own; None when there is none.

        A crash, a pause or a full disk leaves one behind. It comes before documents that
        were added later: otherwise it would wait until all of those are read.
        """
        with self._gate:
            return self._add_reader(lambda document: document.readers == 0)

    def join(self) -> Document | None:
        """Add a reader to a document that has work for one more; None when there is none."""
        with self._gate:
            return self._add_reader(lambda _: True)

    def opened(self, document: Document, pending: tuple[int, ...]) -> None:
        """Note the pages to read; a second reader of the same document changes nothing."""
        with self._gate:
            if not document.opened:
                document.opened = True
                document.pending.extend(pending)

    def take(self, document: Document) -> int | None:
        """Take the next page in hand; None when none is left or the document was dropped."""
        with self._gate:
            if document.dropped or not document.pending:
                return None
            number = document.pending.popleft()
            document.in_hand.add(number)
            return number

    def settle(self, document: Document, number: int) -> None:
        """Note that the page was saved, or given up."""
        with self._gate:
            document.in_hand.discard(number)

    def put_back(self, document: Document, number: int) -> None:
        """Return a page that was not read, to be taken next."""
        with self._gate:
            document.in_hand.discard(number)
            document.pending.appendleft(number)

    def may_try_again(self, document: Document, number: int | None) -> bool:
        """Count a crash on a page (None: on opening); whether another try is allowed."""
        with self._gate:
            if number is None:
                document.attempts += 1
                return document.attempts < _MOST_ATTEMPTS
            tried = document.page_attempts.get(number, 0) + 1
            document.page_attempts[number] = tried
            return tried < _MOST_ATTEMPTS

    def drop(self, document: Document) -> None:
        """Take no more of its pages: it was deleted, cancelled or settled otherwise."""
        with self._gate:
            document.dropped = True
            document.pending.clear()

    def drop_job(self, job_id: JobId) -> None:
        """Drop a document by its job; no error when it is not on the board."""
        with self._gate:
            document = self._documents.get(job_id)
            if document is not None:
                document.dropped = True
                document.pending.clear()

    def is_shared(self, document: Document) -> bool:
        """Whether another reader works on it too."""
        with self._gate:
            return document.readers > 1

    def go_on_alone(self, document: Document) -> bool:
        """Let no more readers join; whether the one that remains can go on without the caller."""
        with self._gate:
            document.alone = True
            return document.opened and document.readers > 1

    def leave(self, document: Document) -> bool:
        """Remove a reader; True for the one who must finish a document that is complete."""
        with self._gate:
            document.readers -= 1
            over = document.readers == 0 and (document.dropped or document.complete)
            if over:
                if self._documents.get(document.job_id) is document:
                    del self._documents[document.job_id]
                return not document.dropped
            return False

    def _add_reader(self, is_meant: Callable[[Document], bool]) -> Document | None:
        for document in self._documents.values():
            if document.wants_reader and is_meant(document):
                document.readers += 1
                return document
        return None
