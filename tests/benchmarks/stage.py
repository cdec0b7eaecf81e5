"""Runs the real window through a script: what a person would do, step after step.

A script is a generator. What it yields is a condition; it goes on once that holds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.children import PASSPHRASE
from mayfly.bootstrap import Foundation
from mayfly.ui.app import Session, make_application
from mayfly.ui.main_window import MainWindow

Condition = Callable[[], bool]
Script = Callable[[MainWindow], Iterator[Condition]]

_LOOK_MS = 10
_PATIENCE_S = 420.0


class Player(QObject):
    """Goes through a script on the GUI thread without ever blocking it."""

    def __init__(self, app: QApplication, session: Session, script: Script) -> None:
        super().__init__(app)
        self._session = session
        self._script = script
        self._steps: Iterator[Condition] | None = None
        self._ready: Condition = lambda: session.window is not None
        self._until_s = time.monotonic() + _PATIENCE_S
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(_LOOK_MS)

    def _look(self) -> None:
        if time.monotonic() > self._until_s:
            print("a step of the script never came true", file=sys.stderr)
            self._leave(1)
            return
        try:
            if not self._ready():
                return
            if self._steps is None:
                window = self._session.window
                assert window is not None
                self._steps = self._script(window)
            self._ready = next(self._steps)
        except StopIteration:
            self._leave(0)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            self._leave(1)

    def _leave(self, status: int) -> None:
        self._timer.stop()
        self._session.end(status)


def play(home: Path, script: Script) -> int:
    """Open the window on the vault under home, play the script, close; return the status."""
    foundation = Foundation(home)
    foundation.offer_passphrase(PASSPHRASE)
    app = make_application()
    session = Session(app, foundation, [])
    session.ended.connect(app.exit)
    session.start()
    player = Player(app, session, script)
    status = app.exec()
    del player
    session.clean_up()
    return status


def after(seconds: float) -> Condition:
    """Return a condition that comes true after some seconds."""
    until_s = time.monotonic() + seconds
    return lambda: time.monotonic() >= until_s
