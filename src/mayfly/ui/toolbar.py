"""The bar at the top of the window and the menus that hang from it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from mayfly.ui.actions import Actions
from mayfly.ui.icons import Icons
from mayfly.ui.keep_button import KeepButton
from mayfly.ui.language_menu import LanguageButton
from mayfly.ui.wording import Tr

_ICON = QSize(20, 20)
_WITH_TEXT = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
_ICON_ALONE = Qt.ToolButtonStyle.ToolButtonIconOnly


class Toolbar(QWidget):
    """Adding on the left, what is chosen on the right, all else behind the menu button."""

    def __init__(
        self,
        actions: Actions,
        languages: LanguageButton,
        keep: KeepButton,
        *,
        tr: Tr,
        icons: Icons,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._tr = tr
        self._icons = icons
        self._keep = keep
        self._extra: list[QToolButton] = []
        keep.text_changed.connect(self._fit)
        self.export_button = self._menu_button(tr("Export"), "export", self._export_menu(actions))
        actions.export.enabledChanged.connect(self.export_button.setEnabled)
        self.delete_button = self._button(actions.delete)
        self.delete_menu_button = self._menu_button("", "open", self._delete_menu(actions))
        self.delete_menu_button.setObjectName("narrow")
        self.delete_menu_button.setAccessibleName(tr("More ways to delete"))
        self.delete_menu_button.setToolTip(tr("More ways to delete"))
        self.menu_button = self._menu_button("", "menu", self._main_menu(actions))
        self.menu_button.setAccessibleName(tr("Menu"))
        self.menu_button.setToolTip(tr("Menu (F10)"))
        self.menu_button.setShortcut("F10")
        line = self._line = QHBoxLayout(self)
        line.setContentsMargins(10, 7, 10, 7)
        line.setSpacing(4)
        adding = (actions.add_files, actions.add_folder, actions.paste)
        self._plain = [self._button(action) for action in (*adding, actions.pause)]
        for button in self._plain[:-1]:
            line.addWidget(button)
        line.addSpacing(10)
        line.addWidget(languages)
        line.addWidget(keep)
        line.addStretch(1)
        line.addWidget(self._plain[-1])
        line.addWidget(self.export_button)
        line.addWidget(self.delete_button)
        line.addSpacing(-10)
        line.addWidget(self.delete_menu_button)
        line.addSpacing(6)
        line.addWidget(self.menu_button)

    def add_beside_keep(self, button: QToolButton) -> None:
        """Put a picker for what is added next beside that of its time."""
        self._line.insertWidget(self._line.indexOf(self._keep) + 1, button)
        self._extra.append(button)
        QWidget.setTabOrder(self._keep, button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say as much as there is room for: first the moment goes, then the plain words."""
        super().resizeEvent(event)
        self._fit()

    def fit(self) -> None:
        """Share the room anew: something needs more or less of it."""
        self._fit()

    def _fit(self) -> None:
        room, keep = self.width(), self._keep
        needed = self.sizeHint().width() + self._missing_words()
        narrow = needed - keep.sizeHint().width() + keep.width_of(roomy=False)
        wide = needed - keep.sizeHint().width() + keep.width_of(roomy=True)
        keep.set_roomy(wide <= room)
        for button in self._plain:
            button.setToolButtonStyle(_ICON_ALONE if narrow > room else _WITH_TEXT)
        # What was chosen is said as long as it can be; what a button is for shows its icon.
        narrower = narrow - sum(map(_words, self._plain))
        for button in self._extra:
            button.setToolButtonStyle(_ICON_ALONE if narrower > room else _WITH_TEXT)

    def _missing_words(self) -> int:
        """Return how much the words that are left out would add."""
        return sum(
            _words(button)
            for button in (*self._plain, *self._extra)
            if button.toolButtonStyle() is _ICON_ALONE
        )

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setToolButtonStyle(_WITH_TEXT)
        button.setIconSize(_ICON)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(action.text().rstrip("…"))
        return button

    def _menu_button(self, text: str, icon: str, menu: QMenu) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.setIconSize(_ICON)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if text:
            button.setToolButtonStyle(_WITH_TEXT)
        self._icons.dress(button, icon)
        return button

    def _export_menu(self, actions: Actions) -> QMenu:
        menu = QMenu(self)
        menu.setAccessibleName(self._tr("Export"))
        menu.addAction(actions.export)
        menu.addSeparator()
        menu.addActions(list(actions.exports.values()))
        return menu

    def _delete_menu(self, actions: Actions) -> QMenu:
        menu = QMenu(self)
        menu.setAccessibleName(self._tr("More ways to delete"))
        menu.addActions([actions.delete, actions.delete_source, actions.delete_result])
        menu.addAction(actions.delete_picture)
        menu.addSeparator()
        menu.addActions([actions.delete_older, actions.delete_everything])
        return menu

    def _main_menu(self, actions: Actions) -> QMenu:
        menu = QMenu(self)
        menu.setAccessibleName(self._tr("Menu"))
        menu.addActions([actions.view_once, actions.hand_over, actions.copy_over])
        menu.addAction(actions.memory_window)
        menu.addSeparator()
        menu.addActions([actions.cancel, actions.retry, actions.recognise, actions.keep])
        menu.addSeparator()
        menu.addActions([actions.previous_page, actions.next_page])
        menu.addActions([actions.zoom_in, actions.zoom_out, actions.zoom_fit, actions.zoom_full])
        menu.addSeparator()
        menu.addActions([actions.boxes, actions.show_deleted])
        appearance = menu.addMenu(self._tr("Appearance"))
        appearance.addActions(list(actions.themes.values()))
        menu.addSeparator()
        menu.addActions([actions.send, actions.uploads, actions.own_storage])
        menu.addSeparator()
        menu.addActions([actions.privacy, actions.audit, actions.check])
        menu.addSeparator()
        menu.addActions([actions.settings, actions.lock])
        menu.addSeparator()
        menu.addActions([actions.panic, actions.quit])
        return menu


def _words(button: QToolButton) -> int:
    """Return how wide the words of a button are; nothing for one that is not there."""
    if button.isHidden():
        return 0
    return button.fontMetrics().horizontalAdvance(button.text())
