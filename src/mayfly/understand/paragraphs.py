"""Paragraphs as they are read: the engine's own, parted and joined where it was clearly wrong.

A text layer knows blocks only: a heading is often of one block with what it heads, and some
programs write every line as a block of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from mayfly.domain.layout import Line
from mayfly.understand.lines import Paragraph
from mayfly.understand.markers import marker_of
from mayfly.understand.sizes import size_of
from mayfly.understand.words import right_of, words_text

_LARGER_LAYER, _LARGER_READ = 1.2, 1.5
_LARGER_GAP = 1.45
_NEAR = 1.6
_FULL_LINE = 0.88
_SAME_SIZE = 1.1
_ENDS = (".", ":", "!", "?", ";")


def regrouped(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Return the same lines in the same order as better paragraphs."""
    found: list[list[Line]] = []
    for paragraph in paragraphs:
        for index, part in enumerate(_parted(paragraph)):
            if index == 0 and found and _goes_on(found[-1], part):
                found[-1] += part
            else:
                found.append(part)
    return [tuple(lines) for lines in found]


def _parted(paragraph: Paragraph) -> list[list[Line]]:
    """Part where letters become clearly larger or smaller, and at wide gaps."""
    steps = [_step(one, two) for one, two in pairwise(paragraph)]
    usual = median(steps) if steps else 0
    parts = [[paragraph[0]]]
    ratio = _LARGER_LAYER if paragraph[0].words[0].confidence is None else _LARGER_READ
    for step, (before, line) in zip(steps, pairwise(paragraph), strict=True):
        is_far = len(steps) > 1 and usual > 0 and step > _LARGER_GAP * usual
        if is_far or _differ(before, line, ratio):
            parts.append([])
        parts[-1].append(line)
    return parts


def _step(above: Line, below: Line) -> float:
    return (below.box.top + below.box.height / 2) - (above.box.top + above.box.height / 2)


def _differ(first: Line, second: Line, ratio: float) -> bool:
    smaller, larger = sorted((size_of(first), size_of(second)))
    return smaller > 0 and larger > ratio * smaller


def _goes_on(before: Sequence[Line], after: Sequence[Line]) -> bool:
    """Return whether a block clearly goes on with the one before: one line was a block each."""
    last, first = before[-1], after[0]
    if last.words[0].confidence is not None or last.box.height <= 0:
        return False
    step = _step(last, first)
    usual = _step(before[-2], last) if len(before) > 1 else _NEAR * last.box.height
    if not 0 < step <= 1.15 * usual or _differ(last, first, _SAME_SIZE):
        return False
    if abs(before[-1].box.left - first.box.left) > last.box.height:
        return False
    return _is_full(before, after) and not _ends_a_thought(last, first)


def _is_full(before: Sequence[Line], after: Sequence[Line]) -> bool:
    """Return whether the last line before reaches as far right as its neighbours do."""
    last = before[-1].box
    right = max(right_of(line.box) for line in (*before[-3:], *after[:3]))
    return right_of(last) - last.left >= _FULL_LINE * (right - last.left)


def _ends_a_thought(last: Line, first: Line) -> bool:
    text, more = words_text(last.words), words_text(first.words)
    if not text or not more or marker_of(more.split(" ", 1)[0]) is not None:
        return True
    return text.endswith(_ENDS) and not more[0].islower()
