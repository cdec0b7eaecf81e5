"""What tests of own storage share: services without a vault, and a watch on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget

from mayfly.services.bus import EventBus
from mayfly.services.lane import ThreadLane
from mayfly.ui.courier import Courier
from mayfly.ui.icons import Icons
from mayfly.ui.storage_watch import StorageWatch
from tests.conftest import ROOT
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
