"""Rows that make no sense must be able to go, and keep nothing else past its end."""

from __future__ import annotations

import pytest

from mayfly.domain.errors import VaultDamaged
from mayfly.domain.jobs import DeleteOutcome, Due, Part, RetainOutcome
from mayfly.domain.retention import RuleChange
from mayfly.domain.states import DeleteReason
from tests.vault.conftest import Desk

ALL = frozenset(Part)
USER = DeleteReason.USER


@pytest.mark.parametrize("reason", ["'moon'", "NULL", "7"])
def test_a_mark_whose_reason_is_none_is_kept_all_the_same(desk: Desk, reason: str) -> None:
    marked, overdue = desk.done_job("marked"), desk.done_job("overdue")
    desk.vault.mark_purging([marked], USER, desk.clock.now())
    change = f"UPDATE job SET purging_reason = {reason} WHERE id = ?"
    desk.sql(change, bytes.fromhex(marked))
    desk.clock.advance(hours=200)

    found = {one.job_id: one for one in desk.vault.due(desk.clock.now())}

    assert set(found) == {marked, overdue}
    assert found[marked] == Due(marked, ALL, USER)


@pytest.mark.parametrize("damage", ["source_hours = -7", "source_hours = 999", "linked = 1"])
def test_a_rule_that_nobody_may_wish_is_damage_and_goes_with_its_job(
    desk: Desk, damage: str
) -> None:
    """Damage has an answer for each job; anything else would end a sweep half-way."""
    job_id, other = desk.admit(), desk.admit()
    desk.sql(f"UPDATE job SET {damage} WHERE id = ?", bytes.fromhex(job_id))
    now = desk.clock.now()

    with pytest.raises(VaultDamaged):
        desk.vault.purge([job_id], frozenset({Part.SOURCE}), USER, now)
    answers = desk.vault.change_rule([job_id, other], RuleChange(source_hours=5), now)
    assert [one.outcome for one in answers] == [RetainOutcome.FAILED, RetainOutcome.CHANGED]
    (answer,) = desk.vault.purge([job_id], ALL, USER, now)

    assert answer.outcome is DeleteOutcome.DELETED
