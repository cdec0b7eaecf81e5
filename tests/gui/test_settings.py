"""Every setting is used and saved as soon as it is changed, and never on the GUI thread."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from shiboken6 import isValid

from mayfly.bootstrap import Foundation
from mayfly.domain.desktop_port import DesktopNews
from mayfly.domain.errors import SettingsNotWritable
from mayfly.domain.preferences import Preferences
from mayfly.services.lane import InlineLane
from mayfly.system.login_start import LoginStart
from mayfly.system.purge_timer import PurgeTimer
from mayfly.ui.background_page import BackgroundPage
from mayfly.ui.lock_reasons import LockReasons
from mayfly.ui.settings_opener import Background, SettingsOpener
from mayfly.ui.settings_pages import GeneralPage, KeepingPage, LockingPage, own_name
from mayfly.ui.storage_watch import StorageServices, StorageWatch
from tests.gui.conftest import PREFERENCES
from tests.gui.seen import all_texts
from tests.gui.test_accessibility import nameless
from tests.gui.test_lock_reasons import FakeDesktop

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def machine():
    return FakeDesktop()


@pytest.fixture
def background(tmp_path):
    config = tmp_path / "config"
    timer = PurgeTimer(config / "systemd" / "user", command=["/bin/true"], home=None)
    login = LoginStart(config / "autostart", ["/bin/true"])
    return Background(has_tray=True, timer=timer, login=login, lane=InlineLane())


@pytest.fixture
def opener(desk, machine, background):
    window = desk.open()
    reasons = LockReasons(
        window.lock.keeper,
        machine,
        preferences=desk.keeper,
        is_busy=lambda: False,
        parent=window,
    )
    reasons.start()
    return SettingsOpener(
        window,
        desk.locking,
        preferences=desk.keeper,
        reasons=reasons,
        save=lambda *_: None,
        background=background,
        spoken=("de", "en"),
        storage=StorageWatch(
            StorageServices(desk.mayfly.destinations, desk.mayfly.uploads),
            now=desk.house.clock.now,
            courier=desk.courier,
            parent=window,
        ),
        courier=desk.courier,
        theme=desk.theme,
        icons=desk.icons,
        tr=str,
    )


@pytest.fixture
def dialog(desk, opener):
    dialog = opener.open()
    desk.wait(dialog.isVisible)
    yield dialog
    if isValid(dialog):
        dialog.close()


def page(dialog, kind):
    for place in range(dialog.tabs.count()):
        area = dialog.tabs.widget(place)
        if isinstance(area.widget(), kind):
            dialog.tabs.setCurrentIndex(place)
            return area.widget()
    raise AssertionError(kind)


def saved(desk) -> Preferences:
    desk.chores.submit(lambda: None).result(timeout=5)
    return desk.saved[-1]


def test_the_keys_of_the_menu_open_it(desk, opener):
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    desk.wait(lambda: QApplication.activeModalWidget() is not None)
    dialog = QApplication.activeModalWidget()
    assert dialog.windowTitle() == "Settings"
    dialog.close_button.click()
    desk.wait(lambda: QApplication.activeModalWidget() is None)


def test_how_long_documents_are_kept(desk, dialog):
    keeping = page(dialog, KeepingPage)
    keeping.source.setValue(0)
    keeping.result.setValue(72)
    assert keeping.source.text() == "At once"
    assert saved(desk).source_hours == 0 and saved(desk).result_hours == 72
    assert desk.keeper.wish().rule.result_hours == 72
    assert any("72" in label.text() for label in desk.window.empty.findChildren(QLabel))
    keeping.result.setValue(999)
    assert desk.keeper.now.result_hours == 168


def test_a_number_counts_when_it_is_complete(desk, dialog):
    keeping = page(dialog, KeepingPage)
    keeping.audit.selectAll()
    desk.qtbot.keyClicks(keeping.audit, "90")
    assert desk.keeper.now.audit_days == PREFERENCES.audit_days
    desk.qtbot.keyClick(keeping.audit, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert desk.keeper.now.audit_days == 90


def test_the_clipboard_and_the_locks(desk, dialog):
    page(dialog, KeepingPage).copies.setValue(15)
    locking = page(dialog, LockingPage)
    locking.idle.setValue(10)
    locking.suspend.setChecked(False)
    locking.screen_lock.setChecked(True)
    locking.panic.setChecked(False)
    now = saved(desk)
    assert (now.clipboard_clear_s, now.lock_idle_minutes) == (15, 10)
    assert (now.lock_on_suspend, now.lock_on_screen_lock, now.panic_asks) == (False, True, False)


def test_the_appearance_changes_at_once(desk, dialog):
    general = page(dialog, GeneralPage)
    general.theme.setCurrentIndex(general.theme.findData("dark"))
    assert desk.theme.tones.dark
    assert saved(desk).theme == "dark"
    assert desk.window.actions_.themes["dark"].isChecked()
    general.language.setCurrentIndex(general.language.findData("de"))
    assert saved(desk).ui_language == "de"
    general.reading.toggle_language("deu")
    assert saved(desk).languages == ("eng", "deu")
    assert desk.window.languages.chosen == ("eng", "deu")


def test_what_the_system_does_not_tell_is_said(desk, dialog, machine):
    locking = page(dialog, LockingPage)
    assert locking.screen_lock.isEnabled() and not locking.suspend_note.isVisible()
    machine.tells_suspend = machine.tells_screen_lock = False
    machine.tell(DesktopNews.SOURCES_FOUND)
    desk.wait(lambda: not locking.screen_lock.isEnabled())
    assert "does not tell when its screen is locked" in locking.screen_note.text()
    assert "locks when it wakes up" in locking.suspend_note.text()


def test_nothing_is_saved_on_the_gui_thread_and_trouble_is_told(desk, opener):
    threads = []

    def refuse(_):
        threads.append(threading.current_thread().name)
        raise SettingsNotWritable

    desk.keeper._save = refuse
    dialog = opener.open()
    page(dialog, KeepingPage).result.setValue(5)
    desk.wait(lambda: "could not be saved" in desk.window.trouble.text)
    assert threads == ["chores"]
    assert desk.keeper.now.result_hours == 5
    dialog.close()


def test_locking_closes_it(desk, dialog):
    desk.window.lock.keeper.lock()
    desk.wait(lambda: QApplication.activeModalWidget() is None)
    desk.wait(lambda: desk.locking.locked)
    assert not desk.window.actions_.settings.isEnabled()


def test_every_control_of_it_has_a_name(desk, dialog):
    desk.wait(lambda: "Your keyring, without asking" in all_texts())
    for place in range(dialog.tabs.count()):
        dialog.tabs.setCurrentIndex(place)
        assert nameless(dialog) == []


def test_languages_are_offered_by_the_names_they_have_themselves(tmp_path):
    assert own_name("de") == "Deutsch" and own_name("en") == "English"
    assert Foundation(tmp_path).text_languages() == ("de", "en")


def test_what_goes_on_without_the_window(desk, dialog, background):
    page = dialog.findChild(BackgroundPage)
    desk.wait(lambda: page.timer_note.text() != "")
    page.closing.setCurrentIndex(page.closing.findData("stay"))
    page.notify.click()
    page.login.click()
    desk.wait(lambda: page.login.isEnabled() and background.login.is_wanted())
    if page.timer.isEnabled():
        page.timer.click()
        desk.wait(lambda: page.timer.isEnabled() and page.timer.isChecked())
        page.timer.click()
        desk.wait(lambda: page.timer.isEnabled() and not page.timer.isChecked())
    page.login.click()
    desk.wait(lambda: page.login.isEnabled() and not background.login.is_wanted())

    assert (desk.keeper.now.closing, desk.keeper.now.notify_purges) == ("stay", True)


def test_own_storage_is_opened_from_elsewhere_at_its_own_page(desk, opener):
    page = opener.open_storage()
    desk.wait(page.isVisible)
    assert page.none.text() == "There is none yet."
    QApplication.activeModalWidget().close()
