"""One session of the real window that nobody sits before: add, look, copy, export, delete, end.

python -m tests.leaks.window_session OUT FILE...   (the passphrase as for every command)

Prints what was on show, so that whoever started it knows that there was something.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication

from mayfly.bootstrap import Foundation
from mayfly.domain.states import JobState
from mayfly.ui import app

_STEP_MS = 30


def steps(session: app.Session, out: Path, count: int) -> Iterator[Callable[[], object]]:
    """Do one thing after the other; each condition that is yielded is waited for."""
    yield lambda: session.window is not None
    window, mayfly = session.window, session._mayfly
    yield lambda: window.model.counts[JobState.DONE] == count
    rows = [row for row in window.model._rows.values() if row.job.state is JobState.DONE]

    for row in rows:
        window.jobs.choose(row)
        yield lambda row=row: window.pages.text.toPlainText().strip()
        window.pages.text.selectAll()
        window.pages.text.copy()
        print(QGuiApplication.clipboard().text(), flush=True)
        yield lambda: window.pages.has_picture
        exported = [mayfly.exporting.export(row.job.job_id, name, out) for name in ("txt", "pdf")]
        yield lambda exported=exported: all(one.done() for one in exported)
    first, second, third = rows
    window.jobs.choose(first)
    yield window.actions_.delete_source.isEnabled
    window.actions_.delete_source.trigger()
    yield lambda: not first.job.source_present
    window.jobs.choose(second)
    yield window.actions_.delete_result.isEnabled
    window.actions_.delete_result.trigger()
    yield lambda: not second.job.result_present
    for row in (first, second, third):
        window.jobs.choose(row)
        yield window.actions_.delete.isEnabled
        window.actions_.delete.trigger()
        yield lambda row=row: row.job.state is JobState.DELETED
    window.close()


class Driven(app.Session):
    """A session whose steps are taken by a timer."""

    def start(self) -> None:
        super().start()
        out, files = Path(sys.argv[1]), sys.argv[2:]
        self._steps = steps(self, out, len(files))
        self._wanted: Callable[[], object] = lambda: True
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._step)
        self._timer.start(_STEP_MS)

    def _step(self) -> None:
        try:
            if self._wanted():
                self._wanted = next(self._steps)
        except StopIteration:
            self._timer.stop()
        except BaseException:
            # What is raised in a slot is only printed, and the test would wait for ever.
            traceback.print_exc()
            os._exit(1)


if __name__ == "__main__":
    app.Session = Driven
    foundation = Foundation()
    foundation.harden()
    foundation.offer_passphrase(Path(os.environ["MAYFLY_PASSPHRASE_FILE"]).read_text().strip())
    sys.exit(app.run_window(foundation, [Path(one) for one in sys.argv[2:]]))
