"""The window in German: every text has its translation, and the window uses it."""

from __future__ import annotations

import gettext
import re
from dataclasses import replace

import pytest
from babel.messages.pofile import read_po
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QWidget

from mayfly.bootstrap import Foundation
from mayfly.domain.errors import KeyMissing, PassphraseWrong, VaultBusy
from mayfly.domain.lock_port import KeyHome
from mayfly.domain.states import JobState
from mayfly.system.translations import text_language, translator
from mayfly.ui.app import Session
from mayfly.ui.icons import Icons
from mayfly.ui.key_dialogs import SetPassphraseDialog
from mayfly.ui.lock_screen import LockScreen
from mayfly.ui.panic import PanicQuestion
from mayfly.ui.passphrase_dialog import PassphraseDialog
from mayfly.ui.recovery_dialogs import NewCodeDialog
from mayfly.ui.times import left_samples
from mayfly.ui.unlock_windows import LockedWindow, UnlockTrouble
from mayfly.ui.wording import language_name
from tests.conftest import ROOT

CATALOGUE = ROOT / "resources" / "translations" / "de" / "LC_MESSAGES" / "mayfly.po"
PLACEHOLDER = re.compile(r"\{\w*\}")

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(scope="module")
def messages():
    with CATALOGUE.open("rb") as file:
        return [message for message in read_po(file, locale="de") if message.id]


@pytest.fixture
def german(qtbot, qapp, tmp_path):
    """A session whose settings ask for German, with its window open."""
    foundation = Foundation(tmp_path / "home")
    foundation.save_preferences(replace(foundation.preferences(), ui_language="de"))
    foundation.offer_passphrase("a passphrase for a test")
    session = Session(qapp, foundation, [])
    session.start()
    qtbot.waitUntil(lambda: session.window is not None, timeout=20_000)
    yield session
    if not session._ending:
        end(qtbot, session)


def end(qtbot, session):
    with qtbot.waitSignal(session.ended, timeout=20_000):
        session.end()
    session.clean_up()


# --- the catalogue -------------------------------------------------------------------


def test_no_text_is_left_untranslated(messages):
    assert len(messages) > 250
    assert [message.id for message in messages if not message.string or message.fuzzy] == []


def test_placeholders_are_those_of_the_english_text(messages):
    different = [
        message.id
        for message in messages
        if sorted(PLACEHOLDER.findall(message.id)) != sorted(PLACEHOLDER.findall(message.string))
    ]
    assert different == []


def test_sentences_end_and_quote_as_german_ones(messages):
    for message in messages:
        assert message.id.endswith(".") == message.string.endswith("."), message.id
        assert message.id.endswith("…") == message.string.endswith("…"), message.id
        assert message.string.count("„") == message.id.count("“"), message.id
        assert "”" not in message.string, message.id


def test_the_compiled_catalogue_says_the_same(messages):
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert [m.id for m in messages if compiled.gettext(m.id) != m.string] == []


def test_the_language_of_the_texts_is_known():
    assert text_language("de") == text_language("de_AT") == "de"
    assert text_language("en") == text_language("tlh") == "en"


# --- the window ----------------------------------------------------------------------


def test_the_empty_window_is_german(german):
    window = german.window
    names = {button.accessibleName() for button in window.toolbar.children() if _is_named(button)}
    assert {
        "Dateien hinzufügen",
        "Ordner hinzufügen",
        "Einfügen",
        "Anhalten",
        "Exportieren",
        "Löschen",
        "Menü",
    } <= names
    assert "Englisch" in window.languages.text()
    shown = [label.text() for label in window.empty.findChildren(QLabel)]
    assert "Dokumente hier ablegen" in shown
    assert any("24\N{NO-BREAK SPACE}Stunden" in text for text in shown)
    assert window.empty.paste.text() == "Einfügen"


