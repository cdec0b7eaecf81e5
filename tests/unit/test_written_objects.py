"""What a job left at destinations, as short words of the log."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mayfly.domain.audit import AuditEntry, AuditKind
from mayfly.domain.audit_record import encode_entry
from mayfly.domain.destinations import DestinationId
from mayfly.domain.images import ImageId
from mayfly.domain.written_objects import (
    MOST_NAMED,
    Fate,
    WrittenObjects,
    detail_of,
    written_in,
    written_of,
)

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
ONE = DestinationId("0d" * 16)


def ids(*places: tuple[int, int]) -> list[ImageId]:
    return [ImageId(*place) for place in places]


@pytest.mark.parametrize(
    ("images", "which"),
    [
        ([], ""),
        (ids((1, 1)), "1-1"),
        (ids((1, 3), (1, 1), (1, 2), (1, 2)), "1-1to3"),
        (ids((1, 1), (2, 1), (3, 1)), "1to3-1"),
        (ids((1, 1), (1, 3), (2, 1), (4, 1)), "1-1_1-3_2-1_4-1"),
        (ids((1, 1), (1, 2), (2, 1), (2, 2), (3, 1)), "1to2-1to2_3-1"),
    ],
)
def test_pictures_are_listed_by_runs(images: list[ImageId], which: str) -> None:
    assert written_of(ONE, Fate.OWED, images).which == which


def listed(which: str) -> set[ImageId]:
    """Read the words as docs/receipts.md says."""
    found = set()
    for word in filter(None, which.split("_")):
        runs = [[int(end) for end in run.split("to")] for run in word.split("-")]
        pages, numbers = (range(run[0], run[-1] + 1) for run in runs)
        found |= {ImageId(page, number) for page in pages for number in numbers}
    return found


@given(st.sets(st.builds(ImageId, st.integers(1, 40), st.integers(1, 12)), max_size=80))
def test_any_pictures_are_listed_or_counted(images: set[ImageId]) -> None:
    one = written_of(ONE, Fate.LEFT, images)
    assert listed(one.which) <= images
    assert (len(listed(one.which)) + one.rest, one.objects) == (len(images), len(images))
    assert re.fullmatch(r"[a-z0-9_-]{0,64}", one.which)
    if images:
        detail = detail_of([one])
        assert written_in(detail) == (one,)
        encode_entry(AuditEntry(1, NOW, AuditKind.DELETED, detail=detail))


def test_more_lines_than_an_entry_has_are_counted() -> None:
    many = [WrittenObjects(ONE, number, Fate.OWED, "1-1") for number in range(1, MOST_NAMED + 3)]
    detail = detail_of(many)
    assert written_in(detail) == tuple(many[:MOST_NAMED])
    assert detail["objects_more"] == 5 + 6
    assert (detail_of([]), written_in({})) == ({}, ())
