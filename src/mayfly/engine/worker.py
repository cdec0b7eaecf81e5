"""The worker program: stays clean itself and forks a child for every document.

A hostile document meets no other document, and its memory goes with its child. This
process never parses anything of a document: it reads the set-up, then waits for a child or
for the end of its parent.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import sys
import time
from collections.abc import Iterator

from mayfly.engine.channel import Channel, ChannelClosed, ChannelGarbled, Frame
from mayfly.engine.lockdown import find_isolation, find_needs, lock_down
from mayfly.engine.protocol import EXIT_CRASHED, Setup, exit_status_for, setup_of
from mayfly.engine.restraint import adopt_orphans, die_with_parent, restrain_process
from mayfly.engine.scratch import empty

_ENDING_S = 2.0
_LOOK_MS = 50
_STEP_S = 0.01


def main() -> int:
    """Serve until the parent closes its end; return the exit status."""
    read_fd, write_fd = _take_pipes()
    channel = Channel(read_fd, write_fd)
    try:
        setup = setup_of(channel.receive().header)
        restrain_process(setup.limits)
        worker = _Worker(channel, setup, read_fd)
        channel.send({"kind": "ready", "isolation": list(worker.isolation)})
        while True:
            status = worker.serve(channel.receive())
            if status != 0:
                _end_group(setup)
                return exit_status_for(status)
    except ChannelClosed:
        return 0
    except ChannelGarbled:
        return EXIT_CRASHED


class _Worker:
    """Everything that a child needs, loaded once and shared with all of them."""

    def __init__(self, channel: Channel, setup: Setup, read_fd: int) -> None:
        # Imported after the limits hold, and only in this process.
        from mayfly.engine.libraries import load_libraries
        from mayfly.engine.session import Session

        load_libraries(setup)
        self._session = Session
        self._channel = channel
        self._setup = setup
        self._read_fd = read_fd
        self._needs = find_needs(setup)
        self.isolation = find_isolation(self._needs)
        adopt_orphans()
        signal.signal(signal.SIGTERM, _stay)
        # What is there by now is shared with every child and never looked at again.
        gc.collect()
        gc.freeze()

    def serve(self, frame: Frame) -> int:
        """Have a child handle the document that begins with this frame; return how it ended.

        0 means that it said all it had to say, and the next document may come. When the
        parent dies meanwhile, this never returns.
        """
        pid = os.fork()
        if pid == 0:
            status = EXIT_CRASHED
            with contextlib.suppress(BaseException):
                status = self._be_child(frame)
            os._exit(status)
        poll = select.poll()
        # No event is asked for: the end of the parent is reported all the same.
        poll.register(self._read_fd, 0)
        with _watch(pid, poll):
            while True:
                events = dict(poll.poll(_LOOK_MS if not hasattr(os, "pidfd_open") else None))
                done, raw = os.waitpid(pid, os.WNOHANG)
                if done:
                    return os.waitstatus_to_exitcode(raw)
                if self._read_fd in events:
                    _end_group(self._setup)
                    os.killpg(0, signal.SIGKILL)

    def _be_child(self, frame: Frame) -> int:
        die_with_parent()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        lock_down(self._needs)
        return self._session(self._channel, self._setup).run(frame)


def _take_pipes() -> tuple[int, int]:
    """Take standard input and output for the frames, so that no library writes between them.

    The copies are not inherited by tesseract.
    """
    read_fd, write_fd = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nothing, fd)
    os.close(nothing)
    return read_fd, write_fd


@contextlib.contextmanager
def _watch(pid: int, poll: select.poll) -> Iterator[None]:
    """Have the poll wake when the child ends, where the system can tell."""
    if not hasattr(os, "pidfd_open"):
        yield
        return
    pid_fd = os.pidfd_open(pid)
    poll.register(pid_fd, select.POLLIN)
    try:
        yield
    finally:
        os.close(pid_fd)


def _end_group(setup: Setup) -> None:
    """End the child and every tesseract, then empty the scratch folder.

    The others of the group end on SIGTERM; this process only takes note of it. Orphans are
    ours (adopt_orphans), so waiting for all children is waiting for all writers.
    """
    os.killpg(0, signal.SIGTERM)
    until = time.monotonic() + _ENDING_S
    while time.monotonic() < until:
        try:
            done, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if not done:
            time.sleep(_STEP_S)
    empty(setup.scratch, wipe=setup.wipe)
    with contextlib.suppress(OSError):
        setup.scratch.rmdir()


def _stay(_number: int, _frame: object) -> None:
    """Outlive a SIGTERM to the group; tesseract does not inherit a handler."""


if __name__ == "__main__":
    sys.exit(main())
