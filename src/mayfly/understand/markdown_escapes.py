"""Text made harmless in Markdown: a reader shows it as it is, and sees nothing else in it."""

from __future__ import annotations

import re

# Emphasis, code, links, pictures, HTML, strikes and tables may begin anywhere in a line.
_ANYWHERE = re.compile(r"[\\`*_\[\]<>~|]")
# An entity: “&amp;” is to be shown as five letters.
_ENTITY = re.compile(r"&(?=#?[0-9A-Za-z]+;)")
# What GitHub's readers make a link of without being asked to.
_ADDRESS = re.compile(r":(?=//)|@|(?<=www)\.", re.IGNORECASE)
# Headings, lists and rules, at the beginning of a line.
_AT_START = re.compile(
    r"^(?:#(?=#{0,5}(?: |$))|[+\-](?= |$)|-(?=[- ]+$)|[0-9]{1,9}(?=[.)](?: |$)))"
)


def escaped(text: str, *, begins_line: bool = False) -> str:
    """Return one line of text as Markdown that is read as just this text.

    begins_line: nothing stands before it, so that signs of blocks must not be seen in it.
    """
    safe = _ANYWHERE.sub(r"\\\g<0>", text)
    safe = _ENTITY.sub(r"\\&", safe)
    safe = _ADDRESS.sub(r"\\\g<0>", safe)
    return _AT_START.sub(_at_start, safe) if begins_line else safe


def _at_start(found: re.Match[str]) -> str:
    sign = found.group()
    return f"{sign}\\" if sign.isdigit() else f"\\{sign}"
