"""Passphrase and recovery code from the window, on a real vault with a real keyring."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from mayfly.bootstrap import Foundation
from mayfly.domain.lock_port import KeyHome
from mayfly.domain.states import JobState
from mayfly.ui.app import Session
from mayfly.ui.key_dialogs import SetPassphraseDialog
from mayfly.ui.key_page import KeyPage
from mayfly.ui.recovery_dialogs import NewCodeDialog, UseCodeDialog
from mayfly.ui.settings_dialog import SettingsDialog
from mayfly.ui.unlock_windows import UnlockTrouble
from tests.conftest import ROOT
from tests.keyring_session import keyring_session, require_keyring

SAMPLE = ROOT / "resources" / "sample" / "welcome.pdf"
WORDS = "four random words here"

pytestmark = [
    pytest.mark.keyring,
    pytest.mark.qt_log_ignore("This plugin does not support"),
]


class Runs:
    """Sessions of one vault, one after the other, each with the keyring of its time."""

    def __init__(self, qtbot, qapp, home) -> None:
        self.qtbot = qtbot
        self._app = qapp
        self._home = home
        self.session: Session | None = None

    def start(self, paths=()) -> Session:
        self.session = Session(self._app, Foundation(self._home), list(paths))
        self.session.start()
        return self.session

    def open(self, paths=()):
        session = self.start(paths)
        self.wait(lambda: session.window is not None)
        return session.window

    def wait(self, ask) -> None:
        self.qtbot.waitUntil(ask, timeout=30_000)

    def end(self) -> None:
        if self.session is None:
            return
        if not self.session._ending:
            with self.qtbot.waitSignal(self.session.ended, timeout=20_000):
                self.session.end()
        self.session.clean_up()
        self.session = None

    def settings(self, window) -> KeyPage:
        window.actions_.settings.trigger()
        self.wait(lambda: bool(window.findChildren(SettingsDialog)))
        (dialog,) = window.findChildren(SettingsDialog)
        dialog.tabs.setCurrentIndex(dialog.tabs.count() - 1)
        page = dialog.findChild(KeyPage)
        self.wait(page.make_button.isVisible)
        return page

    def dialog(self, parent, kind):
        self.wait(lambda: any(one.isVisible() for one in parent.findChildren(kind)))
        return next(one for one in parent.findChildren(kind) if one.isVisible())


@pytest.fixture
def runs(qtbot, qapp, tmp_path):
    require_keyring()
    runs = Runs(qtbot, qapp, tmp_path / "home")
    yield runs
    runs.end()


def wear(monkeypatch, env) -> None:
    for name in ("DBUS_SESSION_BUS_ADDRESS", "PYTHON_KEYRING_BACKEND"):
        monkeypatch.setenv(name, env[name])


def test_a_passphrase_beside_the_keyring_is_wanted_from_then_on(runs, tmp_path, monkeypatch):
    with keyring_session(tmp_path / "keyring") as env:
        wear(monkeypatch, env)
        window = runs.open()
        page = runs.settings(window)
        assert "Your keyring, without asking" in page.home.text()
        page.set_button.click()
        dialog = runs.dialog(page, SetPassphraseDialog)
        for field in (dialog.first, dialog.second):
            runs.qtbot.keyClicks(field, WORDS)
        dialog.accept_button.click()
        runs.wait(lambda: "neither opens it alone" in page.home.text())

        window.actions_.lock.trigger()
        locking = runs.session._mayfly.locking
        runs.wait(lambda: locking.is_locked().result())
        assert locking.key_home().result() is KeyHome.BOTH
        screen = window.lock.screen
        runs.wait(screen.field.isVisible)
        runs.qtbot.keyClicks(screen.field, WORDS)
        runs.qtbot.keyClick(screen.field, Qt.Key.Key_Return)
        runs.wait(lambda: not window.lock.keeper.is_covered)
        runs.end()


def test_a_printed_code_opens_the_vault_when_the_keyring_is_another(runs, tmp_path, monkeypatch):
    with keyring_session(tmp_path / "first") as env:
        wear(monkeypatch, env)
        window = runs.open([SAMPLE])
        runs.wait(lambda: window.model.counts[JobState.DONE] == 1)
        page = runs.settings(window)
        page.make_button.click()
        dialog = runs.dialog(page, NewCodeDialog)
        dialog.accept_button.click()
        runs.wait(lambda: bool(dialog.code))
        code = dialog.code
        runs.qtbot.keyClicks(dialog.typed, code.split("-")[-1].lower())
        dialog.accept_button.click()
        runs.wait(lambda: "There is one" in page.code.text())
        runs.end()

    with keyring_session(tmp_path / "second") as env:
        wear(monkeypatch, env)
        session = runs.start()
        runs.wait(lambda: isinstance(session.unlocking.shown, UnlockTrouble))
        trouble = session.unlocking.shown
        trouble.recovery_button.click()
        dialog = runs.dialog(trouble, UseCodeDialog)
        runs.qtbot.keyClicks(dialog.code, code[:-1] + ("A" if code[-1] != "A" else "B"))
        dialog.accept_button.click()
        runs.wait(lambda: bool(dialog.trouble.text()))
        assert session.window is None

        dialog.code.setText(code.lower().replace("-", " "))
        dialog.accept_button.click()
        runs.wait(lambda: session.window is not None)
        runs.wait(lambda: session.window.model.counts[JobState.DONE] == 1)
        runs.end()
