"""What a program and its children wrote, named and started, as strace saw it.

Every write is there with its bytes, so that a file that is gone by now shows, too.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_WRITES = (
    *("write", "pwrite64", "writev", "pwritev", "pwritev2"),
    *("sendto", "sendmsg", "sendmmsg"),
)
_NAMES = (
    *("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"),
    *("mkdir", "mkdirat", "memfd_create"),
)
_OPENS = ("open", "openat", "creat")
_MOST_BYTES = 4 << 20

# -xx: all strings as hex, so that nothing needs unescaping; -v: the environment of execve.
_STRACE = (
    *("strace", "-f", "-y", "-xx", "-v", "--seccomp-bpf", "-s", str(_MOST_BYTES)),
    *("-e", "signal=none", "-e", f"trace=execve,{','.join((*_OPENS, *_WRITES, *_NAMES))}"),
)
_LINE = re.compile(rb"(?:\d+ +)?(\w+)\((.*)", re.DOTALL)
_STRING = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
_TARGET = re.compile(rb"\d+<((?:\\x[0-9a-f]{2}|[^>])*)>")
_HEX = re.compile(rb"\\x([0-9a-f]{2})")


@dataclass(frozen=True)
class Call:
    """One call: kind is "write", "name", "open" or "start".

    target is where a write went (a path, or "pipe:[1]"), what was opened for writing, or "".
    """

    kind: str
    name: str
    target: str
    data: bytes


def require_strace() -> None:
    """Skip the test where no process can be watched."""
    if shutil.which("strace") is None:
        pytest.skip("no strace: install it")
    tried = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "true"],
        capture_output=True,
        check=False,
    )
    if tried.returncode:
        pytest.skip("this machine lets no process be traced")


def traced(log: Path, command: list[str]) -> list[str]:
    """Return the command that does the same and notes every write in the log."""
    return [*_STRACE, "-o", str(log), *command]


def calls(log: Path) -> Iterator[Call]:
    """Yield what was written, in order, from the log of traced."""
    with log.open("rb") as lines:
        for line in lines:
            match = _LINE.match(line)
            if match is not None and b") = -1 " not in line[-120:]:
                yield from _call(match[1].decode(), match[2])


def _call(name: str, rest: bytes) -> Iterator[Call]:
    data = b"\n".join(_unhexed(one) for one in _STRING.findall(rest))
    if name in _WRITES:
        target = _TARGET.match(rest)
        yield Call("write", name, _unhexed(target[1]).decode() if target else "", data)
    elif name in _OPENS:
        if b"O_WRONLY" in rest or b"O_RDWR" in rest or b"O_CREAT" in rest or name == "creat":
            yield Call("open", name, data.decode(errors="surrogateescape"), data)
    elif name == "execve":
        yield Call("start", name, "", data)
    else:
        yield Call("name", name, "", data)


def _unhexed(text: bytes) -> bytes:
    if not _HEX.match(text):
        return text
    return bytes.fromhex(text.replace(b"\\x", b"").decode())
