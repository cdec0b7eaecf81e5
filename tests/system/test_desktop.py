"""The desktop's news come over real buses: screen locked, about to sleep, and held up until let."""

from __future__ import annotations

import time

import pytest

from mayfly.domain.desktop_port import DesktopNews
from mayfly.system.desktop import SCREEN_SAVERS, DBusDesktop
from tests.desktop_session import (
    LOGIND,
    SESSION_PATH,
    desktop_service,
    private_bus,
    require_bus,
)
from tests.waiting import eventually


class Heard:
    """What was told, and who listens."""

    def __init__(self) -> None:
        self.news: list[DesktopNews] = []
        self.desktop = DBusDesktop()
        self.desktop.start(self.news.append)

    def wait_for(self, news: DesktopNews, times: int = 1) -> None:
        eventually(lambda: self.news.count(news) >= times)


@pytest.fixture
def buses(monkeypatch):
    """Addresses of a session bus and a system bus of our own."""
    require_bus()
    with private_bus() as session, private_bus() as system:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session)
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", system)
        monkeypatch.setenv("XDG_SESSION_ID", "1")
        yield session, system


@pytest.fixture
def heard(buses):
    made = []

    def make() -> Heard:
        made.append(Heard())
        return made[-1]

    yield make
    for one in made:
        one.desktop.stop()


@pytest.mark.parametrize("name", SCREEN_SAVERS[:2])
def test_a_locked_screen_is_told_and_an_unlocked_one_is_not(buses, heard, name):
    with desktop_service(buses[0], name) as desktop:
        one = heard()
        one.wait_for(DesktopNews.SOURCES_FOUND)
        assert one.desktop.tells_screen_lock and not one.desktop.tells_suspend
        path = "/" + name.replace(".", "/")
        desktop.send(path, name, "ActiveChanged", False)
        desktop.send(path, name, "ActiveChanged", True)
        one.wait_for(DesktopNews.SCREEN_LOCKED)
        assert one.news == [DesktopNews.SOURCES_FOUND, DesktopNews.SCREEN_LOCKED]


def test_somebody_else_cannot_tell_in_the_screen_savers_name(buses, heard):
    name = SCREEN_SAVERS[0]
    with desktop_service(buses[0], name), desktop_service(buses[0]) as stranger:
        one = heard()
        one.wait_for(DesktopNews.SOURCES_FOUND)
        stranger.send("/ScreenSaver", name, "ActiveChanged", True)
        time.sleep(0.2)
        assert DesktopNews.SCREEN_LOCKED not in one.news


@pytest.mark.parametrize("number", ["1", "", "99"])
def test_logind_locks_this_session_only(buses, heard, monkeypatch, number):
    """Found by its number, or as the one that shows this user's desktop."""
    monkeypatch.setenv("XDG_SESSION_ID", number)
    with desktop_service(buses[1], LOGIND) as logind:
        one = heard()
        eventually(lambda: one.desktop.tells_suspend)
        assert one.desktop.tells_screen_lock and one.desktop.tells_suspend
        logind.send("/org/freedesktop/login1/session/_32", f"{LOGIND}.Session", "Lock")
        logind.send(SESSION_PATH, f"{LOGIND}.Session", "Unlock")
        time.sleep(0.2)
        assert DesktopNews.SCREEN_LOCKED not in one.news
        logind.send(SESSION_PATH, f"{LOGIND}.Session", "Lock")
        one.wait_for(DesktopNews.SCREEN_LOCKED)


def test_sleep_waits_until_it_is_let_and_again_the_next_time(buses, heard):
    with desktop_service(buses[1], LOGIND) as logind:
        one = heard()
        eventually(lambda: one.desktop.tells_suspend)
        kind = ("sleep", "Mayfly", "Mayfly drops the keys of its vault", "delay")
        assert ("Inhibit", kind) in logind.asked
        assert logind.is_held_up()
        logind.prepare_for_sleep(True)
        one.wait_for(DesktopNews.SUSPENDING)
        assert logind.is_held_up()
        one.desktop.let_sleep()
        eventually(lambda: not logind.is_held_up())

        logind.prepare_for_sleep(False)
        eventually(lambda: len(logind.inhibitors) == 2)
        assert logind.is_held_up()
        logind.prepare_for_sleep(True)
        one.wait_for(DesktopNews.SUSPENDING, 2)


def test_the_end_holds_nothing_up(buses, heard):
    with desktop_service(buses[1], LOGIND) as logind:
        one = heard()
        eventually(lambda: one.desktop.tells_suspend)
        one.desktop.stop()
        eventually(lambda: not logind.is_held_up())


def test_a_bus_that_goes_away_is_no_error(buses, heard, monkeypatch):
    with private_bus() as passing:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", passing)
        with desktop_service(passing, LOGIND):
            one = heard()
            eventually(lambda: one.desktop.tells_suspend)
    eventually(lambda: not any(bus._thread.is_alive() for bus in one.desktop._buses[1:]))
    one.desktop.let_sleep()


@pytest.mark.parametrize("address", ["disabled:", "unix:path=/nowhere/at/all", "tcp:host=nowhere"])
def test_without_a_bus_nothing_is_told_and_nothing_fails(monkeypatch, address):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    one = Heard()
    eventually(lambda: not any(bus._thread.is_alive() for bus in one.desktop._buses))
    assert one.news == []
    assert not one.desktop.tells_suspend and not one.desktop.tells_screen_lock
    one.desktop.let_sleep()
    one.desktop.stop()
