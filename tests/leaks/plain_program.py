"""Mayfly built without encryption, to show that what the tests look for would be found.

python -m tests.leaks.plain_program ARGUMENTS OF MAYFLY
"""

from __future__ import annotations

import sys

from mayfly.vault.sealing import TAG_BYTES, StreamCipher


def make_plain() -> None:
    """Let sealing and opening leave the bytes as they are."""
    StreamCipher._seal = lambda _, chunk, number, is_last: chunk + bytes(TAG_BYTES)
    StreamCipher.open = lambda _, sealed, number, count: sealed[:-TAG_BYTES]


if __name__ == "__main__":
    make_plain()
    from mayfly.__main__ import main

    sys.exit(main())
