"""Each line that a deletion rests on, switched off once: then the attack or the scan finds it.

A test that cannot fail proves nothing. The purge here is the vault's own with one line less.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mayfly.domain.errors import KeyMissing
from mayfly.vault import share_homes
from mayfly.vault.opening import KeyAccess, open_vault
from mayfly.vault.shard import Shard
from tests.fakes import FileSecrets
from tests.vault.attack import Loot
from tests.vault.guards import (
    keep_the_key_of_the_bucket,
    keep_the_log,
    keep_the_row_of_the_key,
    keep_the_shard,
    keep_the_vault_key,
    keep_what_was_freed,
    mark_no_bucket,
)
from tests.vault.rotating import Place, admit, check_alive, purge

OPENS = (
    keep_the_shard,
    keep_the_vault_key,
    keep_the_key_of_the_bucket,
    mark_no_bucket,
    keep_the_row_of_the_key,
)
"""Without one of these something that was purged opens in a copy from before."""

LIES_THERE = (keep_the_log, keep_what_was_freed)
"""Without one of these what was purged, still sealed, lies in the vault's files afterwards."""


# --- what is found after a purge -----------------------------------------------------------


@dataclass
class Found:
    """What of a purged job is left to somebody with everything from before and after."""

    opened: bool
    lies_there: bool


def look_after_purge(place: Place) -> Found:
    vault = place.open()
    jobs = admit(vault, "goes", "stays", "stays too")
    gone = jobs.pop("goes")
    copy = place.copy("copy")
    then, needles = copy.loot(), rows_of(place, gone)
    assert any(job == gone for job, _, _ in copy.streams_opened_with(then))
    assert all(one in every_byte(place) for one in needles)

    purge(vault, gone)

    check_alive(vault, jobs)
    lies_there = any(one in every_byte(place) for one in needles)
    now = place.loot()
    vault.close()
    # Everything but the old shard: that one alone was never in the keyring or in a backup.
    everything = now | Loot(then.shares, set(), then.buckets, then.data_keys, then.own_keys)
    opened = copy.streams_opened_with(everything)
    return Found(any(job == gone for job, _, _ in opened), lies_there)


def rows_of(place: Place, job_id: str) -> list[bytes]:
    """The wrapped keys of a job and all that was sealed under them."""
    of_job = f"(SELECT seq FROM job WHERE id = x'{job_id}')"
    keys = place.ask(f"SELECT wrapped FROM data_key WHERE job = {of_job}")
    chunks = place.ask(
        "SELECT data FROM chunk JOIN stream ON stream.id = chunk.stream"
        f" WHERE stream.job = {of_job}"
    )
    return [row[0] for row in [*keys, *chunks]]


def every_byte(place: Place) -> bytes:
    files = place.paths.database.parent.glob("vault.db*")
    return b"\0".join(file.read_bytes() for file in files)


def test_with_every_line_nothing_opens_and_nothing_lies_there(place: Place) -> None:
    assert look_after_purge(place) == Found(opened=False, lies_there=False)


@pytest.mark.parametrize("switch_off", OPENS)
def test_without_this_line_what_was_purged_opens(
    place: Place, monkeypatch, switch_off: Callable[[pytest.MonkeyPatch], None]
) -> None:
    switch_off(monkeypatch)

    assert look_after_purge(place).opened


@pytest.mark.parametrize("switch_off", LIES_THERE)
def test_without_this_line_what_was_purged_lies_in_the_file(
    place: Place, monkeypatch, switch_off: Callable[[pytest.MonkeyPatch], None]
) -> None:
    switch_off(monkeypatch)

    assert look_after_purge(place) == Found(opened=False, lies_there=True)


# --- the keyring is on the disk before the vault needs it ------------------------------------


class VolatileSecrets(FileSecrets):
    """A keyring that does not sync what it writes: a power cut brings the last sync back."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._written = folder
        self.durable = folder.with_name("durable")

    def sync(self) -> None:
        shutil.rmtree(self.durable, ignore_errors=True)
        shutil.copytree(self._written, self.durable)


def power_cut_after_the_commit(place: Place, monkeypatch, *, syncs: bool) -> tuple[Place, dict]:
    """Purge; return what the disk holds at the moment at which the new epoch is committed."""
    secrets = VolatileSecrets(place.folder / "keyring")
    monkeypatch.setattr(share_homes, "_sync_everything", secrets.sync)
    vault = open_vault(place.paths, KeyAccess(secrets, None))
    jobs = admit(vault, "goes", "stays")
    gone = jobs.pop("goes")
    if not syncs:
        monkeypatch.setattr(share_homes, "_sync_everything", lambda: None)
    cuts: list[Place] = []
    erase_slot = Shard.erase_slot

    def cut(self: Shard, epoch: int) -> None:
        cuts.append(place.copy(f"cut {len(cuts)}"))
        erase_slot(self, epoch)

    monkeypatch.setattr(Shard, "erase_slot", cut)
    purge(vault, gone)
    vault.close()
    monkeypatch.undo()
    keyring = cuts[0].folder / "keyring"
    shutil.rmtree(keyring)
    (cuts[0].folder / "durable").rename(keyring)
    return cuts[0], jobs


def test_a_power_cut_right_after_the_commit_loses_nothing(keyring_place, monkeypatch) -> None:
    after, jobs = power_cut_after_the_commit(keyring_place, monkeypatch, syncs=True)

    assert after.ask("SELECT epoch FROM meta") == [(2,)]
    vault = after.open()
    check_alive(vault, jobs)
    vault.close()


def test_without_the_sync_a_power_cut_loses_every_job(keyring_place, monkeypatch) -> None:
    after, _ = power_cut_after_the_commit(keyring_place, monkeypatch, syncs=False)

    assert after.ask("SELECT epoch FROM meta") == [(2,)]
    with pytest.raises(KeyMissing):
        after.open()
