"""The pages of the settings that are values: each is used and saved as soon as it is changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from mayfly.domain.retention import MOST_HOURS
from mayfly.ui.actions import LOCK_KEYS
from mayfly.ui.icons import Icons
from mayfly.ui.input_watch import PANIC_KEYS
from mayfly.ui.language_menu import LanguageButton
from mayfly.ui.lock_reasons import LockReasons
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.settings_form import SettingsForm, choice, number, say, tick
from mayfly.ui.theme import AUTO, DARK, LIGHT
from mayfly.ui.wording import Tr, keys_text

_MOST_IDLE_MINUTES = 240
_MOST_COPY_S = 3_600
_AUDIT_DAYS = (1, 3_650)


class GeneralPage(SettingsForm):
    """How the window looks and speaks, and which languages documents are in."""

    theme_chosen = Signal(str)

    def __init__(
        self,
        preferences: PreferenceKeeper,
        *,
        languages: Sequence[str],
        installed: Sequence[str],
        tr: Tr,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        """languages: codes that the window can speak; installed: those it can read."""
        super().__init__(parent)
        now = preferences.now
        self.add_heading(tr("Window"))
        themes = [(AUTO, tr("Like the system")), (LIGHT, tr("Light")), (DARK, tr("Dark"))]
        self.theme = choice(themes, now.theme, self)
        self.theme.currentIndexChanged.connect(
            lambda _: self.theme_chosen.emit(str(self.theme.currentData()))
        )
        self.add_row(tr("Appearance"), self.theme)
        names = [(AUTO, tr("Like the system")), *((code, own_name(code)) for code in languages)]
        self.language = choice(names, now.ui_language, self)
        self.language.currentIndexChanged.connect(
            lambda _: preferences.change(ui_language=self.language.currentData())
        )
        self.add_row(tr("Language of the window"), self.language)
        self.add_text(tr("The window speaks another language the next time Mayfly starts."))
        self.add_heading(tr("Documents"))
        self.reading = LanguageButton(now.languages, tr=tr, icons=icons, parent=self)
        self.reading.setObjectName("boxed")
        if installed:
            self.reading.show_installed(installed)
        self.reading.languages_changed.connect(preferences.set_languages)
        self.add_row(tr("Languages of the documents"), self.reading)


class KeepingPage(SettingsForm):
    """How long what is added from now on is kept, and what is left of it elsewhere."""

    def __init__(
        self, preferences: PreferenceKeeper, *, tr: Tr, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        now = preferences.now
        hours, days, seconds = tr(" h"), tr(" days"), tr(" s")
        self.add_heading(tr("Documents added from now on"))
        self.source = number(
            now.source_hours, 0, MOST_HOURS, suffix=hours, special=tr("At once"), parent=self
        )
        self.result = number(now.result_hours, 1, MOST_HOURS, suffix=hours, special="", parent=self)
        self.add_row(tr("Destroy document and page images after"), self.source)
        self.add_row(tr("Destroy the text after"), self.result)
        self.add_text(
            tr(
                "Counted from the moment a document has been read. A week, 168 hours, is the "
                "most. Nothing outlives 30 days, whatever is set."
            )
        )
        self.add_heading(tr("Clipboard"))
        self.copies = number(
            now.clipboard_clear_s,
            0,
            _MOST_COPY_S,
            suffix=seconds,
            special=tr("Not by time"),
            parent=self,
        )
        self.add_row(tr("Take back copied text after"), self.copies)
        self.add_text(
            tr(
                "Copied text is always taken back when its document is deleted, when Mayfly "
                "locks and when it ends, if nothing else was copied since."
            )
        )
        self.add_heading(tr("Audit log"))
        self.audit = number(now.audit_days, *_AUDIT_DAYS, suffix=days, special="", parent=self)
        self.add_row(tr("Keep its entries for"), self.audit)
        self.add_text(tr("Entries hold times and numbers, never a name or a word of a document."))
        follow(self.source.valueChanged, preferences, "source_hours")
        follow(self.result.valueChanged, preferences, "result_hours")
        follow(self.copies.valueChanged, preferences, "clipboard_clear_s")
        follow(self.audit.valueChanged, preferences, "audit_days")


class LockingPage(SettingsForm):
    """When the window locks by itself, and whether destroying everything asks."""

    def __init__(
        self,
        preferences: PreferenceKeeper,
        reasons: LockReasons,
        *,
        tr: Tr,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tr = tr
        self._reasons = reasons
        now = preferences.now
        self.add_heading(tr("Lock by itself"))
        self.idle = number(
            now.lock_idle_minutes,
            0,
            _MOST_IDLE_MINUTES,
            suffix=tr(" min"),
            special=tr("Never"),
            parent=self,
        )
        self.add_row(tr("When nobody used Mayfly for"), self.idle)
        self.add_text(tr("Not while documents are being added or read."))
        self.suspend = tick(tr("Before the computer sleeps"), now.lock_on_suspend, self)
        self.screen_lock = tick(tr("When the screen is locked"), now.lock_on_screen_lock, self)
        self.add_widget(self.suspend)
        self.suspend_note = self.add_text()
        self.add_widget(self.screen_lock)
        self.screen_note = self.add_text()
        self.add_text(
            tr(
                "Locking drops the keys from memory and everything of a document from the "
                "window, in every Mayfly of this vault. {keys} locks now."
            ).format(keys=keys_text(LOCK_KEYS))
        )
        self.add_heading(tr("Panic"))
        self.add_text(
            tr(
                "{keys}, in whichever window or dialog of Mayfly, destroys the key of the vault "
                "first and then everything in it. Nothing can bring it back."
            ).format(keys=keys_text(PANIC_KEYS))
        )
        self.panic = tick(tr("Ask before everything is destroyed"), now.panic_asks, self)
        self.add_widget(self.panic)
        follow(self.idle.valueChanged, preferences, "lock_idle_minutes")
        follow(self.suspend.toggled, preferences, "lock_on_suspend")
        follow(self.screen_lock.toggled, preferences, "lock_on_screen_lock")
        follow(self.panic.toggled, preferences, "panic_asks")
        reasons.sources_changed.connect(self._show_sources)
        self._show_sources()

    def _show_sources(self) -> None:
        """Say what this system does not tell; what cannot be had is no choice."""
        desktop, tr = self._reasons.desktop, self._tr
        say(
            self.suspend_note,
            ""
            if desktop.tells_suspend
            else tr("This system does not say so before; Mayfly then locks when it wakes up."),
        )
        self.screen_lock.setEnabled(desktop.tells_screen_lock)
        say(
            self.screen_note,
            ""
            if desktop.tells_screen_lock
            else tr("This system does not tell when its screen is locked."),
        )


def own_name(code: str) -> str:
    """Return what a language calls itself, as one who reads it looks for it."""
    name = QLocale(code).nativeLanguageName()
    # English would be "American English" by its country.
    return "English" if code == "en" else name[:1].upper() + name[1:]


def follow(changed: SignalInstance, preferences: PreferenceKeeper, name: str) -> None:
    """Have a preference follow a control."""

    def change(value: int | bool) -> None:
        preferences.change(**{name: value})

    changed.connect(change)
