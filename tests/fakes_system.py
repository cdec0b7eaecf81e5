"""Fakes of the machine's seams that time and other processes would make slow or flaky."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mayfly.domain.document_errors import FileEmpty, FileMissing
from mayfly.domain.errors import InternalError
from mayfly.domain.jobs import Deadline
from mayfly.domain.ports import Clock, Found, SourceFile
from tests.fakes import BytesSource


class HandAlarm:
    """The Alarm seam on a clock that a test moves: wake rings for what is due by then."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ring: Callable[[], None] | None = None
        self._rang: frozenset[Deadline] = frozenset()
        self.deadlines: tuple[Deadline, ...] = ()

    def start(self, ring: Callable[[], None]) -> None:
        if self._ring is not None:
            raise InternalError("the alarm runs already")
        self._ring = ring
        self.wake()

    def set_deadlines(self, deadlines: Sequence[Deadline]) -> None:
        self.deadlines = tuple(deadlines)
        self._rang &= frozenset(deadlines)
        self.wake()

    def wake(self) -> None:
        now = self._clock.now()
        if self._ring is None:
            return
        for deadline in self.deadlines:
            if deadline.due_at <= now and deadline not in self._rang:
                self._rang |= {deadline}
                self._ring()

    def stop(self) -> None:
        self._ring = None
        self.deadlines = ()


class SharedSeat:
    """The Seat seam without processes: all that share a holder list compete for one seat."""

    def __init__(self, holders: list[SharedSeat]) -> None:
        self._holders = holders

    def try_take(self) -> bool:
        if not self._holders:
            self._holders.append(self)
        return self._holders == [self]

    def release(self) -> None:
        if self in self._holders:
            self._holders.remove(self)


class MemoryFiles:
    """The FileIntake seam on a dictionary of paths and bytes; it knows no folders."""

    def __init__(self, contents: dict[Path, bytes]) -> None:
        self.contents = contents

    def listing(self, paths: Sequence[Path]) -> Iterator[Found]:
        for path in paths:
            yield Found(path, is_document=True)

    def open(self, path: Path) -> SourceFile:
        if path not in self.contents:
            raise FileMissing
        if not self.contents[path]:
            raise FileEmpty
        return BytesSource(path.name, self.contents[path], path=str(path))
