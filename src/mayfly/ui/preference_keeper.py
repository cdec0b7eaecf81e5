"""The user's preferences as the window uses them; saved off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from mayfly.domain.jobs import ReadOptions
from mayfly.domain.ports import Lane
from mayfly.domain.preferences import Preferences
from mayfly.domain.retention import RetentionRule
from mayfly.services.intake import Wish
from mayfly.ui.courier import Courier


class PreferenceKeeper(QObject):
    """Holds the preferences that are in use, whether or not they could be saved."""

    changed = Signal()

    def __init__(
        self,
        preferences: Preferences,
        save: Callable[[Preferences], None],
        *,
        chores: Lane,
        courier: Courier,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._now = preferences
        self._save = save
        self._chores = chores
        self._courier = courier

    @property
    def now(self) -> Preferences:
        """What is in use."""
        return self._now

    def wish(self) -> Wish:
        """Return how what is added now is to be read and kept."""
        rule = RetentionRule(
            self._now.source_hours,
            self._now.result_hours,
            linked=self._now.source_hours == self._now.result_hours,
        )
        return Wish(ReadOptions(languages=self._now.languages), rule)

    def set_languages(self, languages: tuple[str, ...]) -> None:
        """Read what is added from now on in these languages."""
        self._set(replace(self._now, languages=languages))

    def set_theme(self, theme: str) -> None:
        """Remember auto, light or dark."""
        self._set(replace(self._now, theme=theme))

    def change(self, **wished: Any) -> None:  # noqa: ANN401 - the fields of Preferences
        """Set some of the preferences, by the names that Preferences has for them."""
        self._set(replace(self._now, **wished))

    def _set(self, preferences: Preferences) -> None:
        if preferences == self._now:
            return
        self._now = preferences
        future = self._chores.submit(lambda: self._save(preferences))
        self._courier.ask(self, future)
        self.changed.emit()
