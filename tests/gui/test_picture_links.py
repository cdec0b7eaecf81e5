"""Links of stored pictures: as long as chosen, on the clipboard as a secret, made anew on wish."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from mayfly.domain.destinations import LONGEST_LINK, UploadState
from mayfly.domain.ids import new_job_id
from mayfly.domain.images import ImageId
from mayfly.ui.copies import MARKS, take_back_copies
from mayfly.ui.picture_links import PictureLinks
from tests.gui.fake_storage import MINIO, SINCE, destination, upload
from tests.gui.storage_desk import storage_desk  # noqa: F401 - a fixture

FIRST, SECOND = ImageId(1, 1), ImageId(2, 1)


@pytest.fixture
def desk(storage_desk):  # noqa: F811
    desk = storage_desk
    desk.links = PictureLinks(desk.watch, courier=desk.courier, tr=str, parent=desk.window)
    desk.job_id = new_job_id()
    desk.asked = []
    link = desk.storage.uploads.link

    def noted(ref, destination_id, lifetime):
        desk.asked.append(lifetime)
        return link(ref, destination_id, lifetime)

    desk.storage.uploads.link = noted
    yield desk
    take_back_copies()


def stored(desk, *destinations):
    """Have the first picture stored everywhere, and the second on its way to the first one."""
    rows = [upload(desk.job_id, one.destination_id, 1, UploadState.STORED) for one in destinations]
    rows.append(upload(desk.job_id, destinations[0].destination_id, 2, UploadState.WAITING))
    desk.storage.uploads.put(*rows)
    desk.put(*destinations)
    desk.links.show_job(desk.job_id)
    desk.wait(lambda: bool(desk.links.state_of(FIRST)))


def menu_of(desk, image_id) -> dict[str, object]:
    menu = QMenu(desk.window)
    desk.links.add_to_menu(menu, image_id)
    found = {}
    for action in menu.actions():
        below = action.menu().actions() if action.menu() else [action]
        found.update({f"{action.text()}/{one.text()}": one for one in below})
    return found


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def test_only_a_stored_picture_has_a_link(desk):
    stored(desk, destination(verified_at=SINCE))
    assert "Copy link/For 4 h" in menu_of(desk, FIRST)
    assert menu_of(desk, SECOND) == {} and menu_of(desk, ImageId(9, 9)) == {}
    assert desk.links.text_of(FIRST) == "Stored at Archive"
    assert desk.links.text_of(SECOND) == "On its way to Archive"
    assert desk.links.text_of(ImageId(9, 9)) == ""


@pytest.mark.parametrize(
    ("choice", "lifetime"),
    [
        ("For 1 h", timedelta(hours=1)),
        ("For 24 h", timedelta(hours=24)),
        ("Until the document's end", LONGEST_LINK),
    ],
)
def test_a_link_is_copied_as_a_secret_for_as_long_as_chosen(desk, choice, lifetime):
    stored(desk, destination(verified_at=SINCE))
    menu_of(desk, FIRST)[f"Copy link/{choice}"].trigger()
    desk.wait(lambda: "signature=1" in clipboard())
    assert desk.asked == [lifetime]
    mime = QGuiApplication.clipboard().mimeData()
    assert all(mime.hasFormat(name) for name in MARKS)
    assert mime.job_id == desk.job_id
    assert "link ends in" in desk.links.text_of(FIRST)


def test_a_link_is_made_anew_with_the_same_lifetime(desk):
    stored(desk, destination(verified_at=SINCE))
    menu_of(desk, FIRST)["Copy link/For 1 h"].trigger()
    desk.wait(lambda: "signature=1" in clipboard())
    menu_of(desk, FIRST)["Refresh link/Refresh link"].trigger()
    desk.wait(lambda: "signature=2" in clipboard())
    assert desk.asked == [timedelta(hours=1)] * 2
    # The address is kept nowhere but on the clipboard.
    assert "signature" not in repr(vars(desk.links))


def test_of_several_destinations_each_is_named(desk):
    stored(desk, destination(verified_at=SINCE), destination("NAS", MINIO, verified_at=SINCE))
    names = {name.partition("/")[0] for name in menu_of(desk, FIRST)}
    assert names == {"Copy link to Archive", "Copy link to NAS"}
    assert desk.links.text_of(FIRST) == "Stored at Archive · Stored at NAS"


def test_another_document_forgets_the_first(desk):
    stored(desk, destination(verified_at=SINCE))
    desk.links.show_job(None)
    assert desk.links.state_of(FIRST) == {} and menu_of(desk, FIRST) == {}
