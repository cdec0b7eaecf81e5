"""A purge that fails at any step, and one among 5,000 jobs that dies: nothing lost, all gone."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from mayfly.domain.errors import DiskFull, VaultBusy, VaultError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part
from mayfly.domain.states import DeleteReason, JobState
from mayfly.vault.sealing import Kind
from mayfly.vault.vault import SqliteVault
from mayfly.vault.wrapping import WrappedBucket, WrappedKey
from tests.benchmarks import many_jobs
from tests.vault.processes import Child, Tell
from tests.vault.rotating import (
    ALL,
    NOW,
    Place,
    admit,
    check_alive,
    check_log,
    check_settled,
    purge,
    state,
    sweep,
)
from tests.vault.steps import CAN_FAIL, SEAMS, WHEN, WITHIN, die_at, fail_at, tell_steps
from tests.vault.test_pictures import check_whole, read

# --- an error at every step ----------------------------------------------------------------


def try_to_purge(vault: SqliteVault, *gone: JobId) -> None:
    """Purge as the service does: an error ends it, and the next sweep goes on."""
    try:
        vault.mark_purging(gone, DeleteReason.USER, NOW)
        vault.purge(gone, ALL, DeleteReason.USER, NOW)
    except VaultError:
        pass


def check_after_error(place: Place, vault: SqliteVault, copy: Place, jobs: dict, gone: JobId):
    """See in the same process that nothing is lost, and that a sweep ends what was asked for."""
    check_alive(vault, jobs)
    asked = state(vault, gone) is JobState.DELETED or bool(vault.due(NOW))
    sweep(vault)
    check_alive(vault, jobs)
    vault.close()
    if not asked:
        check_settled(place, 1)
        check_log(place)
        return
    check_settled(place, 2)
    check_log(place, gone)
    assert copy.opened_with(place.loot()) == set()


@pytest.mark.slow
@pytest.mark.parametrize("error", [VaultBusy, DiskFull])
@pytest.mark.parametrize(("home", "live"), [("keyring", 1), ("passphrase", 1), ("keyring", 50)])
def test_an_error_at_any_step_loses_nothing_and_is_made_up_for(
    home: str, live: int, error: type[VaultError], tmp_path: Path
) -> None:
    before = Place(tmp_path / "before", home)
    before.folder.mkdir()
    vault = before.open()
    (gone,) = admit(vault, "goes").values()
    jobs = admit(vault, *(f"stays {number}" for number in range(live)))
    vault.close()
    seen: set[str] = set()
    for step in count():
        place = before.copy(f"at {step}")
        vault = place.open()
        passed: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            fail_at(step, error, patch, passed)
            try_to_purge(vault, gone)
        check_after_error(place, vault, before, jobs, gone)
        if not passed:
            break
        seen |= set(passed)
    expected = {f"{when} {name}" for _, name in CAN_FAIL for when in WHEN}
    keyring_only = {f"{when} {name}" for name in ("get", "put") for when in WHEN}
    assert seen == (expected if home == "keyring" else expected - keyring_only)


# --- death while one page's pictures go ----------------------------------------------------


@pytest.mark.slow
def test_death_while_a_picture_goes_loses_nothing_and_leaves_no_half(tmp_path: Path) -> None:
    before = Place(tmp_path / "before", "keyring")
    before.folder.mkdir()
    vault = before.open()
    job_id = read(vault, "mine")
    vault.close()
    went: set[bool] = set()
    for step in count():
        place = before.copy(f"at {step}")

        def work(tell: Tell, place: Place = place, step: int = step) -> None:
            vault = place.open()
            die_at(step, tell)
            vault.purge_page_images(job_id, 2, NOW)

        code, _ = Child(work).end()
        went.add(check_picture_after_death(place, before, job_id))
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert went == {True, False}


def check_picture_after_death(place: Place, copy: Place, job_id: JobId) -> bool:
    """It is there as it was, or gone for good; and all else is there."""
    vault = place.open()
    gone = bool(place.ask("SELECT 1 FROM page WHERE picture_gone_at IS NOT NULL"))
    check_whole(vault, "mine", job_id, without={2} if gone else set())
    sweep(vault)
    check_whole(vault, "mine", job_id, without={2} if gone else set())
    vault.close()
    check_settled(place, 2 if gone else 1)
    check_log(place, *[job_id] * gone)
    found = copy.streams_opened_with(place.loot())
    for kind, page in ((Kind.PAGE_IMAGE, 2), (Kind.IMAGE_LIST, 2), (Kind.IMAGE_DATA, 2049)):
        assert ((job_id, kind.value, page) in found) is not gone
    return gone


# --- death among very many -----------------------------------------------------------------

LIVE = 5_000


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, dict, list[JobId]]:
    """5,000 jobs in 20 buckets, three of which go, and a few documents that can be compared."""
    place = Place(tmp_path_factory.mktemp("crowd") / "before", "keyring")
    place.folder.mkdir()
    vault = place.open()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many_jobs, "SEALED_BYTES", dict.fromkeys(Kind, 40))
        ids = many_jobs.add_done_jobs(vault, LIVE, NOW)
    jobs = admit(vault, "first", "second")
    vault.close()
    return place, jobs, [JobId(ids[number]) for number in (5, 1_700, 4_400)]


def check_every_key(vault: SqliteVault) -> int:
    """Every data key of the vault opens; return how many there are."""
    with vault._database.read() as tx:
        rows = tx.rows(
            "SELECT job.id, part, data_key.epoch, data_key.wrapped, key_bucket.id,"
            " key_bucket.born, key_bucket.epoch, key_bucket.wrapped FROM data_key"
            " JOIN job ON job.seq = data_key.job JOIN key_bucket ON key_bucket.id = bucket"
        )
    for job_id, part, epoch, wrapped, *bucket in rows:
        key = WrappedKey(epoch, wrapped, WrappedBucket(*bucket))
        assert len(vault._rotation._keys.unwrap(key, job_id, Part(part))) == 32
    return len(rows)


def ends_and_middle(passed: list[str]) -> Iterator[int]:
    """Each kind of step at its first, its middle and its last time: many are the same loop."""
    for name in dict.fromkeys(passed):
        times = [number for number, one in enumerate(passed) if one == name]
        yield from {times[0], times[len(times) // 2], times[-1]}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_death_among_5_000_jobs_loses_none_and_leaves_none(crowd, tmp_path: Path) -> None:
    before, jobs, going = crowd

    def work(place: Place, tell: Tell, step: int | None) -> None:
        vault = place.open()
        if step is None:
            tell_steps(tell)
        else:
            die_at(step, tell)
        purge(vault, *going)

    whole = before.copy_to(tmp_path / "whole")
    code, told = Child(lambda tell: work(whole, tell, None)).end()
    assert code == 0
    passed = [one[0] for one in told]
    assert set(passed) == {WITHIN, *(f"{when} {name}" for _, name in SEAMS for when in WHEN)}
    seen: set[bool] = set()
    for step in sorted(set(ends_and_middle(passed))):
        place = before.copy_to(tmp_path / f"at {step}")
        code, _ = Child(lambda tell, place=place, step=step: work(place, tell, step)).end()
        assert code == -signal.SIGKILL
        seen.add(check_crowd_after_death(place, before, jobs, going))
        place.remove()
    assert seen == {True, False}


def check_crowd_after_death(place: Place, copy: Place, jobs: dict, going: list[JobId]) -> bool:
    vault = place.open()
    asked = all(state(vault, one) is JobState.DELETED for one in going) or len(vault.due(NOW)) == 3
    sweep(vault)
    check_alive(vault, jobs)
    gone = going if asked else []
    assert check_every_key(vault) == 2 * (LIVE + len(jobs) - len(gone))
    vault.close()
    check_log(place, *gone)
    opened = copy.opened_with(place.loot())
    if asked:
        # Of the stale buckets not even what lives opens in the copy; of the others all does.
        assert opened.isdisjoint(going)
        assert len(opened) == LIVE + len(jobs) - 3 * 256
    return asked
