"""The number of connections in the foot of the window, and their list."""

from __future__ import annotations

import threading

import pytest

from mayfly.domain.network_port import NetworkLook
from mayfly.ui.connection_chip import ConnectionChip
from mayfly.ui.connection_model import Column
from mayfly.ui.connections_view import ConnectionsView
from mayfly.ui.privacy_dialog import Tab
from tests.gui.seen import all_texts

# What the offscreen platform cannot do is no fault of the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def chip(desk):
    return desk.window.findChild(ConnectionChip)


def connect(desk, host, port, *, is_refused=False):
    """Have the guard count one, on a thread of the network's."""
    thread = threading.Thread(target=lambda: desk.network._count(host, port, is_refused=is_refused))
    thread.start()
    thread.join()


def test_without_connections_the_foot_says_so_and_its_page_too(desk):
    desk.open()
    assert chip(desk).text() == "No connections"
    chip(desk).click()
    dialog = desk.window.privacy.dialog
    desk.qtbot.waitUntil(dialog.isVisible)
    assert dialog.tabs.currentIndex() == Tab.CONNECTIONS
    assert not dialog.connections.table.isVisible()
    assert "Mayfly has connected to nothing since it was started." in all_texts()


def test_each_connection_is_counted_and_listed_as_it_comes(desk):
    # Given: the list is open
    desk.open()
    dialog = desk.window.privacy.open_page(Tab.CONNECTIONS)
    # When: two connections are made and one is refused
    connect(desk, "s3.example.org", 443)
    connect(desk, "s3.example.org", 443)
    desk.wait(lambda: chip(desk).text() == "2 connections")
    connect(desk, "203.0.113.9", 80, is_refused=True)
    desk.wait(lambda: chip(desk).text() == "1 connection refused")
    # Then: each host stands there once, the refused one first and named as that
    table = dialog.connections.table
    assert not table.isHidden()
    model = table.model()
    shown = [[model.index(row, column).data() for column in Column] for row in range(2)]
    assert [row[:4] for row in shown] == [
        ["203.0.113.9", "80", "Refused by Mayfly", "1"],
        ["s3.example.org", "443", "Connected", "2"],
    ]


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (NetworkLook(hook=True, kernel=True), "The system itself refuses"),
        (NetworkLook(hook=True, kernel=False), "refuses all others itself"),
        (NetworkLook(hook=False, kernel=False), "no guard is installed"),
    ],
)
def test_the_page_says_what_holds_the_others_back(desk, look, words):
    desk.network._look = look
    desk.open()
    page = desk.window.privacy.open_page(Tab.CONNECTIONS)
    assert words in page.findChild(ConnectionsView).sentence.text()
