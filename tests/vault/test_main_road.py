"""A document's whole way through the vault."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mayfly.domain.errors import AlreadyDeleted
from mayfly.domain.jobs import DeleteOutcome, Part, ReadOptions
from mayfly.domain.states import DeleteReason, JobState
from tests.vault.conftest import RULE, Desk, reading

ALL = frozenset(Part)


def test_a_document_is_taken_in_read_shown_and_destroyed(desk: Desk) -> None:
    vault, now = desk.vault, desk.clock.now()
    job_id = desk.admit(b"x" * 3_000_000, name="Brief Müller.pdf", options=ReadOptions(("deu",)))

    claimed = vault.claim_next(now)
    assert claimed.job_id == job_id
    assert claimed.state is JobState.READING
    assert claimed.name == "Brief Müller.pdf"
    assert claimed.source_delete_at == claimed.backstop_at == now + timedelta(days=30)
    assert vault.claim_next(now) is None

    assert vault.source_size(job_id) == 3_000_000
    count = vault.source_chunk_count(job_id)
    assert b"".join(vault.source_chunk(job_id, n) for n in range(count)) == b"x" * 3_000_000
    assert vault.options(job_id) == ReadOptions(("deu",))
    assert vault.set_pages(job_id, 2) == (1, 2)
    vault.save_page(job_id, reading(1, "Hallo", "Welt"))
    vault.save_page(job_id, reading(2))
    done = vault.finish(job_id, now)

    assert done.state is JobState.DONE
    assert (done.pages, done.pages_read, done.pages_failed) == (2, 2, 0)
    assert done.source_delete_at == now + timedelta(hours=RULE.source_hours)
    assert done.result_delete_at == now + timedelta(hours=RULE.result_hours)
    assert vault.page(job_id, 1, now) == reading(1, "Hallo", "Welt").result
    assert vault.page_image(job_id, 2, now) == reading(2).image

    (deletion,) = vault.purge([job_id], ALL, DeleteReason.USER, now)
    assert deletion.outcome is DeleteOutcome.DELETED
    with pytest.raises(AlreadyDeleted):
        vault.page(job_id, 1, now)
    (tombstone,) = vault.jobs(now)
    assert tombstone.state is JobState.DELETED
    assert tombstone.name is None
