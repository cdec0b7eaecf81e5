"""Lists as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mayfly.domain.layout import ListBlock, ListItem
from mayfly.understand.flow import flowing
from mayfly.understand.markdown_escapes import escaped
from mayfly.understand.markers import CLEAR_BULLETS

_NUMBER = re.compile(r"\(?(0|[1-9][0-9]{0,8})[.)]?")
_BULLETS = CLEAR_BULLETS | frozenset("-–—*·+»o")
_OTHER = {"-": "*", "*": "-", ".": ")", ")": "."}


class ListWriter:
    """Writes lists; two that follow each other get different signs, else they were one."""

    def __init__(self) -> None:
        self._before = ""

    def interrupt(self) -> None:
        """Say that something stands after the last list."""
        self._before = ""

    def write(self, block: ListBlock) -> str:
        """Return the list as Markdown; counting signs stay what they were printed as."""
        first = _first_number(block)
        sign = "-" if first is None else "."
        if sign == self._before:
            sign = _OTHER[sign]
        self._before = sign
        depths = _depths(block.items)
        widths: list[int] = []
        lines = []
        for index, (item, depth) in enumerate(zip(block.items, depths, strict=True)):
            head = sign if first is None else f"{first + index}{sign}"
            widths[depth:] = [len(head) + 1]
            text = _item_text(item, keeps_marker=first is None and not _is_bullet(item.marker))
            lines.append(f"{' ' * sum(widths[:depth])}{head} {text}".rstrip())
        return "\n".join(lines)


def _item_text(item: ListItem, *, keeps_marker: bool) -> str:
    text = flowing(item.lines)
    if keeps_marker:
        text = f"{item.marker} {text}".rstrip()
    return escaped(text, begins_line=True)


def _is_bullet(marker: str) -> bool:
    return marker in _BULLETS


def _first_number(block: ListBlock) -> int | None:
    """Return the number of the first item when all count up by one; None for any other list."""
    numbers = [_NUMBER.fullmatch(item.marker) for item in block.items]
    if not block.ordered or any(item.depth for item in block.items):
        return None
    values = [int(found.group(1)) for found in numbers if found]
    counted = list(range(values[0], values[0] + len(values))) if values else []
    return values[0] if values and values == counted and len(values) == len(numbers) else None


def _depths(items: Sequence[ListItem]) -> list[int]:
    """Return each item's depth, none more than one deeper than the one before."""
    found: list[int] = []
    for item in items:
        deepest = found[-1] + 1 if found else 0
        found.append(min(max(item.depth, 0), deepest))
    return found
