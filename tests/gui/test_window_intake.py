"""How documents get into the window."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDragLeaveEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from mayfly.domain.states import JobState
from tests.gui.drops import drag, drop, files

# --- in ------------------------------------------------------------------------------


def test_a_dropped_folder_becomes_one_batch(desk):
    window = desk.open()
    inner = desk.folder / "folder"
    inner.mkdir()
    desk.file("folder/one.pdf", "one")
    desk.file("folder/two.pdf", "two")
    (inner / "notes.xyz").write_text("no document")
    mime = files(inner)

    assert drag(window, mime).isAccepted()
    assert window.overlay.isVisible()
    event = drop(window, mime)

    assert event.dropAction() is Qt.DropAction.CopyAction
    assert not window.overlay.isVisible()
    desk.wait(lambda: window.model.counts[JobState.DONE] == 2)
    assert len(window.model.batches) == 1
    assert "1 file skipped: not a kind Mayfly reads" in window.status.text


def test_an_address_from_a_browser_is_not_welcome(desk):
    window = desk.open()
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.png")])
    assert not drag(window, mime).isAccepted()
    assert not window.overlay.isVisible()


def test_the_overlay_goes_when_the_drag_leaves(desk):
    window = desk.open()
    mime = files(desk.file("a.pdf"))
    drag(window, mime)
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.overlay.isVisible()


def test_a_pasted_picture_becomes_a_document(desk):
    window = desk.open(reading=False)
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    QGuiApplication.clipboard().setImage(image)
    window.actions_.paste.trigger()
    desk.wait(lambda: window.model.alive == 1)
    (row,) = window.model.batches[0].shown
    assert row.job.name.startswith("Pasted ")
    assert row.job.name.endswith(".png")


def test_pasting_nothing_says_so(desk):
    window = desk.open(reading=False)
    QGuiApplication.clipboard().setText("only words")
    window.actions_.paste.trigger()
    assert "no document or picture" in window.status.text


def test_a_file_that_cannot_be_taken_in_is_a_row_with_its_sentence(desk):
    window = desk.open()
    window.add_paths([desk.folder / "not there.pdf"])
    desk.wait(lambda: window.model.counts[JobState.FAILED] == 1)
    window.jobs.choose(desk.row("not there.pdf"))
    assert "The file is not there" in window.pages.note.text
    assert "1 could not be added" in window.status.text


def test_a_missing_language_is_told_before_anything_is_added(desk):
    window = desk.open()
    desk.keeper.set_languages(("fra",))
    window.add_paths([desk.file("a.pdf")])
    desk.wait(window.trouble.isVisible)
    assert "The data for that language is not installed." in window.trouble.text
    assert window.model.alive == 0


def test_the_window_begins_empty_and_says_what_it_is_for(desk):
    window = desk.open()
    assert window.empty.isVisible()
    desk.add("a.pdf", "word")
    assert not window.empty.isVisible()
