"""Numbers that no program wrote into a job's row hold up no other job's end."""

from __future__ import annotations

import pytest

from mayfly.domain.states import JobState
from tests.services.conftest import RULE, House

HUGE = 2**63 - 1
COLUMNS = (
    "pages",
    "pages_read",
    "added_at",
    "finished_at",
    "source_hours",
    "result_hours",
    "linked",
    "source_delete_at",
    "result_delete_at",
    "backstop_at",
    "source_gone_at",
    "result_gone_at",
    "purging_at",
)


@pytest.mark.parametrize("number", [HUGE, -HUGE, -1])
@pytest.mark.parametrize("column", COLUMNS)
def test_a_number_in_one_row_holds_up_no_other(house: House, column: str, number: int) -> None:
    bad, good = house.admit("one"), house.admit("two")
    queue = house.queue()
    house.wait_until_read(bad)
    house.wait_until_read(good)
    queue.stop()

    def damage() -> None:
        with house.vault._database.write() as tx:
            tx.run("PRAGMA ignore_check_constraints = ON")
            tx.run(f"UPDATE job SET {column} = ? WHERE id = ?", number, bytes.fromhex(bad))

    house.on_vault(damage)
    house.clock.advance(hours=RULE.result_hours + 1)

    house.on_vault(house.retention.sweep)

    assert house.state_of(good) is JobState.DELETED
    (answer,) = house.deletions.delete([bad]).result()
    assert answer.error_code is None
    assert house.on_vault(house.vault.counts)[JobState.DELETED] == 2
