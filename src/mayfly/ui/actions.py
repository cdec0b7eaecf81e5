"""Everything that can be done in the window, once: text, keys, icon. No behaviour."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QWidget

from mayfly.ui.icons import Icons
from mayfly.ui.input_watch import PANIC_KEYS
from mayfly.ui.theme import AUTO, DARK, LIGHT
from mayfly.ui.wording import Tr, format_name, keys_text

_Keys = QKeySequence.StandardKey
LOCK_KEYS = "Ctrl+L"


class Actions:
    """The actions of one window. Shortcuts work wherever the focus is in it."""

    def __init__(self, window: QWidget, *, tr: Tr, icons: Icons, formats: Sequence[str]) -> None:
        self._window = window
        self._icons = icons
        self._tr = tr
        self.add_files = self._make(tr("Add files…"), "add", _Keys.Open)
        self.add_folder = self._make(tr("Add folder…"), "folder", "Ctrl+Shift+O")
        self.view_once = self._make(tr("View once…"), None, "Ctrl+Shift+V")
        self.view_once.setToolTip(
            tr("Look at a document that is kept nowhere (Ctrl+Shift+V, or drop it with Shift held)")
        )
        self.hand_over = self._make(tr("Export the text, keep nothing…"), None, None)
        self.copy_over = self._make(tr("Copy the text, keep nothing…"), None, None)
        self.paste = self._make(tr("Paste"), "paste", _Keys.Paste)
        self.pause = self._make(tr("Pause"), "pause", "Ctrl+P")
        # The list and the password field have a Delete key of their own.
        self.delete = self._make(tr("Delete"), "delete", "Ctrl+Delete")
        self.delete.setToolTip(tr("Delete now, without asking and for good (Del)"))
        self.delete_source = self._make(
            tr("Delete document and images, keep the text"), "delete-source", None
        )
        self.delete_result = self._make(
            tr("Delete the text, keep the document"), "delete-result", None
        )
        self.delete_picture = self._make(tr("Delete this page's picture"), "delete-picture", None)
        self.delete_older = self._make(tr("Delete finished documents older than…"), None, None)
        self.delete_everything = self._make(tr("Delete everything…"), None, None)
        self.keep = self._make(tr("Keep until…"), "keep", "Ctrl+K")
        self.cancel = self._make(tr("Cancel reading"), "cancel", "Ctrl+.")
        self.retry = self._make(tr("Try again"), "retry", "Ctrl+R")
        self.recognise = self._make(tr("Recognise anyway"), "recognise", None)
        self.export = self._make(tr("Export…"), "export", "Ctrl+E")
        self.exports = {
            file_format: self._make(format_name(tr, file_format), None, None)
            for file_format in formats
        }
        self._make_own_storage()
        self.show_deleted = self._tick(tr("Show deleted documents"), "Ctrl+D", checked=True)
        self.next_page = self._make(tr("Next page"), "next", "Ctrl+PgDown")
        self.previous_page = self._make(tr("Previous page"), "previous", "Ctrl+PgUp")
        self.zoom_in = self._make(tr("Larger"), "zoom-in", "Ctrl++", "Ctrl+=")
        self.zoom_out = self._make(tr("Smaller"), "zoom-out", "Ctrl+-")
        self.zoom_fit = self._make(tr("Fit the width"), "fit-width", "Ctrl+0")
        self.zoom_full = self._make(tr("Show at 100 %"), None, "Ctrl+1")
        self.boxes = self._tick(tr("Show the boxes of the words"), "Ctrl+B", checked=True)
        self.next_pane = self._make(tr("Next pane"), None, "F6")
        self.privacy = self._make(tr("Privacy"), "shield", "Ctrl+I")
        self.audit = self._make(tr("Audit log"), None, "Ctrl+Shift+I")
        self.check = self._make(tr("Check that deleted is deleted"), None, None)
        self.lock = self._make(tr("Lock now"), "locked", LOCK_KEYS)
        self.panic = self._make(tr("Panic: destroy everything…"), None, None)
        # Beside the text, not as a shortcut: InputWatch hears it in dialogs, too.
        self.panic.setText(f"{self.panic.text()}\t{keys_text(PANIC_KEYS)}")
        self.settings = self._make(tr("Settings…"), None, "Ctrl+,")
        self.memory_window = self._make(tr("New window in memory only"), None, None)
        self.memory_window.setToolTip(
            tr("A window of its own whose documents are in memory only; closing it deletes them")
        )
        self.quit = self._make(tr("Quit"), None, "Ctrl+Q")
        self.themes = self._make_themes()

    def _make_own_storage(self) -> None:
        tr = self._tr
        self.send = self._make(tr("Send pictures to…"), "upload", "Ctrl+Shift+S")
        self.uploads = self._make(tr("Sent pictures"), None, "Ctrl+U")
        self.own_storage = self._make(tr("Own storage…"), None, None)
        for action in (self.send, self.uploads, self.own_storage):
            # Shown by what can do it.
            action.setVisible(False)

    def show_paused(self, paused: bool) -> None:
        """Make the pause action say what it would do."""
        self.pause.setText(self._tr("Resume") if paused else self._tr("Pause"))
        self.pause.setToolTip(
            self._tr("Go on reading (Ctrl+P)")
            if paused
            else self._tr("Pause after the pages in hand (Ctrl+P)")
        )
        self._icons.dress(self.pause, "resume" if paused else "pause")

    def _make(
        self, text: str, icon: str | None, *keys: QKeySequence.StandardKey | str | None
    ) -> QAction:
        action = QAction(text, self._window)
        wanted = [QKeySequence(key) for key in keys if key is not None]
        action.setShortcuts(wanted)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        plain = text.rstrip("…")
        if wanted:
            shown = wanted[0].toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{plain} ({shown})")
        else:
            action.setToolTip(plain)
        if icon is not None:
            self._icons.dress(action, icon)
        self._window.addAction(action)
        return action

    def _tick(self, text: str, keys: str, *, checked: bool) -> QAction:
        action = self._make(text, None, keys)
        action.setCheckable(True)
        action.setChecked(checked)
        return action

    def _make_themes(self) -> dict[str, QAction]:
        group = QActionGroup(self._window)
        made = {}
        for theme, text in (
            (AUTO, self._tr("Like the system")),
            (LIGHT, self._tr("Light")),
            (DARK, self._tr("Dark")),
        ):
            action = self._make(text, None, None)
            action.setCheckable(True)
            group.addAction(action)
            made[theme] = action
        return made
