"""Times left: told to the second at the end, painted anew only where they changed, fading."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import QEvent, QObject, Qt

from mayfly.domain.retention import RuleChange
from mayfly.domain.states import JobState
from mayfly.ui.fading import FADES_FOR, STEPS, fade_of, faded
from mayfly.ui.times import later_text, left_text
from mayfly.ui.tones import DARK_TONES, LIGHT_TONES
from tests.gui.test_theme import contrast
from tests.gui.test_words_and_times import NOW, a_job

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Paints(QObject):
    """Notes which parts of a widget are painted."""

    def __init__(self, widget):
        super().__init__()
        self.rects = []
        widget.installEventFilter(self)

    def eventFilter(self, _watched, event):
        if event.type() == QEvent.Type.Paint:
            self.rects.extend(event.region())
        return False


def test_the_last_minute_counts_in_seconds():
    end = a_job().source_delete_at
    assert left_text(str, a_job(), end - timedelta(seconds=61)) == "in 1 min"
    assert left_text(str, a_job(), end - timedelta(seconds=40)) == "in 40 s"
    assert left_text(str, a_job(), end) == "now"


def test_the_later_end_is_told_where_there_are_two():
    assert later_text(str, a_job(), NOW) == "text in 2 d"
    swapped = a_job(source_delete_at=NOW + timedelta(hours=72))
    assert later_text(str, swapped, NOW) == "document in 3 d"
    assert later_text(str, a_job(result_delete_at=a_job().source_delete_at), NOW) == ""
    assert later_text(str, a_job(source_present=False), NOW) == ""


def test_a_row_fades_by_the_end_of_what_goes_last():
    job = a_job()
    assert fade_of(job, job.source_delete_at) == 0
    assert fade_of(job, job.result_delete_at - FADES_FOR) == 0
    assert fade_of(job, job.result_delete_at - FADES_FOR / 2) == STEPS // 2
    assert fade_of(job, job.result_delete_at) == STEPS
    assert fade_of(a_job(JobState.READING), job.result_delete_at) == 0


@pytest.mark.parametrize("tones", [LIGHT_TONES, DARK_TONES], ids=["light", "dark"])
def test_a_faded_row_can_still_be_read(tones):
    for fade in range(STEPS + 1):
        tone = faded(tones.text, tones.dim, fade)
        for ground in (tones.ground, tones.hover, tones.chosen):
            assert contrast(tone, ground) >= 4.5
            assert contrast(tones.warn, ground) >= 4.5
    assert faded(tones.text, tones.dim, STEPS) == tones.dim


def test_only_the_rows_that_changed_are_painted(desk):
    window = desk.open()
    window.add_paths([desk.file("a.pdf", "one"), desk.file("b.pdf", "two")])
    desk.wait(lambda: window.model.counts[JobState.DONE] == 2)
    first, second = desk.row("a.pdf"), desk.row("b.pdf")
    window.keep_commands.keeping.change([second], RuleChange(source_hours=168))
    desk.wait(lambda: second.job.rule.source_hours == 168)
    desk.settle()
    window.jobs.countdown.look()
    paints = Paints(window.jobs.viewport())
    window.jobs.countdown.look()
    desk.qtbot.wait(50)
    assert paints.rects == []

    desk.house.clock.advance(hours=1)
    window.jobs.countdown.look()
    desk.wait(lambda: bool(paints.rects))

    top = window.jobs.rowViewportPosition(window.model.number_of(first))
    height = window.jobs.rowHeight(window.model.number_of(first))
    assert {(rect.top(), rect.height()) for rect in paints.rects} == {(top, height)}


def test_the_last_minute_is_looked_at_every_second(desk):
    window = desk.open()
    desk.add("a.pdf", "one")
    window.jobs.countdown.look()
    assert window.jobs.countdown._timer.interval() == 5_000
    desk.house.clock.advance(hours=23, minutes=59, seconds=30)
    window.jobs.countdown.look()
    assert window.jobs.countdown._timer.interval() == 1_000


def test_both_ends_are_spoken_and_in_the_tooltip(desk):
    window = desk.open()
    row = desk.add("a.pdf", "one")
    window.keep_commands.keeping.change([row], RuleChange(source_hours=1, linked=False))
    desk.wait(lambda: row.job.rule.source_hours == 1)
    index = window.model.index_of(row)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "a.pdf, 1 page · text in 24 h, in 1 h"
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert "Document and page images are destroyed: in 1 h · Today 10:30" in tip
    assert "Text is destroyed: in 24 h · Tomorrow 09:30" in tip
