"""The settings: one dialog, several pages, nothing to apply."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from mayfly.ui.settings_form import SettingsForm
from mayfly.ui.wording import Tr

_SIZE_PX = (700, 560)


class SettingsDialog(QDialog):
    """Shows pages beside each other; what is changed on one is in use at once."""

    def __init__(self, *, tr: Tr, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Settings"))
        self.resize(*_SIZE_PX)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName(tr("Settings"))
        self.close_button = QPushButton(tr("Close"), self)
        # Enter completes a number; it does not close the settings.
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.accept)
        line = QHBoxLayout()
        line.setContentsMargins(20, 12, 20, 16)
        line.addStretch(1)
        line.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs, 1)
        column.addLayout(line)

    def add_page(self, title: str, page: SettingsForm) -> None:
        """Add a page, which scrolls where the screen is too small for it."""
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        self.tabs.addTab(area, title)

    def show_page(self, page: SettingsForm) -> None:
        """Bring a page that was added to the front."""
        for place in range(self.tabs.count()):
            area = self.tabs.widget(place)
            if isinstance(area, QScrollArea) and area.widget() is page:
                self.tabs.setCurrentIndex(place)
