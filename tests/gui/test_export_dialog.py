"""Exporting from the window: what is asked, what is written, how it is stopped, what is told."""

from __future__ import annotations

import threading
import zipfile
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from mayfly.domain.exports import ExportFormat, PageChoice, PageRange
from mayfly.ui.export_dialog import ExportDialog

# What the offscreen platform cannot do is no fault of the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def asked(desk, name: str) -> ExportDialog:
    """Choose the document and open the dialog."""
    window = desk.window
    window.jobs.choose(desk.row(name))
    desk.wait(window.actions_.export.isEnabled)
    window.actions_.export.trigger()
    dialog = window.findChild(ExportDialog)
    desk.qtbot.waitUntil(dialog.isVisible)
    return dialog


def files(folder) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_document_is_exported_in_the_forms_that_are_ticked(desk, out):
    desk.open()
    desk.add("letter.pdf", "Dear Ann", "Yours")
    dialog = asked(desk, "letter.pdf")
    form = dialog.form
    assert form.formats[ExportFormat.TEXT].isChecked()
    assert not dialog.accept_button.isEnabled()
    assert dialog.names.text() == "Choose a folder."
    form.formats[ExportFormat.MARKDOWN].setChecked(True)
    form.pattern.setText("{name}, page {pages}")
    form.pages.setText("2")
    form.show_folder(out)
    desk.wait(lambda: "letter, page 2.txt, letter, page 2.md" in dialog.names.text())
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Return)
    desk.wait(lambda: files(out) == ["letter, page 2.md", "letter, page 2.txt"])
    desk.wait(lambda: "2 files exported" in desk.window.status.text)
    assert (out / "letter, page 2.txt").read_text() == "Yours\n"
    assert desk.window.exports.bar.isHidden()


def test_a_batch_goes_into_one_zip_and_the_choice_is_remembered(desk, out):
    desk.open()
    desk.add("a.pdf", "one")
    desk.add("b.pdf", "two")
    rows = [desk.row("a.pdf"), desk.row("b.pdf")]
    dialog = desk.window.exports.open(rows)
    dialog.form.zip.setChecked(True)
    dialog.form.zip_name.setText("all of it")
    dialog.form.show_folder(out)
    dialog.accept()
    desk.wait(lambda: files(out) == ["all of it.zip"])
    assert sorted(zipfile.ZipFile(out / "all of it.zip").namelist()) == ["a.txt", "b.txt"]
    desk.wait(lambda: "2 files exported" in desk.window.status.text)
    # And: the next time it begins with what was chosen, a folder included
    again = desk.window.exports.open(rows)
    assert again.form.order() == desk.window.exports._last


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda form: form.pages.setText("2-1"), "Write pages as"),
        (lambda form: form.formats[ExportFormat.TEXT].setChecked(False), "at least one form"),
        (lambda form: form.pattern.setText("{secret}"), "name"),
        (lambda form: form.pattern.setText("../{name}"), "name"),
    ],
)
def test_what_cannot_be_is_said_as_it_is_typed(desk, out, change, sentence):
    desk.open()
    desk.add("a.pdf", "one")
    dialog = asked(desk, "a.pdf")
    dialog.form.show_folder(out)
    desk.wait(lambda: dialog.names.text() == "a.txt")
    change(dialog.form)
    desk.wait(lambda: sentence in dialog.names.text())
    assert not dialog.accept_button.isEnabled()
    dialog.accept()
    assert files(out) == []


def test_the_pages_are_written_as_anywhere_else(desk, out):
    desk.open()
    desk.add("a.pdf", "one")
    form = asked(desk, "a.pdf").form
    form.show_folder(out)
    form.pages.setText(" 1-3, 7 ")
    assert form.order().pages == PageChoice((PageRange(1, 3), PageRange(7, 7)))


def test_a_folder_that_is_gone_is_told_with_its_remedy(desk, out):
    desk.open()
    desk.add("a.pdf", "one")
    dialog = asked(desk, "a.pdf")
    dialog.form.show_folder(out)
    out.rmdir()
    dialog.accept()
    trouble = desk.window.trouble
    desk.wait(trouble.isVisible)
    assert trouble.text.startswith("1 file could not be written.")
    assert "folder" in trouble.text


def test_an_export_can_be_stopped_and_says_what_was_written(desk, out):
    desk.open()
    rows = [desk.add(f"{n}.pdf", "word") for n in range(4)]
    commands = desk.window.exports
    # Given: something else holds the export lane up
    held = threading.Event()
    desk.export_lane.submit(lambda: held.wait(20))
    dialog = commands.open(rows)
    dialog.form.show_folder(out)
    dialog.accept()
    desk.wait(commands.bar.isVisible)
    assert commands.bar.text == "Exporting: 0 of 4 files"
    assert commands.busy
    # When: it is cancelled before it began
    desk.qtbot.mouseClick(commands.bar.cancel, Qt.MouseButton.LeftButton)
    held.set()
    # Then: nothing was written, and that is said
    desk.wait(lambda: "0 files exported, 4 were not written" in desk.window.status.text)
    assert files(out) == []
    assert commands.bar.isHidden()
    assert not commands.busy


def test_without_the_document_its_pdf_and_pictures_are_not_offered(desk, out):
    desk.open()
    row = desk.add("a.pdf", "one")
    desk.choose(row)
    desk.wait(desk.window.actions_.delete_source.isEnabled)
    desk.window.actions_.delete_source.trigger()
    desk.wait(lambda: not row.job.source_present)
    form = desk.window.exports.open([row]).form
    assert not form.formats[ExportFormat.PDF].isEnabled()
    assert not form.images.isEnabled()
    assert "deleted" in form.images.toolTip()


def test_links_are_offered_where_something_was_sent_and_a_form_can_hold_them(desk, out):
    desk.open()
    desk.add("a.pdf", "one")
    assert asked(desk, "a.pdf").form.links.isHidden()
    desk.window.exports.offer_links(lambda: True)
    form = desk.window.exports.open([desk.row("a.pdf")]).form
    form.show_folder(out)
    assert form.links.isVisible()
    assert not form.links.isEnabled()
    form.formats[ExportFormat.JSON].setChecked(True)
    form.links.setChecked(True)
    form.link_hours.setValue(3)
    assert form.order().links == timedelta(hours=3)
    # When: no form is left that can hold them
    form.formats[ExportFormat.JSON].setChecked(False)
    assert form.order().links is None


def test_the_dialog_goes_with_its_names_when_the_window_is_locked(desk, out):
    desk.open()
    desk.add("zebra.pdf", "one")
    dialog = asked(desk, "zebra.pdf")
    dialog.form.show_folder(out)
    desk.wait(lambda: "zebra" in dialog.names.text())
    desk.window.actions_.lock.trigger()
    desk.wait(lambda: desk.window.findChild(ExportDialog) is None)