def test_a_failed_row_says_so_in_german(german, qtbot, tmp_path):
    window = german.window
    window.add_paths([tmp_path / "not there.pdf"])
    qtbot.waitUntil(lambda: window.model.counts[JobState.FAILED] == 1, timeout=20_000)
    (row,) = window.model.batches[0].shown
    qtbot.waitUntil(lambda: "nicht hinzugefügt" in window.status.text, timeout=20_000)

    spoken = window.model.data(window.model.index_of(row), Qt.ItemDataRole.AccessibleTextRole)
    assert "Die Datei ist nicht da" in spoken
    tip = window.model.data(window.model.index_of(row), Qt.ItemDataRole.ToolTipRole)
    assert "erneut hinzufügen" in tip
    title = window.model.data(window.model.index_of(window.model.batches[0]))
    assert title.startswith("Heute ")
    assert "0 wartend · 0 in Arbeit · 0 fertig · 1 fehlgeschlagen" in window.status.text


def test_what_qt_says_by_itself_is_german_too(german, qtbot):
    assert QLocale().language() is QLocale.Language.German
    assert QKeySequence("Ctrl+E").toString(QKeySequence.SequenceFormat.NativeText) == "Strg+E"
    assert german.window.pages.bar.zoom_in.toolTip() == "Vergrößern (Strg++)"
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.buttons()[0].text().replace("&", "") == "Abbrechen"


def test_german_ends_with_the_session(qtbot, german):
    end(qtbot, german)
    assert QKeySequence("Ctrl+E").toString(QKeySequence.SequenceFormat.NativeText) == "Ctrl+E"


@pytest.mark.parametrize(
    "make",
    [
        lambda tr: PassphraseDialog(tr=tr, new=True),
        lambda tr: PassphraseDialog(tr=tr, new=False),
        lambda tr: UnlockTrouble(KeyMissing(), tr=tr),
        lambda tr: LockedWindow(tr=tr),
        lambda tr: PanicQuestion(tr=tr, parent=None),
        lambda tr: SetPassphraseDialog(None, KeyHome.BOTH, courier=None, tr=tr, parent=None),
        lambda tr: NewCodeDialog(None, replaces=True, save=None, courier=None, tr=tr, parent=None),
    ],
    ids=["new", "open", "trouble", "locked", "panic", "passphrase", "code"],
)
def test_no_explanation_is_cut_off(qtbot, make):
    dialog = make(translator("de"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    for label in dialog.findChildren(QLabel):
        if label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width())


@pytest.mark.parametrize("error", [KeyMissing(), PassphraseWrong(), VaultBusy()])
def test_the_lock_screen_has_room_in_the_smallest_window(qtbot, theme, error):
    icons = Icons(ROOT / "resources" / "icons", theme)
    parent = QWidget()
    qtbot.addWidget(parent)
    screen = LockScreen(tr=translator("de"), theme=theme, icons=icons, parent=parent)
    screen.resize(760, 480)
    screen.show_home(KeyHome.BOTH)
    parent.show()
    for show in (lambda: screen.show_error(error), screen._show_waiting):
        show()
        assert screen.minimumSizeHint().height() <= 480
        for label in screen.findChildren(QLabel):
            if label.wordWrap() and not label.isHidden():
                assert label.minimumHeight() >= label.heightForWidth(label.minimumWidth())


def test_there_is_room_for_the_time_left(german):
    jobs = german.window.jobs
    layout = jobs._delegate.layout
    for text in left_samples(translator("de")):
        assert layout.small_metrics.horizontalAdvance(text) <= layout.left_width - 4


def test_languages_have_german_names():
    tr = translator("de")
    assert language_name(tr, "deu") == "Deutsch"
    assert language_name(tr, "chi_sim") == "Chinesisch (vereinfacht)"
    assert language_name(tr, "xyz_abc") == "xyz_abc"


def _is_named(widget: object) -> bool:
    return hasattr(widget, "accessibleName")
