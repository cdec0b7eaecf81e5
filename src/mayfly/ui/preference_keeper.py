"""The user's preferences as the window uses them; saved off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from mayfly.domain.destinations import DestinationId
from mayfly.domain.handover import ResultTarget
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
        self._parted = False
        self._handed: tuple[RetentionRule, ResultTarget] | None = None
        self._send_to: DestinationId | None = None

    @property
    def now(self) -> Preferences:
        """What is in use."""
        return self._now

    def wish(self) -> Wish:
        """Return how what is added now is to be read and kept."""
        return Wish(
            ReadOptions(languages=self._now.languages), self.rule, self.target, self.send_to
        )

    @property
    def rule(self) -> RetentionRule:
        """How long what is added now is kept; linked while both are alike, until unlinked."""
        if self._handed is not None:
            return self._handed[0]
        source, result = self._now.source_hours, self._now.result_hours
        return RetentionRule(source, result, linked=source == result and not self._parted)

    @property
    def target(self) -> ResultTarget | None:
        """Where texts of what is added now go instead of being kept; None: they are kept."""
        return self._handed[1] if self._handed is not None else None

    @property
    def send_to(self) -> DestinationId | None:
        """Where pictures of what is added now are sent; None: nowhere.

        They go with their source, so one that is not kept sends nothing.
        """
        return self._send_to if self.rule.source_hours else None

    def choose_destination(self, destination_id: DestinationId | None) -> None:
        """Send pictures of what is added from now on there, in this run only."""
        if destination_id != self._send_to:
            self._send_to = destination_id
            self.changed.emit()

    def hand_over(self, rule: RetentionRule, target: ResultTarget) -> None:
        """Keep no text of what is added from now on: it goes there.

        Until something else is chosen, and not beyond this run: a folder that is not there any
        more would cost the texts, and the settings know no path of the user's.
        """
        self._handed = (rule, target)
        self.changed.emit()

    def keep(self, rule: RetentionRule) -> None:
        """Keep what is added from now on like this."""
        handed, self._handed = self._handed, None
        parted = not rule.linked
        was_parted, self._parted = self._parted, parted
        before = self._now
        self.change(source_hours=rule.source_hours, result_hours=rule.result_hours)
        if self._now == before and (parted is not was_parted or handed is not None):
            self.changed.emit()

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
