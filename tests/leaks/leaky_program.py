"""A program that leaks in every way but one that lasts: for the control of the watch.

python -m tests.leaks.leaky_program DOCUMENT OUTSIDE
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path


def main(document: Path, outside: Path) -> None:
    """Write, name, send and start with the document's name; remove all of it again."""
    word, folder = document.stem.split()[-1], Path(tempfile.gettempdir())
    moment = folder / "for-a-moment"
    moment.write_text(f"the name is {word}")
    moment.unlink()
    squeezed = folder / "squeezed"
    squeezed.write_bytes(zlib.compress(f"the name is {word}".encode("utf-16-le")))
    squeezed.unlink()
    one, other = socket.socketpair()
    with one, other:
        one.sendall(word.encode())
    subprocess.run([sys.executable, "-S", "-c", "pass", word], check=True)
    named = folder / f"{word}.folder"
    named.mkdir()
    named.rename(folder / "nameless")
    (folder / "nameless").rmdir()
    (folder / word).touch()
    (folder / word).unlink()
    os.close(os.open(outside, os.O_WRONLY | os.O_CREAT))
    outside.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
