"""The privacy page tells how punctually ends were kept, by the audit log alone."""

from __future__ import annotations

import pytest

from mayfly.domain.errors import VaultDamaged
from mayfly.domain.states import JobState
from mayfly.services import audit_trail
from mayfly.services.punctuality import Punctuality
from mayfly.ui.privacy_dialog import Tab
from tests.gui.test_accessibility import nameless

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def sweep(desk):
    desk.house.on_vault(desk.house.retention.sweep)


@pytest.fixture
def strip(desk):
    """The numbers after one deletion in time, one late, and one that the user wished."""
    window = desk.open()
    rows = [desk.add(name, "words") for name in ("a.pdf", "b.pdf")]
    wished = desk.add("c.pdf", "words")
    window.deleting.delete([wished])
    desk.wait(lambda: wished.job.state is JobState.DELETED)
    desk.house.clock.advance(hours=24)
    sweep(desk)
    late = desk.add("late.pdf", "words")
    desk.house.clock.advance(hours=27)
    sweep(desk)
    desk.wait(lambda: late.job.state is JobState.DELETED)
    assert rows[0].job.state is JobState.DELETED
    dialog = window.privacy.open_page(Tab.AUDIT)
    yield dialog.audit.punctuality
    dialog.close()


def test_the_numbers_are_those_of_the_log(desk, strip):
    desk.wait(lambda: strip.due.text() != "–")
    said = [one.text() for one in (strip.due, strip.done, strip.overdue, strip.latest)]
    assert said == ["3", "2", "1", "3 h"]
    assert strip.text == (
        "3 deletions were due by a deadline: 2 done in time, 1 late, the latest by 3 h."
    )
    assert nameless(desk.window.privacy.dialog) == []


def test_a_long_log_is_counted_in_pieces(desk, strip, monkeypatch):
    monkeypatch.setattr(audit_trail, "_COUNTED_AT_ONCE", 2)
    found = desk.mayfly.audit.punctuality().result(timeout=10)
    assert found == Punctuality(due=3, on_time=2, overdue=1, latest_s=3 * 3_600)


def test_a_log_that_cannot_be_read_has_no_numbers(desk, strip):
    desk.wait(lambda: strip.due.text() == "3")
    strip._fail(VaultDamaged())
    assert strip.due.text() == "–"
    assert VaultDamaged().text in strip.text


def test_nothing_late_has_no_latest(strip):
    strip.show_numbers(Punctuality(4, 4, 0, 0))
    assert strip.latest.text() == "–"
    strip.show_numbers(Punctuality(4, 3, 1, 12))
    assert strip.latest.text() == "12.0 s"
