"""Read and not kept: the text goes into a folder or onto the clipboard, and nothing stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from mayfly.domain.errors import TargetMissing
from mayfly.domain.states import DeleteReason, JobState
from mayfly.ui.keep_nothing import KeepNothing
from tests.fakes_engine import document


class Nothing:
    """A window that hands over what it reads."""

    def __init__(self, desk, folder: Path) -> None:
        self.desk = desk
        self.paper = folder / "letter.pdf"
        self.paper.write_bytes(document("zebracanary", title="letter.pdf"))
        self.keeping = KeepNothing(
            desk.window,
            desk.mayfly,
            preferences=desk.window._preferences,
            lane=desk.chores,
            courier=desk.courier,
            tr=str,
            suffixes=(".pdf",),
        )
        handover, queue = desk.mayfly.handover, desk.queue
        before = queue._on_ended

        def ended(job_id) -> None:
            before(job_id)
            handover.ended(job_id)

        queue._on_ended = ended
        desk.open()

    def jobs(self):
        return self.desk.house.library.jobs().result()

    def wait_for(self, state: JobState):
        until = self.desk.qtbot.waitUntil
        until(lambda: [job.state for job in self.jobs()] == [state], timeout=10_000)
        return self.jobs()[0]


@pytest.fixture
def nothing(desk, tmp_path: Path) -> Nothing:
    return Nothing(desk, tmp_path)


def test_the_text_goes_into_a_folder(nothing: Nothing, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    nothing.keeping.export([nothing.paper], out)
    gone = nothing.wait_for(JobState.DELETED)
    assert gone.delete_reason is DeleteReason.ZERO_RETENTION
    assert "zebracanary" in (out / "letter.txt").read_text()


def test_the_text_goes_onto_the_clipboard_and_stays_there(nothing: Nothing) -> None:
    nothing.keeping.copy(nothing.paper)
    nothing.wait_for(JobState.DELETED)
    nothing.desk.qtbot.wait(100)
    assert "zebracanary" in QGuiApplication.clipboard().text()


def test_a_folder_that_is_gone_is_what_the_row_says(nothing: Nothing, tmp_path: Path) -> None:
    nothing.keeping.export([nothing.paper], tmp_path / "missing")
    model = nothing.desk.window.model

    def row_text() -> str:
        rows = [model.find(job.job_id) for job in nothing.jobs()]
        return model.texts.state(rows[0]) if rows and rows[0] else ""

    nothing.desk.qtbot.waitUntil(lambda: row_text() == TargetMissing.text, timeout=10_000)
    (job,) = nothing.jobs()
    assert nothing.desk.house.texts(job.job_id) == ["zebracanary"]
