"""Asks of the keyring that may hang: each runs beside the vault lane, which waits a little only.

A keyring that was locked meanwhile opens a prompt and answers when the user does, which may be
never. The lane keeps every deadline, so it cannot wait for that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from mayfly.domain.errors import KeyringLocked

T = TypeVar("T")

PATIENCE_S = 5.0
"""Two writes of a keyring take some 40 ms and syncing all disks 14 ms; a prompt takes longer."""


class Errand:
    """One call at a time, in a thread that never keeps the process from ending."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._given_up: Future[Any] | None = None

    def run(self, call: Callable[[], T]) -> T:
        """Return the call's answer or raise its error; KeyringLocked when it takes too long.

        A call that was given up goes on by itself, and until it has ended no other begins.
        """
        if self.is_busy():
            raise KeyringLocked
        future: Future[T] = Future()
        self._given_up = None
        threading.Thread(
            target=_answer, args=(future, call), name="keyring errand", daemon=True
        ).start()
        try:
            return future.result(self._patience_s)
        except TimeoutError:
            if future.done():
                raise
            self._given_up = future
            raise KeyringLocked from None

    def is_busy(self) -> bool:
        """Tell whether a call that was given up has not ended."""
        return self._given_up is not None and not self._given_up.done()

    def when_idle(self, work: Callable[[], None]) -> None:
        """Do the work now, or as soon as the call that was given up has ended."""
        if self._given_up is None:
            work()
        else:
            self._given_up.add_done_callback(lambda _: work())


def _answer(future: Future[T], call: Callable[[], T]) -> None:
    try:
        answer = call()
    except BaseException as error:  # noqa: BLE001 - a lane of one call: whoever asked gets it
        future.set_exception(error)
    else:
        future.set_result(answer)
