"""A lane: one thread that does all work of a kind, so that nothing of it runs side by side."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from mayfly.domain.errors import LaneClosed
from mayfly.domain.network_port import Running

T = TypeVar("T")

_URGENT, _ORDINARY, _LAST = range(3)


StartThread = Callable[[Callable[[], None], str], Running]


def start_daemon(run: Callable[[], None], name: str) -> threading.Thread:
    """Start a thread that does not keep the process alive."""
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


class ThreadLane:
    """The Lane port on a thread of its own. Pieces of one urgency run in the order given.

    start: starts the thread; the network lane's must be one that can make sockets.
    """

    def __init__(self, name: str, start: StartThread = start_daemon) -> None:
        self._queue: queue.PriorityQueue[tuple[int, int, Callable[[], Any] | None, Future[Any]]]
        self._queue = queue.PriorityQueue()
        self._order = itertools.count()
        self._gate = threading.Lock()
        self._closed = False
        self._thread = start(self._run, name)

    def submit(self, work: Callable[[], T], *, urgent: bool = False) -> Future[T]:
        """Queue the work; its answer or its exception is in the future."""
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise LaneClosed("the lane is closed")
            urgency = _URGENT if urgent else _ORDINARY
            self._queue.put((urgency, next(self._order), work, future))
        return future

    def close(self) -> None:
        """Finish what is queued, then end the thread. Closing twice is no error."""
        self.leave()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def leave(self) -> None:
        """As close, without waiting: what is in hand may be asking a user who never answers."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put((_LAST, next(self._order), None, Future()))

    def _run(self) -> None:
        while True:
            _, _, work, future = self._queue.get()
            if work is None:
                return
            if not future.set_running_or_notify_cancel():
                continue
            try:
                answer = work()
            except BaseException as error:  # noqa: BLE001 - whoever asked gets it
                future.set_exception(error)
            else:
                future.set_result(answer)
            # Neither the work nor its answer may outlive its turn in this frame: both can
            # hold what was decrypted.
            del work, future
            answer = None


class InlineLane:
    """The Lane port without a thread: work is done where it is submitted. For tests."""

    def submit(self, work: Callable[[], T], *, urgent: bool = False) -> Future[T]:
        """Do the work now and return a finished future."""
        del urgent
        future: Future[T] = Future()
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - the same promise as the real lane
            future.set_exception(error)
        return future

    def close(self) -> None:
        """Nothing to end."""
