"""The picker of how long what is added next is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from mayfly.domain.handover import ResultTarget
from mayfly.domain.jobs import Part
from mayfly.domain.retention import DEFAULT_HOURS, RetentionRule
from mayfly.ui.icons import Icons
from mayfly.ui.keep_texts import (
    PRESETS,
    next_text,
    rule_text,
    short_rule_text,
    wide_rule_text,
)
from mayfly.ui.wording import Tr, format_name

_ICON = QSize(20, 20)
_SAY_ANEW_MS = 15_000


class KeepButton(QToolButton):
    """Says how long, and until when if there is room; one click more chooses another."""

    rule_chosen = Signal(object)
    """A RetentionRule for what is added from now on."""
    folder_wanted = Signal(object, str)
    """A RetentionRule that keeps no text, and the format in which it goes into a folder."""
    clipboard_wanted = Signal(object)
    """A RetentionRule that keeps no text; it goes to the clipboard."""
    text_changed = Signal()
    """It may need more or less room than before."""
    other_wanted = Signal()
    """Another length than those in the menu."""

    def __init__(
        self,
        rule: RetentionRule,
        *,
        formats: Sequence[str],
        now: Callable[[], datetime],
        tr: Tr,
        icons: Icons,
        parent: QWidget,
    ) -> None:
        """formats: those in which a text that is not kept can go into a folder."""
        super().__init__(parent)
        self._rule = rule
        self._target: ResultTarget | None = None
        self._formats = tuple(formats)
        self._now = now
        self._tr = tr
        self._roomy = True
        self._menu = QMenu(self)
        self._menu.setAccessibleName(tr("How long what is added next is kept"))
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(_ICON)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icons.dress(self, "keep")
        self._clock = QTimer(self)
        self._clock.setInterval(_SAY_ANEW_MS)
        self._clock.timeout.connect(self._show)
        self._clock.start()
        self._show()

    @property
    def rule(self) -> RetentionRule:
        """What is chosen."""
        return self._rule

    def choose(self, rule: RetentionRule, target: ResultTarget | None = None) -> None:
        """Show this as chosen; somebody else chose it, so nobody is told."""
        self._rule = rule
        self._target = target
        self._show()
        self.text_changed.emit()

    def set_roomy(self, roomy: bool) -> None:
        """Say the wall-clock moment on the button, too, or in its menu and tooltip alone."""
        if roomy is not self._roomy:
            self._roomy = roomy
            self._show()

    def width_of(self, *, roomy: bool) -> int:
        """Return how wide it is, or would be, with the moment or without."""
        text = self._said(roomy=roomy)
        advance = self.fontMetrics().horizontalAdvance
        return self.sizeHint().width() - advance(self.text()) + advance(text)

    # --- within ----------------------------------------------------------------------

    def _said(self, *, roomy: bool) -> str:
        tr, rule = self._tr, self._rule
        if self._target is not None and rule.linked:
            if self._target.folder is None:
                return tr("To the clipboard")
            return tr("Kept nowhere but in a folder") if roomy else tr("Into a folder")
        return wide_rule_text(tr, rule, self._now()) if roomy else short_rule_text(tr, rule)

    def _show(self) -> None:
        tr, now = self._tr, self._now()
        text = rule_text(tr, self._rule, now)
        if self._target is not None:
            folder = self._target.folder
            into = tr("The text goes into the folder {folder} and is not kept")
            onto = tr("The text goes to the clipboard and is not kept")
            where = onto if folder is None else into.format(folder=folder)
            text = f"{text}\n{where}"
        short = self._said(roomy=False)
        self.setText(self._said(roomy=self._roomy))
        self.setToolTip(text)
        self.setAccessibleName(tr("Keep what is added next: {time}").format(time=short))
        self.setAccessibleDescription(text)

    def _fill(self) -> None:
        tr, rule, menu = self._tr, self._rule, self._menu
        menu.clear()
        if rule.linked:
            self._add_presets(tr("Keep what is added next"), Part.SOURCE, rule.source_hours)
        else:
            self._add_presets(
                tr("Keep document and images of what is added next"), Part.SOURCE, rule.source_hours
            )
            menu.addSeparator()
            self._add_presets(tr("Keep its text"), Part.RESULT, rule.result_hours)
        other = menu.addAction(tr("Other…"))
        other.triggered.connect(self.other_wanted)
        menu.addSeparator()
        self._add_targets()
        menu.addSeparator()
        link = menu.addAction(tr("The text goes together with its document"))
        link.setCheckable(True)
        link.setChecked(rule.linked)
        link.setEnabled(rule.source_hours > 0 or self._target is not None)
        link.toggled.connect(self._link)

    def _add_targets(self) -> None:
        """Offer to keep no text: then it has to go somewhere, which is asked for."""
        rule, target = self._rule, self._target
        into = self._menu.addMenu(self._tr("Keep no text: into a folder"))
        into.setAccessibleName(into.title())
        wanted = (
            RetentionRule(0, 0, linked=True) if rule.linked else RetentionRule(rule.source_hours, 0)
        )
        for one in self._formats:
            action = into.addAction(format_name(self._tr, one))
            action.setCheckable(True)
            in_folder = target is not None and target.folder is not None
            action.setChecked(in_folder and target is not None and one in target.formats)
            action.triggered.connect(partial(self._want_folder, wanted, one))

        copy = self._menu.addAction(self._tr("Keep no text: to the clipboard"))
        copy.setCheckable(True)
        copy.setChecked(target is not None and target.folder is None)
        copy.triggered.connect(partial(self._want_clipboard, wanted))

    def _want_clipboard(self, rule: RetentionRule, _checked: bool = False) -> None:
        self.clipboard_wanted.emit(rule)

    def _want_folder(self, rule: RetentionRule, one: str, _checked: bool = False) -> None:
        self.folder_wanted.emit(rule, one)

    def _add_presets(self, heading: str, part: Part, chosen: int) -> None:
        menu = self._menu
        menu.addAction(heading).setEnabled(False)
        group = QActionGroup(menu)
        now = self._now()
        presets = {*PRESETS, chosen} - ({0} if part is Part.RESULT else set())
        for hours in sorted(presets):
            action = menu.addAction(self._label(hours, now))
            action.setCheckable(True)
            action.setChecked(hours == chosen)
            action.triggered.connect(partial(self._choose, part, hours))
            group.addAction(action)

    def _label(self, hours: int, now: datetime) -> str:
        if hours:
            return next_text(self._tr, hours, now).replace(" · ", "\t", 1)
        if self._rule.linked:
            return self._tr("At once, its text stays\twhen it was read")
        return self._tr("At once\twhen it was read")

    def _choose(self, part: Part, hours: int, _checked: bool = False) -> None:
        rule = self._rule
        if part is Part.RESULT:
            self._take(RetentionRule(rule.source_hours, hours))
        elif rule.linked and hours:
            self._take(RetentionRule(hours, hours, linked=True))
        else:
            # A text that goes at once has to go somewhere first: it stays as it is.
            self._take(RetentionRule(hours, rule.result_hours or DEFAULT_HOURS))

    def _link(self, linked: bool) -> None:
        hours = self._rule.source_hours or DEFAULT_HOURS
        self._take(
            RetentionRule(hours, hours, linked=True)
            if linked
            else RetentionRule(hours, self._rule.result_hours or DEFAULT_HOURS)
        )

    def _take(self, rule: RetentionRule) -> None:
        self.choose(rule)
        self.rule_chosen.emit(rule)
