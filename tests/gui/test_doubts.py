"""A warning before a document goes whose text, which stays, has doubtful words."""

from __future__ import annotations

import pytest

from mayfly.domain.errors import AlreadyDeleted, VaultLocked
from mayfly.domain.retention import RetentionRule, RuleChange
from mayfly.domain.states import JobState
from mayfly.services.doubts import Doubts
from tests.gui.test_accessibility import nameless

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def window(desk):
    desk.open()
    desk.keeper.keep(RetentionRule(1, 24))
    return desk.window


def test_a_document_that_goes_soon_is_warned_of(desk, window):
    row = desk.add("letter.pdf", "sure", "maybe maybe so")
    bar = window.ends.doubts
    desk.wait(bar.isVisible)
    assert bar.text.startswith("2 doubtful words: the document is destroyed in 1 h · Today 10:30")
    assert "letter" not in bar.text
    assert nameless(window) == []

    bar.show_button.click()
    desk.wait(lambda: desk.shown_page() == (row.job.job_id, 2))


def test_keeping_it_longer_ends_the_warning_and_leaves_the_text(desk, window):
    row = desk.add("letter.pdf", "maybe")
    desk.wait(window.ends.doubts.isVisible)
    text_end = row.job.result_delete_at
    window.ends.doubts.longer.click()
    desk.wait(lambda: row.job.rule.source_hours == 24)
    desk.wait(lambda: not window.ends.doubts.isVisible())
    assert row.job.result_delete_at == text_end


def test_several_are_one_warning(desk, window):
    desk.add("a.pdf", "maybe")
    desk.house.clock.advance(minutes=20)
    desk.add("b.pdf", "maybe maybe")
    desk.wait(lambda: "3 doubtful words in 2 documents" in window.ends.doubts.text)
    assert "in 40 min" in window.ends.doubts.text


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("sure", RetentionRule(1, 24)),
        ("maybe", RetentionRule(2, 24)),
        # Both go together: there is no text left to be wrong.
        ("maybe", RetentionRule(1, 1, linked=True)),
        ("maybe", RetentionRule(24, 1)),
    ],
)
def test_nothing_is_said_where_there_is_nothing_to_compare(desk, window, words, rule):
    desk.keeper.keep(rule)
    desk.add("letter.pdf", words)
    window.ends.watch.look()
    desk.qtbot.wait(500)
    assert not window.ends.doubts.isVisible()


def test_a_warning_that_was_closed_does_not_come_back(desk, window):
    desk.add("letter.pdf", "maybe")
    desk.wait(window.ends.doubts.isVisible)
    window.ends.doubts.close_button.click()
    window.ends.watch.look()
    desk.qtbot.wait(400)
    assert not window.ends.doubts.isVisible()


def test_it_holds_nothing_while_the_window_is_locked(desk, window):
    desk.add("letter.pdf", "maybe")
    desk.wait(window.ends.doubts.isVisible)
    window.lock.keeper.lock()
    desk.wait(lambda: window.ends.doubts.text == "")
    assert window.ends.doubts._doomed == ()


def test_what_cannot_be_counted_is_asked_again(desk, window):
    row = desk.add("letter.pdf", "maybe")
    desk.wait(window.ends.doubts.isVisible)
    window.ends.watch._known.clear()
    window.ends.watch._fail(VaultLocked())
    window.ends.watch.look()
    desk.wait(lambda: bool(window.ends.watch._known))
    assert row.job.state is JobState.DONE


def test_the_end_itself_takes_the_warning_away(desk, window):
    desk.add("letter.pdf", "maybe")
    desk.wait(window.ends.doubts.isVisible)
    desk.house.clock.advance(hours=1)
    desk.house.on_vault(desk.house.retention.sweep)
    desk.wait(lambda: not window.ends.doubts.isVisible())


def test_a_long_result_is_counted_in_pieces(desk, window):
    row = desk.add("long.pdf", *["sure"] * 9, "maybe", "sure", "maybe maybe")
    doubts = desk.mayfly.doubting.count(row.job.job_id).result(timeout=10)
    assert doubts == Doubts(3, 10)


def test_a_result_that_is_gone_has_no_count(desk, window):
    row = desk.add("letter.pdf", "maybe")
    window.keep_commands.keeping.change([row], RuleChange(result_hours=1))
    desk.house.deletions.delete([row.job.job_id]).result()
    with pytest.raises(AlreadyDeleted):
        desk.mayfly.doubting.count(row.job.job_id).result(timeout=10)
