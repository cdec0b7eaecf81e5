"""Makes pictures of the window for the documentation and for looking at it. Not a test.

    python -m tests.gui.screenshots FOLDER [light|dark] [LANGUAGE]

Runs the real parts on drawn pages; QT_SCALE_FACTOR=2 gives pictures for dense screens.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from mayfly.bootstrap import Foundation
from mayfly.domain.states import JobState
from mayfly.ui.app import Session, make_application
from mayfly.ui.panic import PanicQuestion
from mayfly.ui.privacy_dialog import Tab
from mayfly.ui.settings_dialog import SettingsDialog
from tests.gui.sheets import CAKE, GARDEN, save_sheet

_PATIENCE_S = 40.0
_PASSPHRASE = "a passphrase for pictures"


class Photographer(QObject):
    """Waits for one thing after the other and takes a picture of each."""

    def __init__(self, app: QApplication, session: Session, folder: Path, theme: str) -> None:
        super().__init__(app)
        self._session = session
        self._folder = folder
        self._theme = theme
        self._steps = self._script()
        self._ready: Callable[[], bool] = lambda: session.window is not None
        self._until = time.monotonic() + _PATIENCE_S
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(40)

    def _look(self) -> None:
        if time.monotonic() > self._until:
            print("waited too long", self._session.window.status.text, file=sys.stderr)
            self._session.window.grab().save("/tmp/stuck.png")
            self._session.end(1)
            return
        if not self._ready():
            return
        self._until = time.monotonic() + _PATIENCE_S
        try:
            self._ready = next(self._steps)
        except StopIteration:
            self._timer.stop()
            self._session.end()

    def _script(self):
        window = self._session.window
        assert window is not None
        window.commands.choose_theme(self._theme)
        yield _after(0.3)
        self._take(window, "empty")
        window.overlay.appear()
        yield _after(0.1)
        self._take(window, "drop")
        window.overlay.hide()
        with tempfile.TemporaryDirectory() as name:
            window.add_paths(_documents(Path(name)))
            yield lambda: window.model.counts[JobState.DONE] >= 1
            yield lambda: window.pages.page is not None
            yield _after(0.4)
            self._take(window, "reading")
            yield lambda: not any(batch.running for batch in window.model.batches)
        yield _after(1.5)
        page = window.pages.page
        number = next(n for n, word in enumerate(page.words) if "marigolds" in _text(page, word))
        window.pages.canvas.choose(number, reveal=False)
        window.pages.text.choose(number)
        yield _after(0.4)
        self._take(window, "page")
        rows = window.model.batches[0].shown
        window.deleting.delete([rows[-1]])
        for row in rows:
            if row.job.state is JobState.NEEDS_PASSWORD:
                window.jobs.edit_password(window.model.index_of(row))
        yield _after(0.6)
        self._take(window, "locked")
        for row in rows:
            if row.job.name == "welcome.pdf":
                window.jobs.choose(row)
        yield lambda: window.pages.page is not None
        yield _after(0.5)
        self._take(window, "file-text")
        yield from self._deleting(window)
        yield from self._privacy(window)
        yield from self._locking(window)

    def _locking(self, window):
        """The settings, the locked window, and at the very end panic."""
        window.actions_.settings.trigger()
        dialog = window.findChild(SettingsDialog)
        for place, name in enumerate(("general", "keeping", "locking", "background", "key")):
            dialog.tabs.setCurrentIndex(place)
            yield _after(0.4)
            self._take(dialog, f"settings-{name}")
        dialog.close()
        window.lock.keeper.lock()
        screen = window.lock.screen
        yield screen.field.isVisible
        yield _after(0.3)
        self._take(window, "lock")
        screen.field.setText("not the passphrase")
        screen.unlock_button.click()
        yield lambda: bool(screen.trouble.text())
        self._take(window, "lock-refused")
        screen.field.setText(_PASSPHRASE)
        screen.unlock_button.click()
        yield lambda: window.pages.isVisible() and not window.feed._first
        window.actions_.panic.trigger()
        yield _after(0.3)
        question = window.findChild(PanicQuestion)
        self._take(question, "panic")
        question.accept_button.click()
        yield window.gone.quit_button.isVisible
        self._take(window, "gone")

    def _privacy(self, window):
        """The privacy page, tab by tab; the check really runs."""
        dialog = window.privacy.open_page()
        yield dialog.promise.copy.isEnabled
        yield _after(0.3)
        self._take(dialog, "privacy-promise")
        dialog.open_at(Tab.AUDIT)
        yield lambda: dialog.audit.model.rowCount() > 0
        dialog.audit.table.selectRow(1)
        dialog.audit.verify_log()
        yield lambda: "entries" in dialog.audit.verdict.text or "Eintr" in dialog.audit.verdict.text
        yield _after(0.2)
        self._take(dialog, "privacy-audit")
        dialog.open_at(Tab.CHECK)
        yield _after(0.2)
        self._take(dialog, "privacy-check")
        dialog.check.run()
        yield lambda: dialog.check.steps.at >= 1
        yield _after(0.1)
        self._take(dialog, "privacy-checking")
        yield lambda: not dialog.check.busy
        yield _after(0.2)
        self._take(dialog, "privacy-checked")
        dialog.check.test()
        yield lambda: not dialog.check.busy
        self._take(dialog, "privacy-self-test")
        dialog.open_at(Tab.PLACES)
        yield _after(0.2)
        self._take(dialog, "privacy-places")
        dialog.close()
        self._take(window, "status")

    def _deleting(self, window):
        """The ways to delete; the cake is text only, the garden lost its picture."""
        cake, garden = (_row(window, name) for name in ("Plum cake.jpg", "Spring meeting.png"))
        window.deleting.delete_source([cake])
        window.jobs.choose(garden)
        yield lambda: window.pages.has_picture and not cake.job.source_present
        window.actions_.delete_picture.trigger()
        yield lambda: window.pages.page is not None and not window.pages.has_picture
        yield _after(0.4)
        self._take(window, "picture-gone")
        menu = window.toolbar.delete_menu_button.menu()
        menu.popup(window.mapToGlobal(window.rect().center()))
        yield _after(0.2)
        self._take(menu, "delete-menu")
        menu.close()
        for ask, name in (
            (window.delete_commands.ask_older, "delete-older"),
            (window.delete_commands.ask_everything, "delete-everything"),
        ):
            question = ask()
            if name == "delete-older":
                question.unit.setCurrentIndex(0)
                question.number.setValue(1)
            yield _after(0.5)
            self._take(question, name)
            question.reject()

    def _take(self, window: QWidget, name: str) -> None:
        window.grab().save(str(self._folder / f"{name}-{self._theme}.png"))


def _row(window, name):
    rows = window.model.everything()
    return next(row for row in rows if row.job.name == name)


def _text(page, word) -> str:
    return page.text[word.start : word.end]


def _after(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() >= until


def _documents(folder: Path) -> list[Path]:
    import pymupdf

    first = save_sheet(folder / "Spring meeting.png", GARDEN, angle=0.4)
    second = save_sheet(folder / "Plum cake.jpg", CAKE, angle=-0.6)
    long = folder / "Bicycle manual.pdf"
    locked = folder / "Statement.pdf"
    with pymupdf.open() as book:
        for number in range(12):
            sheet = save_sheet(folder / f"page{number}.jpg", GARDEN if number % 2 else CAKE)
            book.new_page().insert_image(pymupdf.Rect(0, 0, 595, 842), filename=str(sheet))
            sheet.unlink()
        book.save(long)
    with pymupdf.open() as book:
        book.new_page().insert_text((72, 72), "This page is locked.")
        book.save(locked, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="open", owner_pw="own")
    notes = folder / "Notes.docx"
    notes.write_bytes(b"not a document that is read here")
    pale = save_sheet(folder / "Faded copy.png", CAKE, pale=True)
    welcome = Path(__file__).parents[2] / "resources" / "sample" / "welcome.pdf"
    return [first, second, welcome, long, locked, notes, pale]


def photograph(make: Callable[..., Photographer]) -> int:
    """Run the program and have this photographer go through it; what the command line names
    behind folder, theme and language is passed on."""
    folder, theme = Path(sys.argv[1]), (sys.argv[2:] or ["light"])[0]
    language = (sys.argv[3:] or ["en"])[0]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        foundation = Foundation(Path(home))
        # As the program does: connections that nothing refuses would be told as trouble.
        foundation.harden()
        foundation.save_preferences(replace(foundation.preferences(), ui_language=language))
        foundation.offer_passphrase(_PASSPHRASE)
        app = make_application()
        session = Session(app, foundation, [])
        session.ended.connect(app.exit)
        session.start()
        photographer = make(app, session, folder, theme, *sys.argv[4:])
        status = app.exec()
        del photographer
        session.clean_up()
        # Where an exception went: the program has no other place for it.
        if foundation.log.exists():
            print(foundation.log.read_text(), file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(photograph(Photographer))
