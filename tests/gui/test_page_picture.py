"""Which word is where: on the page, and in the text beside it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize

from mayfly.domain.ids import JobId
from mayfly.domain.pages import Box, PageImage, PageOrigin, PageResult, Word
from mayfly.services.library import PageView
from mayfly.ui.page_picture import prepare_page, scale_image, word_spans
from mayfly.understand.plain_text import page_text
from tests.gui.conftest import png_bytes

JOB = JobId("a" * 32)


def a_word(text, *, block=0, paragraph=0, line=0, box=(0, 0, 10, 10), confidence=95.0):
    return Word(text, Box(*box), confidence, block, paragraph, line)


def spans_of(words):
    text = page_text(words)
    units = text.encode("utf-16-le")
    return [
        units[2 * start : 2 * end].decode("utf-16-le") for start, end in word_spans(text, words)
    ]


def a_view(*words, image=None, text=None):
    result = PageResult(1, 1000, 1400, 300, PageOrigin.RECOGNISED, words)
    return PageView(JOB, 1, result, page_text(words) if text is None else text, image, None)


def test_every_word_finds_its_place():
    words = [a_word("the"), a_word("cat"), a_word("the", line=1), a_word("mat", line=1)]
    text = page_text(words)
    assert spans_of(words) == ["the", "cat", "the", "mat"]
    assert word_spans(text, words)[2][0] == text.rindex("the")


def test_words_are_found_in_the_order_of_the_text():
    words = [a_word("second", block=1), a_word("first", block=0)]
    assert spans_of(words) == ["second", "first"]


def test_characters_beyond_the_first_plane_count_twice_as_qt_does():
    assert spans_of([a_word("𝔘𝔫𝔡"), a_word("so")]) == ["𝔘𝔫𝔡", "so"]


def test_accents_are_found_however_they_are_written():
    assert spans_of([a_word("Cafe\u0301"), a_word("au"), a_word("lait")]) == ["Café", "au", "lait"]


def test_a_word_that_is_not_in_the_text_harms_no_other():
    words = [a_word("\x07"), a_word("here")]
    assert spans_of(words) == ["", "here"]
    assert word_spans("something else", [a_word("absent")]) == [(0, 0)]


def test_a_point_finds_the_smallest_word_around_it():
    view = a_view(a_word("frame", box=(0, 0, 500, 500)), a_word("word", box=(100, 100, 50, 20)))
    page = prepare_page(view, lambda: True)
    assert page.word_at(QPointF(110, 110)) == 1
    assert page.word_at(QPointF(300, 300)) == 0
    assert page.word_at(QPointF(900, 900)) is None


def test_a_place_in_the_text_finds_its_word():
    page = prepare_page(a_view(a_word("one"), a_word("two"), a_word("three")), lambda: True)
    assert [page.word_at_text(place) for place in (0, 3, 4, 7, 8, 13)] == [0, 0, 1, 1, 2, 2]
    empty = prepare_page(a_view(), lambda: True)
    assert empty.word_at_text(0) is None


def test_doubtful_words_are_known():
    view = a_view(a_word("sure"), a_word("maybe", confidence=59.9), a_word("file", confidence=None))
    page = prepare_page(view, lambda: True)
    assert [word.doubtful for word in page.words] == [False, True, False]


def test_the_picture_is_decoded_and_a_broken_one_does_without():
    page = prepare_page(a_view(image=PageImage(png_bytes(), 60, 80)), lambda: True)
    assert page.image.size() == QSize(60, 80)
    broken = prepare_page(a_view(image=PageImage(b"nothing", 60, 80)), lambda: True)
    assert broken.image is None


def test_nothing_is_decoded_that_nobody_waits_for():
    assert prepare_page(a_view(image=PageImage(png_bytes(), 60, 80)), lambda: False) is None
    assert scale_image(png_bytes(), QSize(5, 5), lambda: False) is None
    assert scale_image(png_bytes(), QSize(5, 5), lambda: True).size() == QSize(5, 5)
