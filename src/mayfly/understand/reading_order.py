"""Puts what the engine read in a clearly wrong order into the right one.

Text layers come in the order in which a program wrote them: a page's title is often last. What
stands beside something else keeps its place, for only the engine knows of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from mayfly.domain.pages import Box
from mayfly.understand.words import bottom_of, right_of


def reading_order(boxes: Sequence[Box]) -> list[int]:
    """Return the numbers of the boxes in reading order.

    From the top down, a box that stands above all others, and below or above each of them in
    the sense that they share some width, comes first; from the bottom up it comes last.
    """
    numbers = sorted(range(len(boxes)), key=lambda number: (boxes[number].top, number))
    first = _leading(
        [boxes[number].top for number in numbers],
        [bottom_of(boxes[number]) for number in numbers],
        [boxes[number] for number in numbers],
    )
    top, rest = numbers[:first], numbers[first:]
    rest.sort(key=lambda number: (-bottom_of(boxes[number]), -number))
    last = _leading(
        [-bottom_of(boxes[number]) for number in rest],
        [-boxes[number].top for number in rest],
        [boxes[number] for number in rest],
    )
    return [*top, *sorted(rest[last:]), *reversed(rest[:last])]


def _leading(begins: Sequence[int], ends: Sequence[int], boxes: Sequence[Box]) -> int:
    """Return how many of the sorted boxes come one after the other before all that follow."""
    if not boxes:
        return 0
    # Of all boxes that follow each one: the farthest left edge, and the nearest right edge.
    lefts = list(accumulate((box.left for box in reversed(boxes)), max))[::-1]
    rights = list(accumulate((right_of(box) for box in reversed(boxes)), min))[::-1]
    for index, box in enumerate(boxes[:-1]):
        is_before = ends[index] <= begins[index + 1]
        is_over_all = right_of(box) > lefts[index + 1] and box.left < rights[index + 1]
        if not (is_before and is_over_all):
            return index
    return len(boxes)
