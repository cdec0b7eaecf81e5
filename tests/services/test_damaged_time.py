"""What the vault remembers of time is damaged: ends are kept all the same."""

from __future__ import annotations

import pytest

from mayfly.domain.states import JobState
from tests.services.conftest import RULE
from tests.services.test_timekeeping import kept, machine, read_one, sweep

__all__ = ["kept", "machine"]

HUGE = 2**63 - 1


@pytest.mark.parametrize("huge", [HUGE, -HUGE])
@pytest.mark.parametrize("column", ["at", "wall", "boot_at", "ahead", "refused", "doubted"])
def test_a_mark_that_makes_no_sense_stops_no_sweep(kept, clock, column: str, huge: int) -> None:
    house = kept()
    job_id = read_one(house)

    def damage() -> None:
        with house.vault._database.write() as tx:
            tx.run(f"UPDATE time_mark SET {column} = ?", huge)

    house.on_vault(damage)
    clock.advance(hours=RULE.result_hours + 1)

    sweep(house)

    assert house.state_of(job_id) is JobState.DELETED
    # And it is written anew.
    assert house.on_vault(house.vault.time.load) is not None
