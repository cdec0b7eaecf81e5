"""Who reads which page next."""

from __future__ import annotations

from mayfly.domain.ids import new_job_id
from mayfly.services.board import Board


def opened_document(board: Board, pages: int):
    document = board.begin(new_job_id())
    board.opened(document, tuple(range(1, pages + 1)))
    return document


def test_pages_are_taken_in_order_and_each_once():
    board = Board()
    document = opened_document(board, 3)
    assert [board.take(document) for _ in range(4)] == [1, 2, 3, None]


def test_a_second_reader_joins_a_long_document_but_not_its_last_page():
    board = Board()
    document = opened_document(board, 2)
    assert board.join() is document
    assert board.join() is None
    board.leave(document)
    board.take(document)
    assert board.join() is None


def test_only_the_last_to_leave_a_complete_document_finishes_it():
    board = Board()
    document = opened_document(board, 2)
    board.join()
    for number in (board.take(document), board.take(document)):
        board.settle(document, number)
    assert not board.leave(document)
    assert board.leave(document)


def test_a_document_left_with_pages_waits_for_the_next_reader():
    board = Board()
    document = opened_document(board, 1)
    assert not board.leave(document)
    assert board.join() is document


def test_a_page_put_back_is_taken_next():
    board = Board()
    document = opened_document(board, 3)
    first = board.take(document)
    board.put_back(document, first)
    assert board.take(document) == first


def test_nothing_is_taken_from_a_dropped_document_and_nobody_finishes_it():
    board = Board()
    document = opened_document(board, 3)
    board.drop_job(document.job_id)
    assert board.take(document) is None
    assert board.join() is None
    assert not board.leave(document)


def test_a_crash_is_tried_twice_and_no_more():
    board = Board()
    document = opened_document(board, 1)
    assert board.may_try_again(document, 1)
    assert not board.may_try_again(document, 1)
    assert board.may_try_again(document, None)
    assert not board.may_try_again(document, None)


def test_a_reader_that_cannot_join_leaves_the_others_alone():
    board = Board()
    document = opened_document(board, 9)
    board.join()
    assert board.go_on_alone(document)
    board.leave(document)
    assert board.join() is None
    assert not board.go_on_alone(document)


def test_a_job_queued_again_while_its_old_reader_still_leaves_is_kept():
    board = Board()
    old = opened_document(board, 1)
    board.drop_job(old.job_id)
    new = board.begin(old.job_id)
    board.opened(new, (1,))
    board.leave(old)
    assert board.take(new) == 1
    board.settle(new, 1)
    assert board.leave(new)
