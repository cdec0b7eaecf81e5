"""Pictures of everything about ends: the pickers, the question about time. Not a test.

    python -m tests.gui.screenshots_keeping FOLDER [light|dark] [LANGUAGE]

Its own script, so that a look at these does not take the time of all others.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from mayfly.domain.retention import RuleChange
from mayfly.domain.states import JobState
from mayfly.domain.timekeeping import TimeState
from mayfly.services.doubts import Doubts
from mayfly.services.punctuality import Punctuality
from mayfly.ui.doubt_watch import Doomed
from mayfly.ui.privacy_dialog import Tab
from tests.gui.screenshots import Photographer, _after, _documents, _row, photograph


class KeepingPhotographer(Photographer):
    """Reads the documents of the other pictures, and looks at their ends."""

    def _script(self):
        window = self._session.window
        window.commands.choose_theme(self._theme)
        with tempfile.TemporaryDirectory() as name:
            window.add_paths(_documents(Path(name))[:3])
            yield lambda: window.model.counts[JobState.DONE] == 3
        yield _after(0.5)
        self._take(window, "window")
        window.keep.setFocus()
        menu = window.keep.menu()
        menu.popup(window.keep.mapToGlobal(window.keep.rect().bottomLeft()))
        yield _after(0.2)
        self._take(menu, "keep-menu")
        menu.close()
        window.keep._link(False)
        menu.popup(window.keep.mapToGlobal(window.keep.rect().bottomLeft()))
        yield _after(0.2)
        self._take(menu, "keep-menu-parted")
        menu.close()
        row = _row(window, "Plum cake.jpg")
        dialog = window.keep_commands.ask([row])
        yield _after(0.3)
        self._take(dialog, "keep-job")
        dialog.picker.source.presets.setCurrentIndex(6)
        yield _after(0.3)
        self._take(dialog, "keep-job-other")
        dialog.picker.source.presets.setCurrentIndex(0)
        yield _after(0.3)
        self._take(dialog, "keep-job-at-once")
        dialog.reject()
        window.keep_commands.keeping.change([row], RuleChange(source_hours=1, linked=False))
        yield lambda: row.job.rule.source_hours == 1
        yield _after(0.8)
        window.ends.watch.blockSignals(True)
        window.ends.doubts.warn([Doomed(row, Doubts(12, 1))])
        yield _after(0.3)
        self._take(window, "doubts")
        window.ends.doubts.warn([])
        page = window.privacy.open_page(Tab.AUDIT)
        yield _after(0.8)
        page.audit.punctuality.show_numbers(Punctuality(1412, 1409, 3, 7800))
        yield _after(0.3)
        self._take(page, "punctuality")
        page.close()
        window.ends.time.show_state(_doubt(window.model.now()))
        yield _after(0.3)
        self._take(window, "time")
        window.ends.time.hide()
        window.resize(760, 480)
        yield _after(0.3)
        self._take(window, "small")


def _doubt(now) -> TimeState:
    claimed = now + timedelta(days=3652)
    return TimeState(now, claimed, claimed, timedelta(hours=21), 3)


if __name__ == "__main__":
    sys.exit(photograph(KeepingPhotographer))
