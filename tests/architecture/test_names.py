"""No part of the window uses what would show or note a document's name outside of it."""

from __future__ import annotations

import ast
import functools
import re

import pytest

from tests.conftest import ROOT

SOURCE = ROOT / "src" / "mayfly"

OUTSIDE = {
    # what: why
    "QSystemTrayIcon": "desktops keep a history of notifications",
    "Notifications": "so do they of those over D-Bus",
    "QDesktopServices": "another program would get the path as an argument, and note it",
    "QRecentFiles": "a list of recent files",
    "addToRecentDocs": "a list of recent files",
    "setWindowFilePath": "the title would be the file's name",
    "setWindowModified": "the title would tell what changed",
    "setproctitle": "every account sees it",
    "QErrorMessage": "keeps what it said in the settings",
    "QFileSystemModel": "has the desktop make thumbnails and notes of folders",
    "QFileIconProvider": "opens files to draw them",
    "QWebEngineView": "keeps a profile on the disk",
    "NamedTemporaryFile": "a file that others may see; scratch folders have their own module",
}
COUNTS_ONLY = {"QSystemTrayIcon": ["ui/tray.py"]}
"""What one module may use, whose tests hold that it tells counts and never names."""

QT_SETTINGS_AT_HOME = {"ui/file_dialogs.py"}
"""Where Qt's own settings are sent into a folder that goes with the program."""
TITLES = re.compile(r"setWindowTitle\((.*)\)")


@functools.cache
def sources() -> dict[str, str]:
    return {
        path.relative_to(SOURCE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(SOURCE.rglob("*.py"))
    }


@functools.cache
def names_in(text: str) -> set[str]:
    """Return every name and attribute of the code, not of its comments or texts."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found.add(node.name.rpartition(".")[2])
    return found


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_is_told_outside_of_the_window(name):
    users = [place for place, text in sources().items() if name in names_in(text)]
    assert users == COUNTS_ONLY.get(name, [])


@pytest.mark.parametrize(
    "text",
    [
        "from PySide6.QtWidgets import QSystemTrayIcon",
        "import PySide6.QtWidgets as w\nw.QSystemTrayIcon()",
        "QSystemTrayIcon(parent)",
    ],
)
def test_the_search_would_find_it(text):
    assert "QSystemTrayIcon" in names_in(text)
    assert "QSystemTrayIcon" not in names_in("# QSystemTrayIcon\n'QSystemTrayIcon'")


def test_settings_of_qt_are_only_sent_away():
    using = {place for place, text in sources().items() if "QSettings" in names_in(text)}
    assert using == QT_SETTINGS_AT_HOME
    text = (SOURCE / "ui" / "file_dialogs.py").read_text(encoding="utf-8")
    calls = [
        node.func.attr
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") == "QSettings"
    ]
    assert calls == ["setPath"]


def test_every_title_is_a_constant_text():
    """A title is on the taskbar, in the list of windows and in screen recordings."""
    titles = [
        (place, argument) for place, text in sources().items() for argument in TITLES.findall(text)
    ]
    assert titles
    constant = re.compile(r'(self\._)?tr\("[^"{]*"\)|"[^"{]*"|title')
    assert [one for one in titles if not constant.fullmatch(one[1])] == []


def test_the_desktop_file_hands_over_paths_and_no_more():
    text = (ROOT / "packaging" / "mayfly.desktop").read_text(encoding="utf-8")
    assert "DBusActivatable" not in text
