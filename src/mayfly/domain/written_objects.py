"""What a job left at destinations, as the audit log may say it: short words and numbers.

For the destinations 1, 2, ... (at most MOST_NAMED lines) an entry's detail holds:
destination_1 (its id), objects_1 (how many), fate_1 (owed or left) and which_1. That one lists
pages and numbers of the pictures, “1-1to3_2to5-1”: page 1 numbers 1 to 3, then pages 2 to 5
number 1 of each. What does not fit is counted in rest_1; objects on further lines in objects_more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mayfly.domain.destinations import DestinationId
from mayfly.domain.images import ImageId

MOST_NAMED = 4
_MOST_CHARACTERS = 64


class Fate(StrEnum):
    """What becomes of objects whose job is deleted."""

    OWED = "owed"
    """Mayfly deletes them there."""
    LEFT = "left"
    """They stay, and are the user's alone."""


@dataclass(frozen=True, slots=True)
class WrittenObjects:
    """Objects of one job at one destination; which is as in the log, rest is not listed there."""

    destination_id: DestinationId
    objects: int
    fate: Fate
    which: str
    rest: int = 0


def written_of(
    destination_id: DestinationId, fate: Fate, images: Iterable[ImageId]
) -> WrittenObjects:
    """Return these objects, listed as far as there is room."""
    wanted = sorted(set(images))
    words: list[str] = []
    listed = 0
    for word, count in _words(wanted):
        if len("_".join([*words, word])) > _MOST_CHARACTERS:
            break
        words.append(word)
        listed += count
    rest = len(wanted) - listed
    return WrittenObjects(destination_id, len(wanted), fate, "_".join(words), rest)


def detail_of(written: Sequence[WrittenObjects]) -> dict[str, str | int]:
    """Return the detail for an entry of the log; nothing for nothing."""
    detail: dict[str, str | int] = {}
    for place, one in enumerate(written[:MOST_NAMED], start=1):
        detail[f"destination_{place}"] = one.destination_id
        detail[f"objects_{place}"] = one.objects
        detail[f"fate_{place}"] = one.fate.value
        if one.which:
            detail[f"which_{place}"] = one.which
        if one.rest:
            detail[f"rest_{place}"] = one.rest
    more = sum(one.objects for one in written[MOST_NAMED:])
    return detail | ({"objects_more": more} if more else {})


def written_in(detail: Mapping[str, str | int]) -> tuple[WrittenObjects, ...]:
    """Return what an entry's detail lists; objects_more is for the reader to add."""
    found = []
    for place in range(1, MOST_NAMED + 1):
        fate = str(detail.get(f"fate_{place}", ""))
        if fate not in tuple(Fate):
            break
        found.append(
            WrittenObjects(
                DestinationId(str(detail.get(f"destination_{place}", ""))),
                int(detail.get(f"objects_{place}", 0)),
                Fate(fate),
                str(detail.get(f"which_{place}", "")),
                int(detail.get(f"rest_{place}", 0)),
            )
        )
    return tuple(found)


def _words(images: Sequence[ImageId]) -> Iterator[tuple[str, int]]:
    """Yield a word for each run of pages that have the same run of numbers, and its objects."""
    pending: tuple[int, int, tuple[int, int]] | None = None
    for page, numbers in _runs(images):
        if pending is not None and pending[1] == page - 1 and pending[2] == numbers:
            pending = (pending[0], page, numbers)
            continue
        if pending is not None:
            yield _word(*pending)
        pending = (page, page, numbers)
    if pending is not None:
        yield _word(*pending)


def _runs(images: Sequence[ImageId]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield each page with each unbroken run of numbers on it."""
    start = 0
    for at, one in enumerate(images):
        is_last = at + 1 == len(images)
        if is_last or images[at + 1] != ImageId(one.page, one.number + 1):
            yield one.page, (images[start].number, one.number)
            start = at + 1


def _word(first: int, last: int, numbers: tuple[int, int]) -> tuple[str, int]:
    count = (last - first + 1) * (numbers[1] - numbers[0] + 1)
    return f"{_span(first, last)}-{_span(*numbers)}", count


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}to{last}"
