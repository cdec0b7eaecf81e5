"""The meter sees a GUI thread that was kept busy."""

from __future__ import annotations

import time

from mayfly.ui.stall import StallMeter


def test_a_busy_gui_thread_is_seen(qtbot):
    meter = StallMeter()
    meter.start()
    qtbot.wait(30)
    time.sleep(0.2)
    qtbot.wait(30)
    assert meter.stop() >= 0.15
    assert meter.longest_s >= 0.15


def test_a_stall_that_is_still_going_on_counts(qtbot):
    meter = StallMeter()
    meter.start()
    time.sleep(0.1)
    assert meter.stop() >= 0.05
