"""The strip of the next days: counts by the user's own days, and chooses what ends on one."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import JobState
from mayfly.ui.calendar_days import days_of
from mayfly.ui.calendar_strip import CalendarStrip
from tests.gui.test_accessibility import nameless
from tests.gui.test_words_and_times import NOW, a_job, a_row

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def zone(monkeypatch):
    def use(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield use
    monkeypatch.undo()
    time.tzset()


def counts(jobs, now=NOW):
    return [(day.documents, day.sources, day.results) for day in days_of(map(a_row, jobs), now)]


def test_document_and_text_count_on_their_own_days(zone):
    zone("UTC")
    assert counts([a_job()])[:3] == [(0, 0, 0), (1, 1, 0), (1, 0, 1)]
    both = a_job(result_delete_at=a_job().source_delete_at)
    assert counts([both, both])[1] == (2, 2, 2)


def test_what_is_overdue_ends_today_and_what_is_later_is_left_out(zone):
    zone("UTC")
    job = a_job(source_delete_at=NOW - timedelta(hours=1), result_delete_at=NOW + timedelta(days=8))
    assert counts([job]) == [(1, 1, 0), *[(0, 0, 0)] * 6]


def test_what_is_gone_or_not_read_yet_does_not_count(zone):
    zone("UTC")
    jobs = [a_job(JobState.READING), a_job(JobState.DELETED)]
    gone = a_job(source_present=False)
    assert counts([*jobs, gone])[1:3] == [(0, 0, 0), (1, 0, 1)]


@pytest.mark.parametrize(
    ("name", "place"), [("UTC", 1), ("Pacific/Kiritimati", 1), ("America/Los_Angeles", 0)]
)
def test_a_day_is_the_users_own(zone, name, place):
    zone(name)
    # 05:00 in Greenwich: the evening before in California.
    now = datetime(2026, 1, 5, 20, 0, tzinfo=UTC)
    end = datetime(2026, 1, 6, 5, 0, tzinfo=UTC)
    job = a_job(source_delete_at=end, result_delete_at=end)
    # In Kiritimati it is Tuesday already, and stays so until 10:00.
    place = 0 if name.startswith("Pacific") else place
    assert [day[0] for day in counts([job], now)].index(1) == place


def test_a_day_with_a_change_of_clocks_is_a_day(zone):
    zone("Europe/Berlin")
    now = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    # 23:30 on the Sunday of 25 hours.
    end = datetime(2026, 10, 25, 22, 30, tzinfo=UTC)
    days = days_of([a_row(a_job(source_delete_at=end, result_delete_at=end))], now)
    assert [day.date for day in days if day.documents] == [date(2026, 10, 25)]


def test_the_strip_counts_and_chooses(desk, zone):
    zone("UTC")
    window = desk.open()
    strip = window.findChild(CalendarStrip)
    assert not strip.isVisible()
    desk.keeper.keep(RetentionRule(24, 24, linked=True))
    first = desk.add("a.pdf", "one")
    desk.keeper.keep(RetentionRule(72, 72, linked=True))
    second = desk.add("b.pdf", "two")
    third = desk.add("c.pdf", "three")
    desk.wait(lambda: strip.buttons[3].text() == "Thu\n2")
    assert [button.text().split("\n")[1] for button in strip.buttons] == list("–1–2–––")
    assert strip.buttons[0].text() == "Today\n–"
    assert strip.buttons[3].accessibleName() == "Thursday, 8 January 2026: 2 documents end"
    assert "2 documents with their images · 2 texts" in strip.buttons[3].toolTip()

    strip.buttons[3].click()
    assert set(window.jobs.chosen_jobs()) == {second, third}
    strip.buttons[1].click()
    assert window.jobs.chosen_jobs() == [first]
    strip.buttons[2].click()
    assert window.jobs.chosen_jobs() == [first]


def test_one_tab_stop_and_arrows(desk, zone):
    zone("UTC")
    window = desk.open()
    desk.add("a.pdf", "one")
    strip = window.findChild(CalendarStrip)
    desk.wait(strip.isVisible)
    assert nameless(window) == []
    tabbed = [one for one in strip.buttons if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert tabbed == [strip.buttons[0]]
    strip.buttons[0].setFocus()
    for key, place in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Right, 2), (Qt.Key.Key_Left, 1)):
        desk.qtbot.keyClick(QApplication.focusWidget(), key)
        assert QApplication.focusWidget() is strip.buttons[place]
    desk.qtbot.keyClick(strip.buttons[1], Qt.Key.Key_Space)
    assert len(window.jobs.chosen_jobs()) == 1


def test_a_closed_batch_is_opened_to_choose_in_it(desk, zone):
    zone("UTC")
    window = desk.open()
    row = desk.add("a.pdf", "one")
    window.model.set_open(row.batch, False)
    window.jobs.choose_all([row])
    assert window.jobs.chosen_jobs() == [row]


def test_it_holds_nothing_while_the_window_is_locked(desk):
    window = desk.open()
    desk.add("a.pdf", "one")
    strip = window.findChild(CalendarStrip)
    desk.wait(strip.isVisible)
    window.lock.keeper.lock()
    desk.wait(lambda: not any(day.rows for day in strip._days))
