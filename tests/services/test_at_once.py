"""0 hours for a document: gone with the end of its reading, and nobody had to sweep for it."""

from __future__ import annotations

import pytest

from mayfly.domain.audit import AuditKind
from mayfly.domain.errors import SourceGone
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import DeleteReason, JobState
from tests.fakes_engine import ScriptPage
from tests.services.conftest import House

ZERO = RetentionRule(source_hours=0, result_hours=24)
BOTH = RetentionRule(source_hours=0, result_hours=0)


@pytest.fixture
def unswept(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house in which nobody sweeps: no alarm, no tick, not even when a document was read."""
    monkeypatch.setattr(house.retention, "ask_sweep", lambda: None)
    return house


def test_the_document_is_gone_when_its_reading_has_ended(unswept: House) -> None:
    job = unswept.admit("one", "two", rule=ZERO)
    unswept.queue(readers=2)
    unswept.wait_until_read(job)

    kept = unswept.job(job)
    assert (kept.source_present, kept.result_present) == (False, True)
    assert unswept.texts(job) == ["one", "two"]
    with pytest.raises(SourceGone):
        unswept.on_vault(lambda: unswept.vault.source_chunk(job, 0))
    assert _keys(unswept) == ["result"]


def test_the_log_says_that_it_was_not_kept(unswept: House) -> None:
    job = unswept.admit("one", rule=ZERO)
    unswept.queue()
    unswept.wait_until_read(job)
    entries = unswept.on_vault(unswept.vault.audit.entries)
    (gone,) = [one for one in entries if one.kind is AuditKind.DELETED]
    assert gone.detail["what"] == "source"
    assert gone.detail["reason"] == DeleteReason.ZERO_RETENTION


def test_what_keeps_nothing_at_all_leaves_a_tombstone(unswept: House) -> None:
    job = unswept.admit("one", rule=BOTH)
    unswept.queue()
    buried = unswept.wait_for(job, JobState.DELETED)
    assert buried.delete_reason is DeleteReason.ZERO_RETENTION
    assert _keys(unswept) == []


def test_a_document_that_could_not_be_read_goes_as_well(unswept: House) -> None:
    job = unswept.admit(ScriptPage("one", fault="damaged"), rule=ZERO)
    unswept.queue()
    unswept.wait_for(job, JobState.FAILED)
    assert not unswept.job(job).source_present


def test_a_document_that_is_not_read_any_more_goes_as_well(unswept: House) -> None:
    job = unswept.admit("one", rule=ZERO)
    queue = unswept.queue(start=False)
    queue.cancel(job).result()
    assert not unswept.job(job).source_present


def _keys(house: House) -> list[str]:
    ask = house.vault._database.ask
    rows = house.on_vault(lambda: ask("SELECT group_concat(part) FROM data_key"))
    return rows[0].split(",") if rows and rows[0] else []
