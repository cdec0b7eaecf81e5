"""Chosen pictures go where they are sent to; the Images tab says where each lies, and links it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from mayfly.domain.destinations import UploadState
from mayfly.domain.images import ImageId, ImageRef
from mayfly.ui.copies import take_back_copies
from tests.fakes_engine import ScriptPage
from tests.gui.fake_storage import MINIO, destination, upload
from tests.gui.seen import all_texts
from tests.gui.storage_desk import known, window_desk  # noqa: F401 - a fixture

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(window_desk):  # noqa: F811
    """Two pictures in the tab, and a destination that is verified beside one that is not."""
    desk = window_desk
    desk.row = desk.add("a.pdf", ScriptPage("one", images=2))
    desk.job_id = desk.row.job.job_id
    desk.choose(desk.row)
    desk.images = desk.window.pages.images
    desk.window.pages.tabs.setCurrentWidget(desk.images)
    desk.wait(lambda: len(desk.images.model.views) == 2)
    yield desk
    take_back_copies()


def stored(desk, place) -> None:
    row = upload(desk.job_id, place.destination_id, 1, UploadState.STORED)
    desk.storage.uploads.put(row)
    desk.wait(lambda: bool(desk.own.links.state_of(ImageId(1, 1))))


def pick(menu: QMenu, *path: str) -> None:
    for text in path:
        action = next(one for one in menu.actions() if one.text() == text)
        menu = action.menu()
    action.trigger()


def pick_of_chosen(desk, *path: str) -> None:
    """Choose from the menu of the chosen pictures, which goes when it has been used."""
    menu = desk.images.menu_of_chosen()
    pick(menu, *path)
    menu.aboutToHide.emit()


def test_without_a_destination_nothing_is_offered(desk):
    assert desk.images.send_button.isHidden()
    desk.images._choose([0])
    texts = [one.text() for one in desk.images.menu_of_chosen().actions()]
    assert texts == ["Show large", "Copy picture", "Save chosen…", "Save all 2…"]


def test_chosen_pictures_are_sent_where_it_was_verified(desk):
    archive = destination(verified_at=desk.house.clock.now())
    cellar = destination("Cellar & attic", MINIO)
    known(desk, archive, cellar)
    button = desk.images.send_button
    assert button.isVisible() and not button.isEnabled()
    desk.images._choose([0, 1])
    button.menu().aboutToShow.emit()
    pick(button.menu(), "Archive")
    refs = tuple(ImageRef(desk.job_id, ImageId(1, number)) for number in (1, 2))
    assert desk.storage.uploads.asked == [("send", refs, archive.destination_id)]
    desk.wait(lambda: "2 pictures are sent to Archive" in desk.window.status.text)
    # One that is in question leads to verifying.
    asked = []
    desk.own.pictures.verify_wanted.connect(asked.append)
    pick_of_chosen(desk, "Send pictures to", "Cellar && attic (verify first…)")
    assert [one.name for one in asked] == ["Cellar & attic"]


def test_what_lies_there_already_is_not_sent_twice(desk):
    archive = destination(verified_at=desk.house.clock.now())
    known(desk, archive)
    stored(desk, archive)
    desk.images._choose([0])
    pick_of_chosen(desk, "Send pictures to", "Archive")
    desk.wait(lambda: "Nothing new to send to Archive." in desk.window.status.text)


def test_a_row_says_where_it_lies_and_gives_a_link_out(desk):
    archive = destination(verified_at=desk.house.clock.now())
    known(desk, archive)
    stored(desk, archive)
    first = desk.images.model.index(0)
    told = first.data(Qt.ItemDataRole.AccessibleDescriptionRole)
    assert told == "40 × 15 px · Stored at Archive"
    desk.images._choose([0])
    pick_of_chosen(desk, "Copy link", "For 4 h")
    desk.wait(lambda: "Link copied" in desk.window.status.text)
    assert "page-1-image-1" in QGuiApplication.clipboard().text()
    pick_of_chosen(desk, "Refresh link")
    desk.wait(lambda: desk.storage.uploads.links == 2)
    desk.images.send_button.menu().aboutToShow.emit()
    # And: locked, neither the name of the place nor the link is anywhere.
    desk.window.actions_.lock.trigger()
    desk.settle()
    assert desk.own.links.state_of(ImageId(1, 1)) == {}
    assert "Archive" not in all_texts() and "signature" not in all_texts()
