"""The arithmetic of rules: linked ends, caps, hours until a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mayfly.domain.retention import (
    MOST_HOURS,
    RetentionRule,
    RuleChange,
    deadlines_of,
    hours_until,
    shortened,
)

HOURS = st.integers(0, MOST_HOURS)
FINISHED = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)


@st.composite
def rules(draw) -> RetentionRule:
    source = draw(HOURS)
    if draw(st.booleans()):
        return RetentionRule(source, source, linked=True)
    return RetentionRule(source, draw(HOURS))


@given(rules(), st.lists(rules(), max_size=4))
def test_no_cap_makes_an_end_later(rule, caps):
    cut = shortened(rule, caps)

    assert cut.source_hours <= rule.source_hours
    assert cut.result_hours <= rule.result_hours
    assert all(cut.source_hours <= cap.source_hours for cap in caps)
    assert all(cut.result_hours <= cap.result_hours for cap in caps)


@given(rules(), st.none() | HOURS, st.none() | HOURS, st.none() | st.booleans())
def test_a_change_gives_what_was_asked_for(rule, source, result, linked):
    changed = RuleChange(source, result, linked).of(rule)

    if source is not None:
        assert changed.source_hours == source
    if result is not None:
        assert changed.result_hours == result
    if source is None and result is None and linked is None:
        assert changed == rule
    if linked is False:
        assert not changed.linked


@given(rules(), HOURS)
def test_linked_ends_move_together_and_parted_ones_alone(rule, hours):
    changed = RuleChange(source_hours=hours).of(rule)

    assert changed.result_hours == (hours if rule.linked else rule.result_hours)


def test_linked_ends_have_the_same_hours():
    with pytest.raises(ValueError, match="same hours"):
        RetentionRule(1, 2, linked=True)


@given(st.integers(0, MOST_HOURS * 60))
def test_a_moment_is_reached_and_passed_by_less_than_an_hour(minutes):
    moment = FINISHED + timedelta(minutes=minutes)

    hours = hours_until(moment, finished_at=FINISHED)

    ends = deadlines_of(RetentionRule(hours, hours), added_at=FINISHED, finished_at=FINISHED)
    assert moment <= ends.source_delete_at < moment + timedelta(hours=1)


def test_hours_stay_within_what_a_rule_may_have():
    assert hours_until(FINISHED - timedelta(hours=1), finished_at=FINISHED) == 0
    assert hours_until(FINISHED + timedelta(days=30), finished_at=FINISHED) == MOST_HOURS
