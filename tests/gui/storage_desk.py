"""What tests of own storage share: services without a vault, and a watch on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget

from mayfly.services.bus import EventBus
from mayfly.services.lane import ThreadLane
from mayfly.ui.courier import Courier
from mayfly.ui.icons import Icons
from mayfly.ui.own_storage import OwnStorage
from mayfly.ui.storage_watch import StorageWatch
from tests.conftest import ROOT
from tests.gui.conftest import Desk
from tests.gui.fake_storage import SINCE, FakeStorage


class StorageDesk:
    """Fake services behind a real courier."""

    def __init__(self, qtbot, theme) -> None:
        self.qtbot = qtbot
        self.lane, self.bus, self.courier = ThreadLane("storage"), EventBus(), Courier()
        self.bus.subscribe(self.courier.hear)
        self.clock = [SINCE]
        self.storage = FakeStorage(self.lane, self.bus, self.now)
        self.watch = StorageWatch(
            self.storage.services, now=self.now, courier=self.courier, parent=self.courier
        )
        self.icons = Icons(ROOT / "resources" / "icons", theme)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.looks = {"tr": str, "theme": theme, "icons": self.icons}

    def now(self):
        return self.clock[0]

    def put(self, *destinations) -> None:
        """Have these destinations, and know them."""
        self.storage.destinations.put(*destinations)
        self.watch.begin()
        self.wait(lambda: len(self.watch.destinations) >= len(destinations))

    def wait(self, ask) -> None:
        self.qtbot.waitUntil(ask, timeout=10_000)

    def close(self) -> None:
        self.watch.forget()
        self.storage.destinations.gate.set()
        self.lane.close()


@pytest.fixture
def storage_desk(qtbot, theme) -> Iterator[StorageDesk]:
    desk = StorageDesk(qtbot, theme)
    yield desk
    desk.close()


@pytest.fixture
def window_desk(desk) -> Iterator[Desk]:
    """A window with own storage in it; desk.storage is the fake, desk.own what shows it."""
    desk.own = OwnStorage(
        desk.window,
        desk.mayfly,
        preferences=desk.keeper,
        courier=desk.courier,
        tr=str,
        theme=desk.theme,
        icons=desk.icons,
    )
    desk.open()
    desk.own.watch.begin()
    yield desk
    desk.own.watch.forget()


def known(desk, *destinations) -> None:
    """Have these destinations, and let the window know them."""
    desk.storage.destinations.put(*destinations)
    desk.wait(lambda: len(desk.own.watch.destinations) == len(destinations))


def sent(desk, *rows) -> None:
    """Have these uploads, and let the window know them."""
    desk.storage.uploads.put(*rows)
    wanted = len(desk.storage.uploads.rows)
    watch = desk.own.watch
    desk.wait(lambda: watch.overview is not None and sum(watch.overview.counts.values()) == wanted)
    desk.wait(lambda: not watch._waiting)
