"""A worker that does as a script says, in place of the real one: what a hostile document could."""

from __future__ import annotations

import json

FAKE = """
import os, struct, sys

def take(size):
    data = b""
    while len(data) < size:
        piece = os.read(0, size - len(data))
        if not piece:
            sys.exit(0)
        data += piece
    return data

def frame():
    head, body = struct.unpack(">II", take(8))
    take(head), take(body)

def say(header, body=b""):
    os.write(1, struct.pack(">II", len(header), len(body)) + header + body)

frame()
say(b'{"kind":"ready","isolation":["rlimits"]}')
"""
OPENED = """
frame(); frame()
say(b'{"kind":"opened","pages":1}')
frame()
"""


def raw(header: object, body: bytes = b"") -> str:
    return f"say({json.dumps(header).encode()!r}, {body!r})\nframe()"
