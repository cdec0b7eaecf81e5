"""The window locks by itself: nobody is there, the screen locks, the machine goes to sleep."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from mayfly.domain.desktop_port import DesktopNews
from mayfly.system.desktop import DBusDesktop
from mayfly.ui.input_watch import PANIC_KEYS, IdleClock, InputWatch, total_sleep_s
from mayfly.ui.lock_reasons import LockReasons
from tests.desktop_session import LOGIND, desktop_service, private_bus, require_bus

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class FakeDesktop:
    """The Desktop seam: tells what the test says."""

    def __init__(self) -> None:
        self.tells_suspend = True
        self.tells_screen_lock = True
        self.let = 0
        self.tell = None

    def start(self, tell) -> None:
        self.tell = tell

    def let_sleep(self) -> None:
        self.let += 1

    def stop(self) -> None:
        self.tell = None


class Hands:
    """Clocks that the test moves."""

    def __init__(self) -> None:
        self.monotonic_s = 100.0
        self.asleep_s = 0.0


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def machine():
    return FakeDesktop()


@pytest.fixture
def reasons(desk, machine):
    window = desk.open()
    made = LockReasons(
        window.lock.keeper,
        machine,
        preferences=desk.keeper,
        is_busy=lambda: window.busy,
        parent=window,
    )
    made.start()
    yield made
    made.stop()


def wish(desk, **wished) -> None:
    desk.keeper.change(**wished)


def told(desk, machine, news) -> None:
    """Tell on another thread, as the real one does."""
    thread = threading.Thread(target=machine.tell, args=(news,))
    thread.start()
    thread.join()
    desk.settle()


def clock_of(qapp, hands, *, minutes=0, busy=False):
    state = {"busy": busy}
    clock = IdleClock(
        lambda: minutes,
        lambda: state["busy"],
        clock_s=lambda: hands.monotonic_s,
        asleep_s=lambda: hands.asleep_s,
        parent=qapp,
    )
    seen = []
    clock.idle.connect(lambda: seen.append("idle"))
    clock.slept.connect(lambda: seen.append("slept"))
    return clock, seen, state


# --- nobody is there -----------------------------------------------------------------


def test_idle_is_told_once_after_the_minutes(qapp, hands):
    clock, seen, _ = clock_of(qapp, hands, minutes=5)
    hands.monotonic_s += 299
    clock.look()
    assert seen == []
    hands.monotonic_s += 1
    clock.look()
    clock.look()
    assert seen == ["idle"]


def test_a_use_begins_the_minutes_anew(qapp, hands):
    clock, seen, _ = clock_of(qapp, hands, minutes=5)
    hands.monotonic_s += 299
    clock.note_use()
    hands.monotonic_s += 299
    clock.look()
    assert seen == []


def test_zero_minutes_are_never(qapp, hands):
    clock, seen, _ = clock_of(qapp, hands, minutes=0)
    hands.monotonic_s += 1e6
    clock.look()
    assert seen == []


def test_it_is_not_idle_while_it_reads_and_the_minutes_count_from_the_end(qapp, hands):
    clock, seen, state = clock_of(qapp, hands, minutes=5, busy=True)
    hands.monotonic_s += 3_000
    clock.look()
    state["busy"] = False
    hands.monotonic_s += 299
    clock.look()
    assert seen == []
    hands.monotonic_s += 2
    clock.look()
    assert seen == ["idle"]


def test_the_window_is_busy_while_documents_wait_unless_reading_is_paused(desk):
    window = desk.open(reading=False)
    assert not window.busy
    desk.add("a.pdf", "one", until=None)
    desk.wait(lambda: window.busy)
    window.wishes.set_paused(True)
    desk.wait(lambda: not window.busy)


def test_idle_locks_the_window(desk, reasons):
    wish(desk, lock_idle_minutes=1)
    reasons.clock._used_s -= 61
    reasons.clock.look()
    assert desk.window.lock.keeper.is_covered
    desk.wait(lambda: desk.locking.locked)


def test_keys_and_mouse_in_any_window_are_a_use(desk, qapp):
    window = desk.open()
    watch = InputWatch(qapp, window)
    used = []
    watch.used.connect(lambda: used.append(True))
    watch.watch(window.windowHandle())
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Down)
    assert len(used) == 1
    QTest.mouseMove(window.windowHandle(), window.rect().center())
    qapp.processEvents()
    assert len(used) >= 2

    dialog = QDialog(window)
    desk.qtbot.addWidget(dialog)
    dialog.open()
    desk.wait(lambda: QApplication.focusWindow() is dialog.windowHandle())
    before = len(used)
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_A)
    assert len(used) == before + 1


def test_the_panic_keys_are_heard_behind_a_dialog_and_by_nobody_else(desk, qapp):
    window = desk.open()
    watch = InputWatch(qapp, window)
    pressed = []
    watch.panic_pressed.connect(lambda: pressed.append(True))
    dialog = QDialog(window)
    desk.qtbot.addWidget(dialog)
    dialog.open()
    desk.wait(lambda: QApplication.focusWindow() is dialog.windowHandle())
    mask = Qt.KeyboardModifier
    three = mask.ControlModifier | mask.AltModifier | mask.ShiftModifier
    for modifiers in (
        mask.NoModifier,
        mask.ControlModifier,
        mask.ControlModifier | mask.ShiftModifier,
        mask.ControlModifier | mask.AltModifier,
        mask.AltModifier | mask.ShiftModifier,
    ):
        QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_P, modifiers)
    assert pressed == []
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_P, three)
    assert pressed == [True]
    assert PANIC_KEYS not in {
        key.toString() for action in window.actions() for key in action.shortcuts()
    }


# --- what the desktop tells ----------------------------------------------------------


def test_sleep_waits_until_the_keys_are_gone(desk, reasons, machine):
    desk.locking.gate.clear()
    told(desk, machine, DesktopNews.SUSPENDING)
    assert desk.window.lock.screen.isVisible()
    assert machine.let == 0
    desk.locking.gate.set()
    desk.wait(lambda: machine.let == 1)
    assert desk.locking.locked


def test_sleep_is_let_at_once_when_nobody_wants_a_lock(desk, reasons, machine):
    wish(desk, lock_on_suspend=False)
    told(desk, machine, DesktopNews.SUSPENDING)
    assert machine.let == 1
    assert not desk.window.lock.keeper.is_covered


@pytest.mark.parametrize("wanted", [True, False])
def test_a_locked_screen_locks_only_where_that_is_wished(desk, reasons, machine, wanted):
    wish(desk, lock_on_screen_lock=wanted)
    told(desk, machine, DesktopNews.SCREEN_LOCKED)
    assert desk.window.lock.keeper.is_covered is wanted


@pytest.mark.parametrize("announced", [True, False])
def test_a_sleep_that_nobody_announced_locks_when_it_is_noticed(desk, reasons, machine, announced):
    machine.tells_suspend = announced
    reasons.clock._slept_s -= 60
    reasons.clock.look()
    assert desk.window.lock.keeper.is_covered is not announced


def test_the_machines_own_count_of_sleep_stands_still_while_it_is_awake():
    assert abs(total_sleep_s() - total_sleep_s()) < 0.1


def test_sleep_on_a_real_bus_waits_for_the_real_window(desk, monkeypatch):
    require_bus()
    with private_bus() as address, desktop_service(address, LOGIND) as logind:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        window = desk.open()
        reasons = LockReasons(
            window.lock.keeper,
            DBusDesktop(),
            preferences=desk.keeper,
            is_busy=lambda: False,
            parent=window,
        )
        reasons.start()
        desk.wait(lambda: reasons.desktop.tells_suspend)
        desk.locking.gate.clear()
        logind.prepare_for_sleep(True)
        desk.wait(window.lock.screen.isVisible)
        assert logind.is_held_up()
        desk.locking.gate.set()
        desk.wait(lambda: not logind.is_held_up())
        assert desk.locking.locked
        reasons.stop()
