"""The Images tab: what it shows and when, what is done with a picture, what is left of it."""

from __future__ import annotations

import weakref

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from mayfly.domain.events import JobsChanged
from mayfly.domain.images import ImageBlock, ImageId, ImageKind, ImageRef, ImageType
from mayfly.domain.pages import Box
from mayfly.domain.states import JobState
from mayfly.services.picture_list import PictureView
from mayfly.ui.copies import MARKS, CopiedPicture
from mayfly.ui.file_dialogs import FileDialogs, Wanted
from tests.fakes_engine import ScriptPage
from tests.gui.seen import all_texts, kept_in_memory, pictures_in_memory

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def block(page: int, number: int) -> ImageBlock:
    image_id = ImageId(page, number)
    box = Box(10, 100 * number, 300, 90)
    return ImageBlock(image_id, box, 640, 480, ImageKind.PHOTO, ImageType.JPEG, 30_000)


@pytest.fixture
def shown(desk):
    """A document of three pages on show, with pictures on the first and the last one."""
    desk.house.library._captions = lambda page, images: [
        f"okapicanary {page.number}" for _ in images
    ]
    desk.open()
    pages = (ScriptPage("one", images=2), ScriptPage("two"), ScriptPage("three", images=1))
    row = desk.add("zebracanary.pdf", *pages)
    desk.choose(row)
    desk.images = desk.window.pages.images
    desk.window.pages.tabs.setCurrentWidget(desk.images)
    desk.wait(lambda: len(desk.images.model.views) == 3)
    desk.wait(lambda: desk.images.thumbnails.count == 3)
    return desk


def choose(desk, *rows: int) -> None:
    desk.images._choose(rows)


def title(desk) -> str:
    tabs = desk.window.pages.tabs
    return tabs.tabText(tabs.indexOf(desk.window.pages.images))


def test_all_pictures_of_the_document_are_listed_with_what_is_known(shown):
    assert title(shown) == "Images (3)"
    model = shown.images.model
    roles = Qt.ItemDataRole
    last = model.index(2)
    assert last.data() == "Page 3, picture 1"
    assert last.data(roles.AccessibleTextRole) == "Page 3, picture 1: okapicanary 3"
    assert last.data(roles.AccessibleDescriptionRole) == "40 × 15 px"
    assert shown.images._summary.text() == "3 pictures"


def test_a_choice_shows_the_page_with_the_picture_framed(shown):
    choose(shown, 2)
    shown.wait(lambda: shown.shown_page()[1] == 3)
    frame = shown.window.pages.canvas._frame
    assert (frame.page, frame.box.getRect()) == (3, (100, 200, 400, 150))
    assert shown.images._summary.text() == "1 of 3 chosen"
    choose(shown)
    assert shown.window.pages.canvas._frame is None


def test_a_click_on_a_picture_of_the_page_chooses_it(shown):
    canvas = shown.window.pages.canvas

    def click(x: int, y: int) -> None:
        shown.click_at(canvas, canvas._from_page(QPointF(x, y)).toPoint())

    click(300, 470)
    assert shown.images.chosen == (ImageRef(shown.window.pages.row.job.job_id, ImageId(1, 2)),)
    assert canvas._frame.page == 1
    click(900, 1000)
    assert shown.images.chosen == () and canvas._frame is None
    # A word has the click; here none is chosen that was not before.
    click(20, 25)
    assert shown.images.chosen == ()


def test_a_picture_is_copied_as_a_secret_and_taken_back_with_its_document(shown):
    choose(shown, 0)
    shown.images.copy_button.click()
    clipboard = QGuiApplication.clipboard()
    shown.wait(lambda: isinstance(clipboard.mimeData(), CopiedPicture))
    assert clipboard.image().size().toTuple() == (40, 15)
    assert all(clipboard.mimeData().hasFormat(name) for name in MARKS)
    assert "Picture copied" in shown.window.status.text
    shown.window.deleting.delete([shown.row("zebracanary.pdf")])
    shown.wait(lambda: clipboard.image().isNull())


def test_pictures_are_saved_into_a_folder(shown, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        FileDialogs, "ask", lambda _, wanted, then: (asked.append(wanted), then([tmp_path]))
    )
    menu = shown.images.save_button.menu()
    choose(shown, 0, 2)
    menu.aboutToShow.emit()
    assert [one.text() for one in menu.actions()] == ["Save 2 chosen…", "Save all 3…"]
    menu.actions()[0].trigger()
    shown.wait(lambda: "2 pictures saved" in shown.window.status.text)
    assert sorted(one.name for one in tmp_path.glob("*.png")) == [
        "zebracanary page-1-image-1.png",
        "zebracanary page-3-image-1.png",
    ]
    assert asked == [Wanted.PICTURES]


def test_enter_shows_a_picture_large_and_page_keys_step_on(shown):
    large = shown.window.pages.looking.large
    choose(shown, 1)
    QTest.keyClick(shown.images.rows, Qt.Key.Key_Return)
    shown.wait(lambda: large.page is not None)
    assert large.isVisible() and large.windowTitle() == "Mayfly"
    assert "Page 1, picture 2 · 40 × 15 px · PNG" in large.about.text()
    assert large.canvas.zoom == pytest.approx(1.0)
    QTest.keyClick(large.canvas, Qt.Key.Key_PageDown)
    shown.wait(lambda: large.page is not None and large.page.number == 3)
    QTest.keyClick(large.canvas, Qt.Key.Key_PageDown)
    assert large.page.number == 3
    QTest.keyClick(large, Qt.Key.Key_Escape)
    assert not large.isVisible() and large.page is None


