"""What taking a document in leaves, and what it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from mayfly.domain.document_errors import FileChanged
from mayfly.domain.errors import InternalError, SourceGone
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part, ReadOptions
from mayfly.domain.states import JobState
from mayfly.vault.keys import VaultKeys
from tests.fakes import BytesSource, ChangingSource
from tests.vault import attack
from tests.vault.conftest import RULE, Desk
from tests.vault.rotating import NOW, Place, admit, check_alive

ALL = frozenset(Part)
SOURCE, RESULT = frozenset({Part.SOURCE}), frozenset({Part.RESULT})


def state_of(desk: Desk, job_id: JobId) -> JobState:
    return desk.vault.job(job_id, desk.clock.now()).state


# --- intake ------------------------------------------------------------------------------


def test_a_source_that_fails_leaves_no_trace(desk: Desk) -> None:
    batch = desk.vault.add_batch(desk.clock.now())
    for size in (10, 40 << 20):
        source = ChangingSource("a.pdf", b"x" * size, piece_bytes=1 << 20)
        with pytest.raises(Exception, match="changed"):
            desk.vault.admit(batch, source, ReadOptions(), RULE, desk.clock.now())

    assert desk.vault.jobs(desk.clock.now()) == ()
    for table in ("job", "data_key", "stream", "chunk"):
        assert desk.sql(f"SELECT count(*) FROM {table}") == [(0,)]


class WatchedSource(BytesSource):
    """A large file that changes: what lies on the disk is looked at before that is noticed."""

    def __init__(self, name: str, data: bytes, look: Callable[[], None]) -> None:
        super().__init__(name, data, piece_bytes=1 << 20)
        self._look = look

    def chunks(self) -> Iterator[bytes]:
        yield from super().chunks()
        self._look()
        raise FileChanged


def test_what_a_large_source_left_in_the_log_of_writes_opens_with_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite writes a large transaction out before its end: keys and sealed chunks lie there."""
    vault = place.open()
    living = admit(vault, "living")
    made: set[attack.DataKey] = set()
    make = VaultKeys.new_data_key

    def noted(keys, job_id, part, bucket):
        data_key, key = make(keys, job_id, part, bucket)
        made.add(attack.DataKey(job_id, part.value, key.epoch, key.wrapped, bucket.id))
        return data_key, key

    def opens() -> list[bool]:
        keys = attack._Keys(vault.lock._keys.vault_id, before | place.loot(), ())
        return [keys.data_key(one) is not None for one in made]

    log = place.paths.database.with_name("vault.db-wal")
    before, seen = place.loot(), list[bool]()

    def look() -> None:
        seen.extend(one.wrapped in log.read_bytes() for one in made)
        seen.extend(opens())

    monkeypatch.setattr(VaultKeys, "new_data_key", noted)
    batch = vault.add_batch(NOW)
    with pytest.raises(FileChanged):
        vault.admit(batch, WatchedSource("a", bytes(40 << 20), look), ReadOptions(), RULE, NOW)

    assert seen == [True] * 4
    before.shares = before.slots = set()
    assert opens() == [False, False]
    assert log.stat().st_size == 0
    check_alive(vault, living)
    vault.close()


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 20 << 20])
def test_a_document_of_any_size_comes_back(desk: Desk, size: int) -> None:
    job_id = desk.admit(bytes(size))

    count = desk.vault.source_chunk_count(job_id)
    chunks = [desk.vault.source_chunk(job_id, index) for index in range(count)]

    assert b"".join(chunks) == bytes(size)
    assert all(len(chunk) <= 1 << 20 for chunk in chunks)
    assert desk.vault.source_size(job_id) == size
    with pytest.raises(InternalError):
        desk.vault.source_chunk(job_id, count)


def test_jobs_of_a_batch_keep_their_order(desk: Desk) -> None:
    now = desk.clock.now()
    batch = desk.vault.add_batch(now)
    ids = [
        desk.vault.admit(batch, BytesSource(f"{n}.png", b"x"), ReadOptions(), RULE, now)
        for n in range(3)
    ]
    ids.append(desk.vault.admit_refused(batch, "bad.png", "file_empty", RULE, now))
    other = desk.admit(name="other.png")

    jobs = desk.vault.jobs(now)

    assert [job.job_id for job in jobs] == [*ids, other]
    assert [job.position for job in jobs] == [1, 2, 3, 4, 5]
    assert [job.name for job in jobs] == ["0.png", "1.png", "2.png", "bad.png", "other.png"]
    assert {job.batch_id for job in jobs[:4]} == {batch}


def test_a_refused_file_is_a_failed_row_with_a_name_and_no_source(desk: Desk) -> None:
    now = desk.clock.now()
    batch = desk.vault.add_batch(now)

    job_id = desk.vault.admit_refused(batch, "empty.pdf", "file_empty", RULE, now)

    job = desk.vault.job(job_id, now)
    assert (job.state, job.error_code, job.name) == (JobState.FAILED, "file_empty", "empty.pdf")
    assert (job.source_present, job.result_present) == (False, True)
    assert job.result_delete_at == now + timedelta(hours=RULE.result_hours)
    for ask in (desk.vault.retry, desk.vault.options, desk.vault.source_size, desk.vault.password):
        with pytest.raises(SourceGone):
            ask(job_id)
    assert desk.vault.page_summaries(job_id, now) == ()


def test_a_name_that_is_no_text_comes_back(desk: Desk) -> None:
    job_id = desk.admit(name="caf\udce9.pdf", path="/tmp/caf\udce9.pdf")

    assert desk.vault.job(job_id, desk.clock.now()).name == "caf\udce9.pdf"
