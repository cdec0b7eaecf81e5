"""Everything can be reached by keyboard and has a name for a screen reader."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from mayfly.domain.errors import KeyMissing, KeyringLocked
from mayfly.domain.lock_port import KeyHome
from mayfly.domain.states import JobState
from mayfly.ui.deleting import Level, Outcome, Refusal
from mayfly.ui.key_dialogs import RemovePassphraseDialog, SetPassphraseDialog
from mayfly.ui.panic import PanicQuestion
from mayfly.ui.passphrase_dialog import PassphraseDialog
from mayfly.ui.privacy_chip import PrivacyChip
from mayfly.ui.recovery_dialogs import NewCodeDialog, UseCodeDialog
from mayfly.ui.unlock_windows import LockedWindow, UnlockTrouble, WaitingWindow

# What the offscreen platform cannot do is no fault of the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def nameless(window: QWidget) -> list[str]:
    """Return the focusable widgets in the window that a screen reader could not name."""
    found = []
    for widget in window.findChildren(QWidget):
        # A spin box hands the focus of its line edit on; the scroll area has its viewport's.
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.focusProxy() is not None:
            continue
        if isinstance(widget, QMenu) or widget.objectName().startswith("qt_"):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name):
            found.append(f"{type(widget).__name__} {widget.objectName()}")
    return found


def test_every_control_of_the_window_has_a_name(desk):
    window = desk.open()
    desk.choose(desk.add("a.pdf", "one", "two"))
    locked = desk.add("locked.pdf", password="open", until=JobState.NEEDS_PASSWORD)
    window.jobs.edit_password(window.model.index_of(locked))
    window.trouble.show_error(KeyringLocked())
    assert nameless(window) == []


@pytest.mark.parametrize("new", [True, False])
def test_every_control_of_the_passphrase_dialog_has_a_name(qtbot, theme, new):
    dialog = PassphraseDialog(tr=str, new=new)
    qtbot.addWidget(dialog)
    dialog.show()
    assert nameless(dialog) == []


def test_every_control_of_the_small_windows_has_a_name(qtbot, theme):
    for window in (
        WaitingWindow(tr=str),
        LockedWindow(tr=str),
        UnlockTrouble(KeyringLocked(), tr=str),
    ):
        qtbot.addWidget(window)
        window.show()
        assert nameless(window) == []


def test_every_control_of_the_questions_has_a_name(desk):
    window = desk.open()
    row = desk.add("letter.pdf", "words")
    window.trouble.show_message("Not deleted.", offer="Show which")
    refused = Outcome(Level.WHOLE, 1, (Refusal(row, "letter.pdf", KeyringLocked()),))
    commands = window.delete_commands
    for dialog in (
        commands.ask_older(),
        commands.ask_everything(),
        commands.show_refusals(refused),
    ):
        assert nameless(dialog) == []
        assert dialog.windowTitle() == "Mayfly"
        dialog.reject()
    assert nameless(window.trouble) == []


@pytest.mark.parametrize("home", list(KeyHome))
def test_every_control_of_the_dialogs_about_the_key_has_a_name(desk, home):
    given = {"courier": desk.courier, "tr": str, "parent": None}
    dialogs = [
        SetPassphraseDialog(desk.locking, home, **given),
        RemovePassphraseDialog(desk.locking, **given),
        NewCodeDialog(desk.locking, replaces=True, save=lambda *_: None, **given),
        UseCodeDialog(desk.locking.recover, passphrase=True, **given),
        PanicQuestion(tr=str, parent=None),
    ]
    for dialog in dialogs:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        desk.qtbot.addWidget(dialog)
        dialog.show()
        assert nameless(dialog) == []
        assert dialog.accessibleName()


def test_what_covers_the_window_speaks_and_is_reached_by_tab(desk):
    window = desk.open()
    desk.locking.home = KeyHome.BOTH
    window.lock.keeper.lock()
    screen = window.lock.screen
    desk.wait(screen.field.isVisible)
    screen.show_error(KeyMissing())
    desk.qtbot.keyClicks(screen.field, "words")
    reached = set()
    for _ in range(6):
        desk.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    assert reached == {screen.field, screen.unlock_button, screen.recovery_button}
    assert screen.trouble.accessibleDescription() == screen.trouble.text() != ""
    window.gone.show_gone()
    assert window.gone.accessibleDescription() == window.gone.text.text() != ""
    assert nameless(window) == []


def test_tab_reaches_the_panes_and_the_toolbar(desk):
    window = desk.open()
    desk.choose(desk.add("a.pdf", "one", "two"))
    desk.settle()
    window.jobs.setFocus()
    reached = set()
    for _ in range(60):
        desk.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    wanted = {
        window.jobs,
        window.pages.canvas,
        window.pages.text,
        window.pages.bar.next,
        window.pages.bar.boxes,
        window.languages,
        window.toolbar.export_button,
        window.toolbar.menu_button,
        window.toolbar.delete_menu_button,
        window.findChild(PrivacyChip),
    }
    assert wanted <= reached


def test_f6_goes_round_the_panes(desk):
    window = desk.open()
    desk.choose(desk.add("a.pdf", "one"))
    window.jobs.setFocus()
    seen = []
    for _ in range(3):
        window.actions_.next_pane.trigger()
        seen.append(QApplication.focusWidget())
    assert seen == [window.pages.canvas, window.pages.text, window.jobs]


def test_rows_say_everything_they_show(desk):
    window = desk.open()
    row = desk.add("letter.pdf", "one", "two")
    index = window.model.index_of(row)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "letter.pdf, 2 pages, in 24 h"


def test_no_two_actions_share_a_key(desk):
    window = desk.open()
    keys = [key.toString() for action in window.actions() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