def test_pictures_come_while_the_document_is_read(desk):
    desk.open()
    pages = (ScriptPage("one", images=1), ScriptPage("two", gate="wait", images=1))
    row = desk.add("a.pdf", *pages, until=None)
    images = desk.window.pages.images
    desk.wait(lambda: row.job.pages_read == 1)
    desk.choose(row)
    desk.wait(lambda: title(desk) == "Images (1)")
    images._choose([0])
    desk.house.engine.gate("wait").set()
    desk.wait(lambda: title(desk) == "Images (2)")
    assert images.rows.chosen_rows() == [0]


def test_without_pictures_it_says_so_and_why(desk):
    desk.open()
    row = desk.add("a.pdf", ScriptPage("one"))
    images = desk.window.pages.images
    desk.choose(row)
    desk.wait(lambda: images.note.text() == "No pictures were found in this document.")
    assert title(desk) == "Images"
    desk.window.deleting.delete_source([row])
    desk.wait(lambda: images.note.text() == "The pictures were deleted with the document.")


@pytest.mark.parametrize("how", ["lock", "delete", "source"])
def test_nothing_of_the_pictures_is_left_when_the_page_goes(shown, how):
    large, images = shown.window.pages.looking.large, shown.images
    choose(shown, 0)
    images.copy_button.click()
    shown.wait(lambda: isinstance(QGuiApplication.clipboard().mimeData(), CopiedPicture))
    images.large_wanted.emit(images.chosen[0])
    shown.wait(lambda: large.page is not None)
    decoded = [weakref.ref(large.page.image), weakref.ref(images.thumbnails._kept[ImageId(1, 1)])]
    assert all(one() is not None for one in decoded)
    # The control: what is not found below can be found.
    job_ids = {shown.window.pages.row.job.job_id}
    assert "okapicanary" in all_texts() and pictures_in_memory()
    act = {
        "lock": shown.window.actions_.lock.trigger,
        "delete": lambda: shown.window.deleting.delete([shown.row("zebracanary.pdf")]),
        "source": lambda: shown.window.deleting.delete_source([shown.row("zebracanary.pdf")]),
    }
    act[how]()
    shown.wait(lambda: not large.isVisible() and images.model.views == ())
    shown.settle()
    assert "okapicanary" not in all_texts()
    assert large.page is None and title(shown) == "Images"
    shown.wait(lambda: pictures_in_memory() == [])
    assert [one() for one in decoded] == [None, None]
    if how == "lock":
        assert kept_in_memory(job_ids) == []


def test_two_thousand_pictures_hold_only_what_is_in_view(desk):
    desk.open()
    row = desk.add("a.pdf", ScriptPage("one", images=1), until=JobState.DONE)
    desk.choose(row)
    images = desk.window.pages.images
    desk.window.pages.tabs.setCurrentWidget(images)
    desk.wait(lambda: len(images.model.views) == 1)
    images._list([PictureView(block(1 + n // 10, 1 + n % 10), None) for n in range(2_000)])
    assert title(desk) == "Images (2,000)"
    for value in range(0, images.rows.verticalScrollBar().maximum(), 5_000):
        images.rows.verticalScrollBar().setValue(value)
        assert len(images.thumbnails._asked) <= 2
    seen = images.rows.height() // images.rows.sizeHintForRow(0) + 6
    assert 0 < len(images.thumbnails._wanted) <= seen
    desk.window.pages.tabs.setCurrentIndex(0)
    assert images.thumbnails._wanted == {} and images.thumbnails.count == 0


def test_no_picture_is_opened_before_it_is_looked_at(desk):
    desk.open()
    row = desk.add("a.pdf", ScriptPage("one", images=2))
    opened = []
    image = desk.house.library.image
    desk.house.library.image = lambda ref: (opened.append(ref), image(ref))[1]
    desk.choose(row)
    images = desk.window.pages.images
    desk.wait(lambda: title(desk) == "Images (2)")
    assert opened == []
    desk.window.pages.tabs.setCurrentWidget(images)
    desk.wait(lambda: images.thumbnails.count == 2)
    assert len(opened) == 2
    assert "MainThread" not in desk.house.vault.threads


def test_a_caption_goes_with_the_text_that_it_is_of(shown):
    images, row = shown.images, shown.row("zebracanary.pdf")
    assert "okapicanary" in all_texts()
    images.large_wanted.emit(ImageRef(row.job.job_id, ImageId(1, 1)))

    shown.window.deleting.delete_result([row])

    shown.wait(lambda: [one.alternative for one in images.model.views] == [None] * 3)
    shown.settle()
    assert "okapicanary" not in all_texts()


def test_pictures_go_with_the_picture_of_their_page(shown):
    large, images, row = (
        shown.window.pages.looking.large,
        shown.images,
        shown.row("zebracanary.pdf"),
    )
    images.large_wanted.emit(ImageRef(row.job.job_id, ImageId(1, 1)))
    shown.wait(lambda: large.page is not None)

    shown.window.deleting.delete_picture(row, 1)

    shown.wait(lambda: [one.block.image_id for one in images.model.views] == [ImageId(3, 1)])
    shown.wait(lambda: large.page is None and images.thumbnails.count == 1)


def test_pictures_go_with_a_page_that_another_process_deletes(shown):
    images, row, house = shown.images, shown.row("zebracanary.pdf"), shown.house
    job_id = row.job.job_id
    house.on_vault(lambda: house.vault.purge_page_images(job_id, 1, house.clock.now()))

    house.bus.publish(JobsChanged())

    shown.wait(lambda: [one.block.image_id for one in images.model.views] == [ImageId(3, 1)])
    shown.wait(lambda: not shown.window.pages.has_picture)
