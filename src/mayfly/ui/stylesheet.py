"""The little that Fusion and a palette cannot say: spacing, rounding and quiet buttons."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from mayfly.ui.tones import Tones

_SHEET = Template("""
QToolTip { color: $text; background: $raised; border: 1px solid $line; padding: 5px 8px; }

#toolbar, #pageBar, #statusStrip, #listHeader { background: $window; }
#toolbar { border-bottom: 1px solid $line; }
#statusStrip { border-top: 1px solid $line; }
#statusStrip QLabel { color: $dim; }
#listHeader { border-bottom: 1px solid $line; }
#listTitle { font-weight: 600; }

QToolButton { color: $text; background: transparent; border: 1px solid transparent;
  border-radius: 6px; padding: 5px 9px; }
QToolButton:hover { background: $hover; border-color: $line; }
QToolButton:pressed, QToolButton:checked { background: $chosen; border-color: transparent; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $faint; }
QToolButton::menu-indicator { image: none; width: 0; }
#calendar { background: $window; border-top: 1px solid $line; }
#day { color: $dim; padding: 3px 0; }
#day[busy="true"] { color: $text; background: $raised; border-color: $line; font-weight: 600; }
#day[busy="true"]:hover { background: $hover; }
#day:focus { border-color: $accent; }
#small { padding: 3px 5px; }
#narrow { padding: 5px 2px; }

QPushButton { color: $text; background: $raised; border: 1px solid $line; border-radius: 6px;
  padding: 6px 14px; min-height: 16px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $chosen; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $faint; }
#primary { color: $on_accent; background: $accent; border-color: $accent; font-weight: 600; }
#primary:hover { background: $accent_hover; }
#primary:focus { border: 2px solid $text; padding: 5px 13px; }
#primary:disabled { color: $faint; background: $hover; border-color: $line; }
#danger { color: $on_bad; background: $bad; border-color: $bad; font-weight: 600; }
#danger:hover { background: $bad_hover; }
#danger:focus { border: 2px solid $text; padding: 5px 13px; }
#danger:disabled { color: $faint; background: $hover; border-color: $line; }

QLineEdit { color: $text; background: $ground; border: 1px solid $line;
  border-radius: 6px; padding: 4px 8px; selection-background-color: $chosen;
  selection-color: $text; }
QLineEdit:focus { border-color: $accent; }
QSpinBox QLineEdit { border: none; padding: 0; background: transparent; }

QCheckBox::indicator:unchecked, QRadioButton::indicator:unchecked { background: $ground;
  border: 1px solid $faint; width: 12px; height: 12px; }
QCheckBox::indicator:unchecked { border-radius: 2px; }
QRadioButton::indicator:unchecked { border-radius: 7px; }
QCheckBox::indicator:unchecked:disabled, QRadioButton::indicator:unchecked:disabled {
  border-color: $line; }

QMenu { color: $text; background: $raised; border: 1px solid $line; padding: 5px; }
QMenu::item { padding: 6px 26px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $chosen; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 15px; height: 15px; left: 8px; }

QTableView, QTextEdit, QPlainTextEdit { background: $ground; border: none; outline: none; }
QTableView:focus { border: none; }
QTextEdit, QPlainTextEdit { selection-background-color: $chosen;
  selection-color: $text; }
QSplitter::handle { background: $line; }
QTabWidget::pane { border: none; border-top: 1px solid $line; }
QTabBar { background: $window; }
QTabBar::tab { color: $dim; background: transparent; padding: 0 14px; min-height: 37px;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:focus { color: $accent; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $handle; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $hover; border: none; border-radius: 3px; max-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

#troubleBar { background: $warn_ground; border-bottom: 1px solid $line; }
#troubleText { color: $text; }
#noteBar { background: $ground; border-bottom: 1px solid $line; }
#noteText { color: $dim; }
#emptyTitle { font-weight: 600; }
#lockTrouble { color: $warn; }
#fault { color: $bad; }
#code { color: $text; background: $ground; border: 1px solid $line; border-radius: 6px;
  padding: 12px; font-size: 15pt; }
#onceFrame { border: 4px solid $warn; }
#boxed { background: $raised; border: 1px solid $line; }
#quiet { color: $dim; }
#sentence { font-weight: 600; }
#section { color: $dim; font-weight: 600; }
#chip { color: $dim; padding: 1px 7px; }
#sheet { background: $ground; }
#card { background: $raised; border: 1px solid $line; border-radius: 8px; }
#remedy { color: $accent; }
#path { color: $dim; }
#dialogFoot { background: $window; border-top: 1px solid $line; }
QHeaderView::section { color: $dim; background: $window; border: none; padding: 6px 13px;
  border-bottom: 1px solid $line; }
#refusals { background: $ground; border: 1px solid $line; border-radius: 6px; outline: none; }
#refusals::item { color: $text; padding: 7px 10px; border: none; }
#refusals::item:selected { background: $chosen; }
#log::item { padding: 0 10px; border: none; }
#log::item:selected { color: $text; background: $chosen; }
QComboBox { color: $text; background: $ground; border: 1px solid $line; border-radius: 6px;
  padding: 3px 8px; min-height: 22px; }
QComboBox:focus { border-color: $accent; }
QComboBox:disabled { color: $faint; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: none; width: 0; height: 0; margin-right: 6px;
  border-left: 4px solid $ground; border-right: 4px solid $ground; border-top: 5px solid $dim; }
QComboBox QAbstractItemView { color: $text; background: $raised; border: 1px solid $line;
  selection-background-color: $chosen; selection-color: $text; outline: none; }
""")


def stylesheet(tones: Tones) -> str:
    """Return the application's style sheet in these tones."""
    return _SHEET.substitute(asdict(tones))
