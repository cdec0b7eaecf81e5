"""Passphrase and recovery code: said plainly, shown once, forgotten when the dialog is gone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog

from mayfly.bootstrap import Foundation
from mayfly.domain.errors import KeyringUnavailable, VaultBusy
from mayfly.domain.lock_port import KeyHome
from mayfly.ui.key_dialogs import RemovePassphraseDialog, SetPassphraseDialog
from mayfly.ui.key_page import KeyPage
from mayfly.ui.paper import page_of
from mayfly.ui.recovery_dialogs import NewCodeDialog, UseCodeDialog
from tests.gui.fake_services import CODE
from tests.gui.seen import all_texts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
WORDS = "four random words here"


@pytest.fixture
def page(desk, tmp_path):
    """The settings page, on a foundation that really writes files."""
    foundation = Foundation(tmp_path / "home")
    page = KeyPage(
        desk.locking,
        save=lambda *values: desk.chores.submit(lambda: foundation.save_text(*values)),
        courier=desk.courier,
        tr=str,
    )
    desk.qtbot.addWidget(page)
    page.show()
    desk.wait(page.set_button.isVisible)
    desk.wait(page.make_button.isVisible)
    yield page
    # What the page asks after a dialog is answered before the vault is closed.
    desk.settle()


def dialog_of(desk, page, kind):
    desk.wait(lambda: any(one.isVisible() for one in page.findChildren(kind)))
    return next(one for one in page.findChildren(kind) if one.isVisible())


def click(desk, button):
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def type_twice(desk, dialog, words=WORDS):
    desk.qtbot.keyClicks(dialog.first, words)
    desk.qtbot.keyClicks(dialog.second, words)


# --- passphrase ----------------------------------------------------------------------


def test_a_passphrase_is_set_beside_the_keyring_unless_chosen_otherwise(desk, page):
    click(desk, page.set_button)
    dialog = dialog_of(desk, page, SetPassphraseDialog)
    assert dialog.beside.isChecked() and not dialog.accept_button.isEnabled()
    type_twice(desk, dialog)
    click(desk, dialog.accept_button)
    assert WORDS not in dialog.first.text() + dialog.second.text()
    desk.wait(lambda: "neither opens it alone" in page.home.text())
    assert desk.locking.passphrases == [WORDS]
    assert page.remove_button.isVisible()
    assert page.set_button.text() == "Change the passphrase…"


def test_the_passphrase_can_stand_in_place_of_the_keyring(desk, page):
    click(desk, page.set_button)
    dialog = dialog_of(desk, page, SetPassphraseDialog)
    dialog.alone.setChecked(True)
    type_twice(desk, dialog)
    click(desk, dialog.accept_button)
    desk.wait(lambda: "A passphrase alone" in page.home.text())
    assert desk.locking.home is KeyHome.PASSPHRASE
    assert not page.make_button.isVisible()


def test_two_that_differ_are_not_taken(desk, page):
    click(desk, page.set_button)
    dialog = dialog_of(desk, page, SetPassphraseDialog)
    desk.qtbot.keyClicks(dialog.first, WORDS)
    desk.qtbot.keyClicks(dialog.second, "four other")
    assert "not the same" in dialog.hint.text()
    assert not dialog.accept_button.isEnabled()
    desk.qtbot.keyClick(dialog.second, Qt.Key.Key_Return)
    assert dialog.isVisible() and desk.locking.passphrases == []
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.first.text() == ""


def test_trouble_is_told_in_the_dialog_which_stays(desk, page):
    desk.locking.error = KeyringUnavailable()
    click(desk, page.set_button)
    dialog = dialog_of(desk, page, SetPassphraseDialog)
    type_twice(desk, dialog)
    click(desk, dialog.accept_button)
    desk.wait(lambda: "cannot be reached" in dialog.trouble.text())
    assert dialog.isVisible()


def test_a_dialog_that_waits_cannot_be_closed_over_the_change(desk, page):
    desk.locking.gate.clear()
    click(desk, page.set_button)
    dialog = dialog_of(desk, page, SetPassphraseDialog)
    type_twice(desk, dialog)
    click(desk, dialog.accept_button)
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible() and dialog.bar.isVisible()
    desk.locking.gate.set()
    desk.wait(lambda: desk.locking.home is KeyHome.BOTH)
    desk.wait(lambda: not page.findChildren(SetPassphraseDialog))


def test_removing_says_what_is_given_up_and_cancel_is_the_default(desk, page):
    desk.locking.home = KeyHome.BOTH
    page.ask()
    desk.wait(page.remove_button.isVisible)
    click(desk, page.remove_button)
    dialog = dialog_of(desk, page, RemovePassphraseDialog)
    assert "without asking" in all_texts()
    assert dialog.cancel_button.isDefault()
    assert dialog.focusWidget() is dialog.cancel_button
    click(desk, dialog.accept_button)
    desk.wait(lambda: desk.locking.home is KeyHome.KEYRING)
    desk.wait(lambda: not page.remove_button.isVisible())


# --- recovery code -------------------------------------------------------------------


def made(desk, page) -> NewCodeDialog:
    click(desk, page.make_button)
    dialog = dialog_of(desk, page, NewCodeDialog)
    assert CODE not in all_texts()
    click(desk, dialog.accept_button)
    desk.wait(lambda: dialog.code == CODE)
    return dialog


def test_the_code_is_shown_once_and_its_last_group_wanted_back(desk, page):
    dialog = made(desk, page)
    assert CODE in dialog.shown.text().replace("\n", "-")
    assert not dialog.accept_button.isEnabled()
    desk.qtbot.keyClicks(dialog.typed, "0HJE")
    assert not dialog.accept_button.isEnabled()
    dialog.typed.clear()
    desk.qtbot.keyClicks(dialog.typed, " 1hje")
    click(desk, dialog.accept_button)
    desk.wait(lambda: "There is one" in page.code.text())
    assert "1HJE" not in all_texts()
    assert page.make_button.text() == "Make a new one…"


def test_a_code_that_was_not_confirmed_is_dropped(desk, page):
    dialog = made(desk, page)
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    desk.wait(lambda: desk.locking.code is None)
    desk.wait(lambda: not page.findChildren(NewCodeDialog))
    assert "1HJE" not in all_texts()


@pytest.mark.parametrize("made_before", [True, False])
def test_a_lock_takes_a_code_off_the_screen_and_out_of_use(desk, made_before):
    window = desk.open()
    dialog = NewCodeDialog(
        desk.locking,
        replaces=False,
        save=lambda *_: None,
        courier=desk.courier,
        tr=str,
        parent=window,
    )
    dialog.open()
    if not made_before:
        desk.locking.gate.clear()
    dialog.accept_button.click()
    if made_before:
        desk.wait(lambda: dialog.code == CODE)
    window.lock.keeper.lock()
    assert CODE not in all_texts().replace("\n", "-")
    desk.wait(lambda: QApplication.activeModalWidget() is None)
    desk.locking.gate.set()
    desk.wait(lambda: desk.locking.locked)
    desk.wait(lambda: desk.locking.code is None)
    desk.settle()
    assert "1HJE" not in all_texts()


def test_copying_marks_the_code_and_takes_it_back(desk, page):
    dialog = made(desk, page)
    click(desk, dialog.copy_button)
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text() == CODE
    assert bytes(clipboard.mimeData().data("x-kde-passwordManagerHint").data()) == b"secret"
    desk.qtbot.keyClicks(dialog.typed, "1HJE")
    click(desk, dialog.accept_button)
    desk.wait(lambda: clipboard.text() == "")


def test_the_file_is_private(desk, page, tmp_path):
    dialog = made(desk, page)
    click(desk, dialog.save_button)
    chooser = dialog_of(desk, dialog, QFileDialog)
    chooser.filesSelected.emit([str(tmp_path)])
    desk.wait(lambda: "Saved" in dialog.told.text())
    (file,) = tmp_path.glob("*.txt")
    assert file.read_text() == f"{CODE}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    chooser.close()


def test_the_printed_page_has_the_code_and_what_it_is_for(desk, qtbot, tmp_path):
    page = page_of(CODE, title="Mayfly recovery code", note="It stands in for nothing else.")
    text = page.toPlainText().replace("\n", "-")
    assert CODE in text and "stands in for nothing else" in text
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "code.pdf"))
    page.print_(printer)
    assert (tmp_path / "code.pdf").read_bytes().startswith(b"%PDF-")


def test_dropping_the_code(desk, page):
    desk.locking.code = CODE
    page.ask()
    desk.wait(page.drop_button.isVisible)
    click(desk, page.drop_button)
    desk.wait(lambda: desk.locking.code is None)
    desk.wait(lambda: "There is none" in page.code.text())


def test_trouble_with_the_vault_is_told_on_the_page(desk, page):
    desk.locking.error = VaultBusy()
    desk.locking.code = CODE
    page.ask()
    desk.wait(page.drop_button.isVisible)
    click(desk, page.drop_button)
    desk.wait(lambda: "Another program" in page.trouble.text())


@pytest.mark.parametrize("passphrase", [True, False])
def test_using_a_code_asks_for_what_the_vault_needs(desk, passphrase):
    recovered = []
    dialog = UseCodeDialog(
        desk.locking.recover, passphrase=passphrase, courier=desk.courier, tr=str, parent=None
    )
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    desk.qtbot.addWidget(dialog)
    dialog.recovered.connect(recovered.append)
    dialog.open()
    assert dialog.passphrase.isVisible() is passphrase
    desk.qtbot.keyClicks(dialog.code, "7K2M-WRONG")
    assert dialog.accept_button.isEnabled() is not passphrase
    if passphrase:
        desk.qtbot.keyClicks(dialog.passphrase, WORDS)
    click(desk, dialog.accept_button)
    desk.wait(lambda: "That recovery code does not open" in dialog.trouble.text())
    # What is long to type stays; the passphrase does not.
    assert dialog.code.text() == "7K2M-WRONG" and dialog.passphrase.text() == ""

    dialog.code.setText(CODE)
    if passphrase:
        desk.qtbot.keyClicks(dialog.passphrase, WORDS)
    click(desk, dialog.accept_button)
    desk.wait(lambda: recovered == [None])
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert dialog.code.text() == ""
    assert desk.locking.passphrases[-1] == (WORDS if passphrase else None)
