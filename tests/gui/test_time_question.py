"""The clock jumps far ahead: the window hides, asks, and does as the user says."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from mayfly.domain.errors import VaultNotWritable
from mayfly.domain.retention import RuleChange
from mayfly.domain.states import JobState
from mayfly.services.lane import ThreadLane
from mayfly.services.timekeeper import Timekeeper
from tests.fakes_engine import EchoKiller
from tests.gui.conftest import Desk, DrawingEngine
from tests.gui.seen import all_texts
from tests.gui.test_accessibility import nameless
from tests.services.conftest import House

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def doubting(qtbot, theme, tmp_path, clock, watched):
    """A desk whose one clock is a timekeeper, as composition does."""
    engine = DrawingEngine()
    keeper = Timekeeper(clock)
    lane = ThreadLane("vault")
    house = House(watched, lane, keeper, engine, EchoKiller(engine), tmp_path / "state")
    lane.submit(lambda: keeper.begin(watched.time)).result()
    watched.hide_by(keeper.claimed)
    folder = tmp_path / "documents"
    folder.mkdir()
    desk = Desk(qtbot, house, theme, folder)
    house.retention._before_sweep = desk.mayfly.timekeeping.look
    yield desk
    house.close()
    desk.close()


@pytest.fixture
def shown(doubting):
    """A document on show that ends in a day."""
    doubting.open()
    row = doubting.add("letter.pdf", "It will rain.")
    doubting.choose(row)
    return row


def jump(desk, clock, **span):
    clock.set(**span)
    desk.house.on_vault(desk.house.retention.sweep)


def test_nothing_is_asked_while_time_is_certain(doubting, shown, clock):
    clock.advance(hours=1)
    doubting.house.on_vault(doubting.house.retention.sweep)
    doubting.settle()
    assert not doubting.window.ends.time.isVisible()


def test_a_far_jump_hides_at_once_and_asks(doubting, shown, clock):
    window = doubting.window
    assert "rain" in all_texts()

    jump(doubting, clock, days=3650)

    doubting.wait(window.ends.time.isVisible)
    doubting.wait(lambda: window.pages.page is None)
    doubting.wait(lambda: shown.job.name is None)
    doubting.settle()
    assert "rain" not in all_texts() and "letter" not in all_texts()
    text = window.ends.time.text
    assert "3 January 2036" in text and "5 January 2026" in text
    assert "1 document would be past its end" in text
    assert "24 h more" in text
    assert window.ends.time.yes.text() == "Yes: destroy 1 document"
    assert shown.job.state is JobState.DONE


def test_no_shows_everything_again(doubting, shown, clock):
    window = doubting.window
    jump(doubting, clock, days=3650)
    doubting.wait(window.ends.time.isVisible)
    doubting.wait(lambda: shown.job.name is None)

    window.ends.time.no.click()

    doubting.wait(lambda: not window.ends.time.isVisible())
    doubting.wait(lambda: shown.job.name == "letter.pdf")
    doubting.wait(lambda: window.pages.page is not None)
    assert "rain" in all_texts()


def test_yes_destroys_and_says_so(doubting, shown, clock):
    window = doubting.window
    jump(doubting, clock, days=3650)
    doubting.wait(window.ends.time.isVisible)

    window.ends.time.yes.click()

    doubting.wait(lambda: shown.job.state is JobState.DELETED)
    doubting.wait(lambda: not window.ends.time.isVisible())
    assert "1 document deleted" in window.status.text


def test_without_anything_past_its_end_yes_destroys_nothing(doubting, clock):
    window = doubting.open()
    row = doubting.add("letter.pdf", "It will rain.")
    window.keep_commands.keeping.change([row], RuleChange(source_hours=168))
    doubting.wait(lambda: row.job.rule.source_hours == 168)
    jump(doubting, clock, days=3)
    doubting.wait(window.ends.time.isVisible)
    assert window.ends.time.yes.text() == "Yes, that is right"
    assert row.job.name == "letter.pdf"
    window.ends.time.yes.click()
    doubting.wait(lambda: not window.ends.time.isVisible())
    assert row.job.state is JobState.DONE


def test_it_is_asked_when_the_window_opens_later(doubting, clock):
    house = doubting.house
    clock.set(days=3650)
    house.on_vault(house.retention.sweep)
    doubting.open()
    doubting.wait(doubting.window.ends.time.isVisible)


def test_an_answer_that_cannot_be_written_down_is_told(doubting, shown, clock):
    window = doubting.window
    jump(doubting, clock, days=3650)
    doubting.wait(window.ends.time.isVisible)
    window.ends._question._fail(VaultNotWritable())
    doubting.wait(window.trouble.isVisible)
    doubting.settle()
    assert window.ends.time.yes.isEnabled()


def test_it_is_reached_by_keyboard_and_has_names(doubting, shown, clock):
    window = doubting.window
    jump(doubting, clock, days=3650)
    doubting.wait(window.ends.time.isVisible)
    doubting.settle()
    assert nameless(window) == []
    bar = window.ends.time
    assert bar.accessibleName().startswith("Is it really")
    reached = set()
    window.jobs.setFocus()
    for _ in range(40):
        doubting.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    assert {bar.yes, bar.no} <= reached


def test_the_lock_covers_the_question(doubting, shown, clock):
    window = doubting.window
    jump(doubting, clock, days=3650)
    doubting.wait(window.ends.time.isVisible)
    window.lock.keeper.lock()
    doubting.wait(lambda: not window.ends.time.isVisible())
