"""Lists: lines that begin with bullets, or with signs that count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mayfly.domain.layout import Line, ListBlock, ListItem
from mayfly.domain.pages import Word
from mayfly.understand.lines import Paragraph, line_of
from mayfly.understand.markers import Marker, marker_of, parted
from mayfly.understand.words import bottom_of, clean, union

_INDENT = 0.7
"""In heights of a line: signs that are no farther apart stand below each other."""
_NEAR = 0.6
_DEEPEST = 5
_MOST_LINES = 80
"""Of one item; a list that comes to nothing has been looked at for so many lines at most."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A line, the paragraph that it is of, and the sign that it begins with."""

    line: Line
    paragraph: int
    marker: Marker | None


@dataclass(slots=True)
class _Item:
    marker: Marker
    depth: int
    lines: list[Line] = field(default_factory=list)
    paragraph: int = 0


Found = Paragraph | ListBlock


def with_lists(paragraphs: Sequence[Paragraph]) -> list[Found]:
    """Return the paragraphs, those lines that make lists as lists; the order stays."""
    places = [
        _Place(line, number, _marker_of(line))
        for number, paragraph in enumerate(paragraphs)
        for line in paragraph
    ]
    found: list[Found] = []
    plain: list[_Place] = []
    at = 0
    while at < len(places):
        items, end = _items_from(places, at)
        if items:
            found += _paragraphs(plain)
            plain = []
            found.append(_block(items))
            at = end
        else:
            plain.append(places[at])
            at += 1
    return found + _paragraphs(plain)


def _paragraphs(places: Sequence[_Place]) -> list[Found]:
    found: list[list[Line]] = []
    last = None
    for place in places:
        if place.paragraph != last:
            found.append([])
        last = place.paragraph
        found[-1].append(place.line)
    return [tuple(lines) for lines in found]


def _marker_of(line: Line) -> Marker | None:
    """Return the sign that the line begins with, when something follows it."""
    glued, _ = parted(line.words[0].text)
    if glued:
        return marker_of(glued)
    marker = marker_of(line.words[0].text)
    follows = any(clean(word.text) for word in line.words[1:])
    return marker if marker is not None and follows else None


def _items_from(places: Sequence[_Place], start: int) -> tuple[list[_Item], int]:
    """Return the items of a list that begins here, and where it ends; none where none does."""
    first = places[start].marker
    if first is None or not (first.is_clear or first.is_first):
        return [], start
    items: list[_Item] = []
    above: list[tuple[int, Marker]] = []
    at = start
    while at < len(places):
        place = places[at]
        if place.marker is not None and _opens(above, place):
            items.append(_Item(place.marker, len(above) - 1))
        elif not items or not _continues(items[-1], place):
            break
        items[-1].lines.append(place.line)
        items[-1].paragraph = place.paragraph
        at += 1
    is_list = first.is_clear or len(items) > 1
    return (items, at) if is_list else ([], start)


def _opens(above: list[tuple[int, Marker]], place: _Place) -> bool:
    """Put the line's sign into its place among those above it; False where it has none."""
    left, marker = place.line.box.left, place.marker
    if marker is None:
        return False
    slack = _INDENT * max(1, place.line.box.height)
    keep = len(above)
    while keep and left < above[keep - 1][0] - slack:
        keep -= 1
    same_place = bool(keep) and abs(left - above[keep - 1][0]) <= slack
    if same_place:
        if not marker.follows(above[keep - 1][1]):
            return False
        keep -= 1
    elif (keep == 0 and above) or keep > _DEEPEST or not marker.is_first:
        return False
    above[keep:] = [(left, marker)]
    return True


def _continues(item: _Item, place: _Place) -> bool:
    """Return whether a line without a fitting sign goes on with the item."""
    before = item.lines[-1]
    if place.line.box.top < before.box.top or len(item.lines) >= _MOST_LINES:
        return False
    if place.marker is not None and place.line.box.left <= item.lines[0].box.left:
        return False
    if place.paragraph == item.paragraph:
        return True
    gap = place.line.box.top - bottom_of(before.box)
    text_left = _without_marker(item.lines[0])[0].box.left
    height = max(1, before.box.height)
    return (
        place.marker is None
        and gap <= _NEAR * height
        and abs(place.line.box.left - text_left) <= _INDENT * height
    )


def _block(items: Sequence[_Item]) -> ListBlock:
    made = tuple(_item(item) for item in items)
    return ListBlock(union([item.box for item in made]), made, items[0].marker.counts)


def _item(item: _Item) -> ListItem:
    first, *others = item.lines
    lines = (line_of(_without_marker(first)), *others)
    box = union([line.box for line in item.lines])
    return ListItem(box, item.marker.text, lines, item.depth)


def _without_marker(line: Line) -> tuple[Word, ...]:
    glued, rest = parted(line.words[0].text)
    return (replace(line.words[0], text=rest), *line.words[1:]) if glued else line.words[1:]
