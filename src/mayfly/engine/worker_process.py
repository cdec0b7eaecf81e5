"""One worker as a process: started clean, leading its own group, ended with all of it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

import psutil

from mayfly.domain.errors import InternalError
from mayfly.engine.scratch import Scratch

_STATUS_S = 2.0
_GONE_S = 3.0
_STEP_S = 0.01


class WorkerProcess:
    """A process that leads a group, and the scratch folder that it may write to."""

    def __init__(self, process: subprocess.Popen[bytes], scratch: Scratch) -> None:
        self.pid = process.pid
        self._process = process
        self._scratch = scratch
        self._ending = threading.Lock()
        self._ended = False
        self.started = self._ask_started()

    def is_alive(self) -> bool:
        """Tell whether the process runs. One that died by itself is cleaned up after."""
        if self._ended:
            return False
        if self._status_now() is None:
            return True
        self.end()
        return False

    def wait_status(self) -> int | None:
        """Return the exit status (minus a signal) of a process that is about to end.

        None when it does not end, or was ended by us.
        """
        until = time.monotonic() + _STATUS_S
        while not self._ended and time.monotonic() < until:
            status = self._status_now()
            if status is not None:
                return status
            time.sleep(_STEP_S)
        return None

    def end(self) -> None:
        """Kill the whole group, wait until it is gone, empty the scratch folder. Idempotent.

        The leader is not waited for before its group is killed: while it is a zombie, its
        number cannot be given to a stranger.
        """
        with self._ending:
            if self._ended:
                return
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._wait_until_group_is_gone()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_GONE_S)
            self._scratch.discard()
            self._ended = True

    def _ask_started(self) -> float:
        try:
            return float(psutil.Process(self.pid).create_time())
        except psutil.Error as error:
            raise InternalError("a worker ended as it was started") from error

    def _status_now(self) -> int | None:
        """Look at the status without taking it, so that the number stays ours."""
        try:
            found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
        except ChildProcessError:
            return self._process.returncode
        if found is None:
            return None
        return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status

    def _wait_until_group_is_gone(self) -> None:
        until = time.monotonic() + _GONE_S
        while time.monotonic() < until and _living_members(self.pid):
            time.sleep(_STEP_S)


def start_process(
    command: Sequence[str], environment: Mapping[str, str], scratch: Scratch
) -> tuple[WorkerProcess, int, int]:
    """Start the command as leader of a group; return it, and our read and write end.

    Both ends are non-blocking, and no other program that we start inherits them: a worker
    must see the end of its input when we die.
    """
    their_input, our_output = os.pipe()
    our_input, their_output = os.pipe()
    try:
        process = subprocess.Popen(
            list(command),
            stdin=their_input,
            stdout=their_output,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        os.close(our_input)
        os.close(our_output)
        raise InternalError("a worker could not be started") from error
    finally:
        os.close(their_input)
        os.close(their_output)
    os.set_blocking(our_input, False)
    os.set_blocking(our_output, False)
    return WorkerProcess(process, scratch), our_input, our_output


def _living_members(group: int) -> list[int]:
    """Return the processes of a group that still run; zombies run no more."""
    living = []
    for pid in psutil.pids():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getpgid(pid) == group and (
                psutil.Process(pid).status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
            ):
                living.append(pid)
    return living
