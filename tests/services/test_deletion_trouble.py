"""Deleting where the disk is full or read-only, or the keyring refuses: every level.

Either the keys are gone, or each job says that they are not and is tried again; whatever was
not to go is as it was.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from mayfly.domain.errors import KeyringLocked, VaultNotWritable
from mayfly.domain.events import Trouble
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import DeleteOutcome, Deletion, Part, ReaderProcess, ReadOptions
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import JobState
from tests.conftest import FakeClock
from tests.fakes import BytesSource, MemorySecrets
from tests.loop_images import mounted_image, require_images
from tests.services.bare_process import Process
from tests.small_disks import disk_in_memory, fail_the_disk, fill_up, make_read_only
from tests.vault.conftest import reading
from tests.vault.test_rotation_faults import FailingSecrets, HangingSecrets
from tests.waiting import eventually

RULE = RetentionRule(source_hours=168, result_hours=168)
DONE = frozenset({JobState.DONE})
AGE = timedelta(minutes=30)
BIG = 4 << 20

Level = Callable[[Process, Sequence[JobId]], tuple[Deletion, ...]]


def delete_batch(process: Process, jobs: Sequence[JobId]) -> tuple[Deletion, ...]:
    batches = {process.library.find(job).result().batch_id for job in jobs}
    found = [process.deletions.delete_batch(batch).result() for batch in sorted(batches)]
    return tuple(one for batch in found for one in batch)


def come_to_an_end(process: Process, jobs: Sequence[JobId]) -> tuple[Deletion, ...]:
    """Let the ends of these come, an hour before that of the one that stays."""
    process.clock.advance(hours=RULE.source_hours - 1)
    outcomes = process.retention.sweep()
    assert {one.job_id for one in outcomes} == set(jobs)
    return outcomes


LEVELS: dict[str, Level] = {
    "jobs": lambda process, jobs: process.deletions.delete(jobs).result(),
    "batch": delete_batch,
    "source": lambda process, jobs: process.deletions.delete_source(jobs).result(),
    "result": lambda process, jobs: process.deletions.delete_result(jobs).result(),
    "images": lambda process, jobs: tuple(
        process.deletions.delete_page_images(job, 1).result() for job in jobs
    ),
    "older": lambda process, jobs: process.deletions.delete_older(AGE, DONE).result(),
    "end": come_to_an_end,
}
"""Everything is beside these: nothing is left to compare then."""

LEFT = {
    "source": {Part.RESULT},
    "result": {Part.SOURCE},
    "images": {Part.SOURCE, Part.RESULT},
}
"""The parts that stay of what was deleted."""


def add(process: Process, name: str, size: int = 100) -> JobId:
    vault, now = process.vault, process.clock.now()
    data = (name.encode() * size)[:size]
    job = vault.admit(vault.add_batch(now), BytesSource(name, data), ReadOptions(), RULE, now)
    vault.claim_next(now)
    vault.set_pages(job, 2)
    for number in (1, 2):
        vault.save_page(job, reading(number, name))
    vault.finish(job, now)
    return job


def fill(process: Process, size: int = 100) -> tuple[list[JobId], JobId]:
    """Return jobs that are to go and one that stays: the last is younger."""
    going = [add(process, f"going-{number}", size) for number in range(2)]
    process.clock.advance(hours=1)
    return going, add(process, "staying", size)


def check_intact(process: Process, job: JobId, name: str, size: int = 100) -> None:
    assert process.words(job, (1, 2)) == {1: name, 2: name}
    assert process.document(job) == (name.encode() * size)[:size]
    assert set(process.pictures(job, (1, 2))) == {1, 2}


def check_still_there(
    process: Process, job: JobId, name: str, *, level: str, size: int = 100
) -> None:
    """What could not be deleted is as it was; but nothing is shown that is past its end."""
    if level != "end":
        check_intact(process, job, name, size)
        return
    assert process.words(job, (1, 2)) == process.pictures(job, (1, 2)) == {}
    assert process.document(job) is None
    assert process.export(job) is None
    assert process.library.find(job).result().name is None


def check_gone(process: Process, jobs: Sequence[JobId], level: str) -> None:
    for job in jobs:
        row, left = process.library.find(job).result(), LEFT.get(level, set())
        there = {Part.SOURCE: row.source_present, Part.RESULT: row.result_present}
        assert {part for part, is_there in there.items() if is_there} == left
        assert (row.state is JobState.DELETED) == (not left)
        if level == "images":
            assert set(process.pictures(job, (1, 2))) == {2}


def meta(process: Process) -> tuple[int, int]:
    return process.vault._database.ask("SELECT epoch, rotation_owed FROM meta")


def outcomes(deletions: Sequence[Deletion]) -> set[DeleteOutcome]:
    return {one.outcome for one in deletions}


# --- a full disk ---------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with disk_in_memory(tmp_path / "disk") as folder:
        yield folder


@pytest.mark.parametrize("level", LEVELS)
def test_a_full_disk_stops_no_level(small_disk: Path, clock: FakeClock, level: str) -> None:
    process = Process(small_disk, clock)
    going, staying = fill(process, BIG)
    process.vault.set_reader(ReaderProcess(going[0], 4711, 1.0))
    process.vault.tidy()
    fill_up(small_disk)

    answers = LEVELS[level](process, going)

    assert outcomes(answers) == {DeleteOutcome.DELETED}
    check_gone(process, going, level)
    check_intact(process, staying, "staying", BIG)
    assert meta(process)[1] == 0
    process.vault.close()


def test_everything_goes_from_a_full_disk(small_disk: Path, clock: FakeClock) -> None:
    process = Process(small_disk, clock)
    going, staying = fill(process, BIG)
    fill_up(small_disk)

    answers = process.deletions.delete_everything().result()

    assert outcomes(answers) == {DeleteOutcome.DELETED}
    check_gone(process, [*going, staying], "jobs")
    process.vault.close()


@pytest.mark.parametrize("level", LEVELS)
def test_without_any_room_it_is_said_and_done_as_soon_as_there_is_some(
    small_disk: Path, clock: FakeClock, level: str
) -> None:
    process = Process(small_disk, clock)
    going, staying = fill(process, BIG)
    process.vault.tidy()
    fillers = [fill_up(small_disk)]
    # The reserve of a vault that found no room for one either.
    process.vault._ends._reserve.give_up()
    fillers.append(fill_up(small_disk, "more"))

    answers = LEVELS[level](process, going)
    failed = [one for one in answers if one.outcome is DeleteOutcome.FAILED]
    assert {one.error_code for one in failed} <= {"disk_full"}
    for job, name in zip(going, ("going-0", "going-1"), strict=True):
        if any(one.job_id == job for one in failed):
            check_still_there(process, job, name, level=level, size=BIG)
    check_intact(process, staying, "staying", BIG)

    for filler in fillers:
        filler.unlink()
    process.retention.sweep()
    check_gone(process, going, level)
    check_intact(process, staying, "staying", BIG)
    assert meta(process)[1] == 0
    process.vault.close()


# --- read-only -----------------------------------------------------------------------------


class ReadOnly:
    """SQLite refuses to write, as on a disk that became read-only, for as long as it is wished."""

    def __init__(self, process: Process) -> None:
        self._connection = process.vault._database._connection

    def __enter__(self) -> None:
        self._connection.execute("PRAGMA query_only = ON")

    def __exit__(self, *_: object) -> None:
        self._connection.execute("PRAGMA query_only = OFF")


@pytest.mark.parametrize("level", LEVELS)
def test_a_vault_that_cannot_be_written_says_so_and_every_tick_tries_again(
    tmp_path: Path, clock: FakeClock, level: str
) -> None:
    process = Process(tmp_path, clock)
    told: list[object] = []
    process.bus.subscribe(told.append)
    going, staying = fill(process)

    with ReadOnly(process):
        answers = LEVELS[level](process, going)
        process.retention.sweep()

    assert [(one.outcome, one.error_code) for one in answers] == [
        (DeleteOutcome.FAILED, VaultNotWritable.code)
    ] * 2
    for job, name in zip(going, ("going-0", "going-1"), strict=True):
        check_still_there(process, job, name, level=level)
    assert Trouble(VaultNotWritable.code) in told
    swept = process.retention.sweep()
    assert {one.job_id for one in swept} == set(going)
    check_gone(process, going, level)
    check_intact(process, staying, "staying")
    process.vault.close()


def test_a_disk_that_fails_under_an_open_vault_loses_nothing(
    tmp_path: Path, clock: FakeClock
) -> None:
    require_images("ext4")
    with mounted_image(tmp_path, "ext4", tune=("tune2fs", "-e", "remount-ro")) as disk:
        process = Process(disk / "home", clock, secrets=(secrets := MemorySecrets()))
        going, staying = fill(process)
        fail_the_disk(disk)

        answers = process.deletions.delete(going).result()

        assert outcomes(answers) == {DeleteOutcome.FAILED}
        assert {one.error_code for one in answers} <= {"vault_not_writable", "disk_full"}
        check_intact(process, staying, "staying")
        clock.advance(days=7)
        assert process.words(staying, (1, 2)) == {}
        process.die()
        image = next(tmp_path.glob("*.img"))
        saved = tmp_path / "saved.img"
        saved.write_bytes(image.read_bytes())
    check_the_saved_disk(tmp_path, saved, clock, secrets, [*going, staying])


def check_the_saved_disk(
    folder: Path, saved: Path, clock: FakeClock, secrets: MemorySecrets, jobs: Sequence[JobId]
) -> None:
    """After a repair and a restart what is due is destroyed before anything is shown."""
    subprocess.run(["e2fsck", "-fy", str(saved)], check=False, capture_output=True)
    point = folder / "again"
    point.mkdir()
    subprocess.run(["mount", "-o", "loop", str(saved), str(point)], check=True)
    try:
        again = Process(point / "home", clock, secrets=secrets)
        again.retention.sweep()
        check_gone(again, jobs, "jobs")
        again.vault.close()
    finally:
        subprocess.run(["umount", str(point)], check=True)


def test_a_vault_on_a_read_only_disk_is_not_opened_and_its_ends_are_kept_later(
    small_disk: Path, clock: FakeClock
) -> None:
    secrets = MemorySecrets()
    process = Process(small_disk, clock, secrets=secrets)
    going, _ = fill(process)
    process.vault.close()
    clock.advance(days=8)
    make_read_only(small_disk)

    with pytest.raises(VaultNotWritable):
        Process(small_disk, clock, secrets=secrets)

    make_read_only(small_disk, again_writable=True)
    process = Process(small_disk, clock, secrets=secrets)
    process.retention.sweep()
    check_gone(process, going, "jobs")
    process.vault.close()


@pytest.mark.parametrize("level", LEVELS)
def test_a_state_folder_that_cannot_be_written_delays_only_the_key(
    tmp_path: Path, small_disk: Path, clock: FakeClock, level: str
) -> None:
    """The shard and the lock lie there; the database lies elsewhere."""
    process = Process(tmp_path / "data", clock, secrets=MemorySecrets(), state=small_disk / "s")
    going, staying = fill(process)
    epoch, _ = meta(process)
    make_read_only(small_disk)

    answers = LEVELS[level](process, going)

    assert outcomes(answers) == {DeleteOutcome.DELETED}
    check_gone(process, going, level)
    assert meta(process) == (epoch, 1)
    make_read_only(small_disk, again_writable=True)
    process.retention.sweep()
    assert meta(process) == (epoch + 1, 0)
    check_intact(process, staying, "staying")
    process.vault.close()


# --- a keyring that refuses ------------------------------------------------------------------


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("level", LEVELS)
def test_a_keyring_that_refuses_at_any_call_stops_no_level(
    tmp_path: Path, level: str, after: bool
) -> None:
    for fails_at in count(1):
        clock = FakeClock()
        secrets = FailingSecrets(tmp_path / f"keyring-{fails_at}")
        process = Process(tmp_path / str(fails_at), clock, secrets=secrets)
        going, staying = fill(process)
        secrets.calls, secrets.fails_at = 0, fails_at
        secrets.after, secrets.kind = after, KeyringLocked

        answers = LEVELS[level](process, going)

        assert outcomes(answers) == {DeleteOutcome.DELETED}
        check_gone(process, going, level)
        was_refused, secrets.fails_at = secrets.failed, None
        process.retention.sweep()
        assert meta(process)[1] == 0
        check_intact(process, staying, "staying")
        process.vault.close()
        again = Process(tmp_path / str(fails_at), clock, secrets=secrets)
        check_intact(again, staying, "staying")
        again.vault.close()
        if not was_refused:
            assert fails_at > 2
            return


@pytest.mark.parametrize("level", LEVELS)
def test_a_keyring_that_asks_its_user_stops_no_level(
    tmp_path: Path, clock: FakeClock, level: str
) -> None:
    secrets = HangingSecrets(tmp_path / "keyring")
    process = Process(tmp_path / "vault", clock, secrets=secrets)
    errand = process.vault._rotation._home._errand
    going, staying = fill(process)
    errand._patience_s = 0.05
    secrets.answered.clear()

    answers = LEVELS[level](process, going)

    assert outcomes(answers) == {DeleteOutcome.DELETED}
    check_gone(process, going, level)
    assert meta(process)[1] == 1
    secrets.answered.set()
    eventually(lambda: not errand.is_busy())
    errand._patience_s = 10
    eventually(lambda: process.retention.sweep() == () and meta(process)[1] == 0)
    check_intact(process, staying, "staying")
    process.vault.close()
