"""The picker of languages to read: several may be ticked, and the menu stays open meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from mayfly.ui.icons import Icons
from mayfly.ui.wording import Tr, language_name, languages_text

_ICON = QSize(20, 20)
_NOT_A_LANGUAGE = frozenset({"osd", "equ", "snum"})


class _StayingMenu(QMenu):
    """A menu that a tick does not close."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.actionAt(event.position().toPoint())
        if action is not None and action.isEnabled() and action.isCheckable():
            action.trigger()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self.activeAction()
        if event.key() == Qt.Key.Key_Space and action is not None and action.isCheckable():
            action.trigger()
            return
        super().keyPressEvent(event)


class LanguageButton(QToolButton):
    """Shows what is chosen; at least one language always is."""

    languages_changed = Signal(tuple)

    def __init__(
        self, chosen: Sequence[str], *, tr: Tr, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._tr = tr
        self._chosen = tuple(chosen)
        self._installed: tuple[str, ...] = ()
        self._menu = _StayingMenu(self)
        self._menu.setAccessibleName(tr("Languages of the documents"))
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(_ICON)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icons.dress(self, "language")
        self._fill()

    @property
    def chosen(self) -> tuple[str, ...]:
        """Tesseract's codes of the chosen languages, in the order they were chosen."""
        return self._chosen

    @property
    def installed(self) -> tuple[str, ...]:
        """The languages that are offered; empty while nobody knows."""
        return self._installed

    def show_installed(self, languages: Sequence[str]) -> None:
        """Offer these; a chosen language that is not installed stays and says so."""
        self._installed = tuple(one for one in languages if one not in _NOT_A_LANGUAGE)
        self._fill()

    def choose(self, codes: Sequence[str]) -> None:
        """Show these as chosen; somebody else chose them, so nobody is told."""
        if tuple(codes) != self._chosen:
            self._chosen = tuple(codes)
            self._fill()

    def toggle_language(self, code: str) -> None:
        """Choose a language or take it back; the last one stays."""
        if code in self._chosen:
            if len(self._chosen) == 1:
                self._tick()
                return
            self._chosen = tuple(one for one in self._chosen if one != code)
        else:
            self._chosen = (*self._chosen, code)
        self._tick()
        self.languages_changed.emit(self._chosen)

    def _fill(self) -> None:
        self._menu.clear()
        heading = self._menu.addAction(self._tr("The documents are written in"))
        heading.setEnabled(False)
        missing = [code for code in self._chosen if code not in self._installed]
        codes = sorted(self._installed, key=lambda code: language_name(self._tr, code).casefold())
        for code in codes:
            self._add(code, language_name(self._tr, code))
        for code in missing:
            name = language_name(self._tr, code)
            label = self._tr("{name} (not installed)") if self._installed else "{name}"
            self._add(code, label.format(name=name))
        self._tick()

    def _add(self, code: str, label: str) -> None:
        action = QAction(label, self._menu)
        action.setCheckable(True)
        action.setData(code)
        action.triggered.connect(lambda _=False, code=code: self.toggle_language(code))
        self._menu.addAction(action)

    def _tick(self) -> None:
        for action in self._menu.actions():
            if action.isCheckable():
                action.setChecked(action.data() in self._chosen)
        self.setText(languages_text(self._tr, self._chosen))
        names = ", ".join(language_name(self._tr, code) for code in self._chosen)
        self.setToolTip(self._tr("Languages of the documents: {names}").format(names=names))
        self.setAccessibleName(self.toolTip())
