"""The promises of the pure words: states, deadlines, page bytes, errors."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mayfly.domain.error_codes import BY_CODE, error_of
from mayfly.domain.errors import InternalError, UserError
from mayfly.domain.ids import is_id, new_batch_id, new_job_id
from mayfly.domain.page_codec import decode_page, encode_page
from mayfly.domain.pages import Box, PageOrigin, PageResult, Word
from mayfly.domain.retention import (
    BACKSTOP_DAYS,
    MOST_HOURS,
    RetentionRule,
    backstop_of,
    deadlines_of,
)
from mayfly.domain.states import FINISHED, LEGAL_MOVES, JobState, check_move, may_move

MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
)
HOURS = st.integers(0, MOST_HOURS)
COUNTS = st.integers(0, 1_000_000)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)

WORDS = st.builds(
    Word,
    TEXTS,
    st.builds(Box, st.integers(-1_000_000, 1_000_000), COUNTS, COUNTS, COUNTS),
    st.none() | st.floats(0, 100),
    COUNTS,
    COUNTS,
    COUNTS,
)
PAGES = st.builds(
    PageResult,
    number=st.integers(1, 5_000),
    width_px=COUNTS,
    height_px=COUNTS,
    dpi=st.integers(1, 2_400),
    origin=st.sampled_from(PageOrigin),
    words=st.lists(WORDS, max_size=5).map(tuple),
    turned_degrees=st.sampled_from([0, 90, 180, 270]),
)


class TestStates:
    def test_every_state_has_its_moves(self):
        assert set(LEGAL_MOVES) == set(JobState)

    def test_everything_but_a_tombstone_can_be_deleted(self):
        for state in JobState:
            assert may_move(state, JobState.DELETED) is (state is not JobState.DELETED)

    def test_a_tombstone_moves_nowhere(self):
        assert not LEGAL_MOVES[JobState.DELETED]

    def test_an_illegal_move_is_a_bug(self):
        with pytest.raises(InternalError):
            check_move(JobState.DELETED, JobState.QUEUED)

    def test_nothing_finished_goes_straight_back_to_reading(self):
        for state in FINISHED:
            assert not may_move(state, JobState.READING)


class TestRetention:
    @given(MOMENTS, MOMENTS, HOURS, HOURS)
    def test_no_rule_passes_the_backstop(self, added_at, finished_at, source, result):
        rule = RetentionRule(source, result)
        ends = deadlines_of(rule, added_at=added_at, finished_at=finished_at)
        assert max(ends.source_delete_at, ends.result_delete_at) <= backstop_of(added_at)

    @given(MOMENTS, HOURS)
    def test_hours_count_from_the_end_of_reading(self, added_at, hours):
        finished_at = added_at + timedelta(minutes=3)
        ends = deadlines_of(RetentionRule(hours, 0), added_at=added_at, finished_at=finished_at)
        assert ends.source_delete_at == finished_at + timedelta(hours=hours)
        assert ends.result_delete_at == finished_at

    def test_a_change_of_clocks_neither_lengthens_nor_shortens_thirty_days(self):
        berlin = ZoneInfo("Europe/Berlin")
        before = datetime(2026, 3, 28, 12, tzinfo=berlin)
        span = backstop_of(before.astimezone(UTC)) - before.astimezone(UTC)
        assert span == timedelta(hours=24 * BACKSTOP_DAYS)

    @pytest.mark.parametrize("hours", [-1, MOST_HOURS + 1])
    def test_hours_out_of_range_are_refused(self, hours):
        with pytest.raises(ValueError, match="0 to 168"):
            RetentionRule(source_hours=hours)

    def test_a_moment_without_zone_is_refused(self):
        with pytest.raises(ValueError, match="time zone"):
            backstop_of(datetime(2026, 1, 1))


class TestPageCodec:
    @given(PAGES)
    def test_a_page_comes_back_equal(self, page):
        assert decode_page(encode_page(page)) == page

    @given(st.binary(max_size=60))
    def test_other_bytes_are_refused_with_value_error_only(self, data):
        with pytest.raises(ValueError):
            decode_page(data)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("v", 2),
            ("number", -1),
            ("number", True),
            ("width", 10**9),
            ("width", 1.5),
            ("origin", "elsewhere"),
            ("turned", 45),
            ("words", [["a", 0, 0, 0, 0, 101.0, 0, 0, 0]]),
            ("words", [["a", 0, 0, 0, 0, None, 0, 0]]),
            ("words", [[7, 0, 0, 0, 0, None, 0, 0, 0]]),
            ("words", [["\ud800", 0, 0, 0, 0, None, 0, 0, 0]]),
            ("words", "a" * 10),
        ],
    )
    def test_a_hostile_worker_cannot_smuggle_odd_values(self, key, value):
        page = PageResult(1, 10, 10, 300, PageOrigin.BLANK, ())
        shape = json.loads(encode_page(page)) | {key: value}
        with pytest.raises(ValueError):
            decode_page(json.dumps(shape).encode())

    def test_too_many_words_are_refused(self):
        word = Word("a", Box(0, 0, 1, 1), None, 0, 0, 0)
        page = PageResult(1, 10, 10, 300, PageOrigin.RECOGNISED, (word,) * 3)
        with pytest.raises(ValueError, match="too many"):
            decode_page(encode_page(page), most_words=2)


class TestErrors:
    def test_codes_are_unique_and_speak(self):
        assert len(BY_CODE) > 30
        for code, kind in BY_CODE.items():
            error = error_of(code)
            assert type(error) is kind
            assert error.text.endswith((".", "!"))
            assert (error.remedy.endswith((".", "!")) and error.remedy != UserError.remedy) or (
                kind is UserError
            )
            assert error.exit_status in {2, 3, 4, 5, 6}

    def test_every_error_has_a_sentence_of_its_own(self):
        texts = [kind.text for kind in BY_CODE.values()]
        assert len(set(texts)) == len(texts)

    def test_an_unknown_code_still_gives_an_error(self):
        assert error_of("from_the_future").text


def test_ids_are_random_and_have_one_shape():
    ids = {new_job_id() for _ in range(50)} | {new_batch_id() for _ in range(50)}
    assert len(ids) == 100
    assert all(is_id(one) for one in ids)
    assert not is_id("../etc")
