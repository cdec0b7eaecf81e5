"""A change of the key that died before its last steps, and a vault that is opened without a key."""

from __future__ import annotations

import pytest

from mayfly.domain.errors import VaultNotWritable
from mayfly.vault.opening import open_without_key
from mayfly.vault.shard import Shard
from tests.vault.attack import Loot
from tests.vault.rotating import Place, admit, check_alive, check_settled, purge


def test_the_old_half_goes_although_nobody_gives_a_key(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the timer, say, or while the vault is locked: an old copy must not wait for somebody."""
    vault = place.open()
    jobs = admit(vault, "lives", "goes")
    copy = place.copy("before")

    def with_todays_slots() -> Loot:
        now = place.loot()
        return Loot(shares=copy.loot().shares | now.shares, slots=now.slots)

    def refuse(*_: object) -> None:
        raise VaultNotWritable

    with monkeypatch.context() as patch:
        # As a process that dies after the commit leaves it.
        patch.setattr(Shard, "erase_slot", refuse)
        gone = jobs.pop("goes")
        purge(vault, gone)
        vault.close()
    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(2, 0)]
    assert gone in copy.opened_with(with_todays_slots())

    open_without_key(place.paths).close()

    assert copy.opened_with(with_todays_slots()) == set()
    vault = place.open()
    check_alive(vault, jobs)
    vault.tidy()
    vault.close()
    check_settled(place, 2)
