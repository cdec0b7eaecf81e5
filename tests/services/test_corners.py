"""Small promises of lane, board and errors that no use case shows by itself."""

from __future__ import annotations

import threading

import pytest

from mayfly.domain.document_errors import FileEmpty
from mayfly.domain.ids import new_job_id
from mayfly.domain.page_codec import decode_page
from mayfly.services.board import Board
from mayfly.services.lane import InlineLane, ThreadLane


def test_an_error_reads_as_sentence_and_remedy() -> None:
    assert str(FileEmpty()) == f"{FileEmpty.text} {FileEmpty.remedy}"


def test_work_that_was_cancelled_while_it_waited_is_not_done() -> None:
    lane, busy, done = ThreadLane("test"), threading.Event(), []
    lane.submit(busy.wait)
    waiting = lane.submit(lambda: done.append(1))
    assert waiting.cancel()
    busy.set()
    lane.close()
    lane.close()
    assert done == []


def test_a_lane_can_be_closed_from_its_own_thread() -> None:
    lane = ThreadLane("test")
    lane.submit(lane.close).result()


def test_the_inline_lane_has_nothing_to_close() -> None:
    InlineLane().close()


def test_pages_are_noted_once_however_often_a_document_is_opened() -> None:
    board = Board()
    document = board.begin(new_job_id())
    board.opened(document, (1, 2))
    board.opened(document, (1, 2))
    assert [board.take(document) for _ in range(3)] == [1, 2, None]


def test_a_document_that_lost_its_readers_is_taken_up_before_others_are_joined() -> None:
    board = Board()
    long, left = board.begin(new_job_id()), board.begin(new_job_id())
    board.opened(long, tuple(range(1, 9)))
    board.opened(left, (1,))
    board.leave(left)
    assert board.take_up() is left
    assert board.take_up() is None
    assert board.join() is long


@pytest.mark.parametrize("data", [b"{}", b"[]", b'{"v": 1, "words": 5}', b"[" * 100_000, b"\xff"])
def test_what_is_no_page_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode_page(data)
