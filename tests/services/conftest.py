"""A whole Mayfly on the real vault with readers that read scripts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mayfly.domain.events import Event, Trouble
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import Deadline, Job, ReadOptions
from mayfly.domain.limits import Limits
from mayfly.domain.pages import PageSummary
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import JobState
from mayfly.services import slot
from mayfly.services.at_once import AtOnce
from mayfly.services.bus import EventBus
from mayfly.services.deletion import Deletions
from mayfly.services.intake import Intake, Wish
from mayfly.services.lane import ThreadLane
from mayfly.services.library import Library
from mayfly.services.locking import Locking
from mayfly.services.reading import Queue
from mayfly.services.retention import Retention
from mayfly.services.watch import Watch
from mayfly.system.files import LocalFiles
from mayfly.system.seat import FileSeat
from mayfly.understand.plain_text import page_text
from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault
from mayfly.vault.passphrase import ArgonProfile
from mayfly.vault.vault import SqliteVault
from tests.conftest import FakeClock
from tests.fakes import BytesSource, MemorySecrets
from tests.fakes_engine import EchoEngine, EchoKiller, ScriptPage, document
from tests.waiting import eventually

RULE = RetentionRule(source_hours=1, result_hours=24)


class FakeAlarm:
    """The Alarm seam: rings when the test says so."""

    def __init__(self) -> None:
        self.ring: Callable[[], None] | None = None
        self.deadlines: list[Deadline] = []
        self.woken = 0

    def start(self, ring: Callable[[], None]) -> None:
        self.ring = ring

    def set_deadlines(self, deadlines) -> None:
        self.deadlines = list(deadlines)

    def wake(self) -> None:
        self.woken += 1

    def stop(self) -> None:
        self.ring = None


class FakeTicker:
    """The Ticker seam: ticks when the test says so."""

    def __init__(self) -> None:
        self.tick: Callable[[], None] | None = None

    def start(self, tick: Callable[[], None]) -> None:
        self.tick = tick

    def stop(self) -> None:
        self.tick = None


@dataclass
class House:
    """One process's Mayfly: every use case on one vault, and what tests ask of it most."""

    vault: SqliteVault
    lane: ThreadLane
    clock: FakeClock
    engine: EchoEngine
    killer: EchoKiller
    state: Path
    bus: EventBus = field(default_factory=EventBus)
    alarm: FakeAlarm = field(default_factory=FakeAlarm)
    ticker: FakeTicker = field(default_factory=FakeTicker)
    events: list[Event] = field(default_factory=list)
    queues: list[Queue] = field(default_factory=list)
    endings: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bus.subscribe(self.events.append)
        self.intake_lane = ThreadLane("intake")
        self.files = LocalFiles(Limits())
        self.deletions = Deletions(
            self.vault, self.lane, killer=self.killer, bus=self.bus, clock=self.clock
        )
        self.retention = Retention(
            self.vault,
            self.lane,
            deletions=self.deletions,
            alarm=self.alarm,
            ticker=self.ticker,
            bus=self.bus,
            clock=self.clock,
        )
        self.intake = Intake(
            self.vault,
            self.lane,
            intake_lane=self.intake_lane,
            files=self.files,
            engine=self.engine,
            bus=self.bus,
            clock=self.clock,
        )
        self.library = Library(
            self.vault,
            self.lane,
            clock=self.clock,
            page_text=page_text,
            captions=lambda page, images: [
                f"{page.words[0].text} {image.image_id.number}" for image in images
            ],
        )

    # --- shortcuts -------------------------------------------------------------------

    def on_vault(self, work):
        """Do it on the vault lane, as every call of the vault must be done."""
        return self.lane.submit(work).result()

    def new_batch(self) -> BatchId:
        return self.on_vault(lambda: self.vault.add_batch(self.clock.now()))

    def admit(
        self,
        *pages: str | ScriptPage,
        name: str = "letter.pdf",
        batch: BatchId | None = None,
        rule: RetentionRule = RULE,
        data: bytes | None = None,
        **script,
    ) -> JobId:
        """Queue a document that reads as these pages; its title in the engine's list is name."""
        if data is None:
            data = document(*pages, title=name, **script)
        source = BytesSource(name, data)
        batch = batch or self.new_batch()
        return self.on_vault(
            lambda: self.vault.admit(batch, source, ReadOptions(), rule, self.clock.now())
        )

    def queue(
        self,
        *,
        readers: int = 1,
        start: bool = True,
        on_ended: Callable[[JobId], None] = lambda _: None,
    ) -> Queue:
        """Make a queue on this house's vault and let it look for the seat.

        on_ended: called first at the end of a job, before what it keeps for 0 hours goes.
        """
        at_once = AtOnce(self.vault, self.deletions, clock=self.clock)

        def ended(job_id: JobId) -> None:
            on_ended(job_id)
            at_once.ended(job_id)

        queue = Queue(
            self.vault,
            self.lane,
            engine=self.engine,
            seat=FileSeat(self.state / "reader.lock"),
            killer=self.killer,
            bus=self.bus,
            clock=self.clock,
            readers=readers,
            on_ended=ended,
            on_finished=self.retention.ask_sweep,
        )
        self.queues.append(queue)
        if start:
            queue.start()
        return queue

    def lockable(self, queue: Queue | None = None) -> Locking:
        """Make what locks this house, and a watch that follows other processes."""
        locking = Locking(
            self.vault.lock,
            self.vault.key_changes,
            self.lane,
            queue=queue or self.queue(start=False),
            sweep=self.retention.sweep,
            bus=self.bus,
            clock=self.clock,
        )
        watch = Watch(self.vault, self.lane, bus=self.bus, follow_lock=locking.follow)
        watch.start()
        self.endings += [watch.stop, locking.close]
        return locking

    def job(self, job_id: JobId) -> Job:
        return self.library.find(job_id).result()

    def state_of(self, job_id: JobId) -> JobState:
        return self.job(job_id).state

    def pages(self, job_id: JobId) -> tuple[PageSummary, ...]:
        return self.library.pages(job_id).result()

    def texts(self, job_id: JobId) -> list[str]:
        return list(self.library.text(job_id))

    def wait_for(self, job_id: JobId, state: JobState) -> Job:
        eventually(lambda: self.state_of(job_id) is state)
        return self.job(job_id)

    def wait_until_read(self, *job_ids: JobId) -> None:
        for job_id in job_ids:
            self.wait_for(job_id, JobState.DONE)

    def fill_disk(self) -> None:
        """Let SQLite take not one page more, as on a full disk."""
        connection = self.vault._database._connection

        def limit() -> None:
            (count,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {count}").fetchall()

        self.on_vault(limit)

    def free_disk(self) -> None:
        """Let SQLite take pages again."""
        connection = self.vault._database._connection
        self.on_vault(lambda: connection.execute("PRAGMA max_page_count = 1073741823").fetchall())

    def troubles(self) -> set[str]:
        """Return the codes of the errors that nobody waited for."""
        return {event.error_code for event in list(self.events) if isinstance(event, Trouble)}

    def wish(self) -> Wish:
        return Wish(ReadOptions(), RULE)

    def close(self) -> None:
        for queue in self.queues:
            queue.stop()
        for end in self.endings:
            end()
        self.retention.stop()
        self.intake.close()
        with contextlib.suppress(Exception):
            self.lane.submit(self.vault.close).result()
        self.lane.close()


@pytest.fixture(autouse=True)
def brief_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that waits after a full disk waits a moment only."""
    monkeypatch.setattr(slot, "_HOLD_S", 0.05)


@pytest.fixture
def engine() -> EchoEngine:
    return EchoEngine()


@pytest.fixture
def secrets() -> MemorySecrets:
    return MemorySecrets()


@pytest.fixture
def open_house(
    tmp_path: Path, clock: FakeClock, engine: EchoEngine, secrets: MemorySecrets
) -> Iterator[Callable[..., House]]:
    """Open the test's vault, as often as wanted: each house stands for a process of its own.

    With a passphrase it is a vault that needs it.
    """
    paths = VaultPaths(
        database=tmp_path / "data" / "vault.db",
        shard=tmp_path / "state" / "shard",
        lock=tmp_path / "state" / "lock",
    )
    killer = EchoKiller(engine)
    houses: list[House] = []

    def open_one(passphrase: str | None = None, *, clock=clock) -> House:
        access = KeyAccess(None if passphrase else secrets, passphrase, lambda: secrets)
        vault = open_vault(paths, access, argon=ArgonProfile(64, 1, 1))
        lane = ThreadLane("vault")
        houses.append(House(vault, lane, clock, engine, killer, tmp_path / "state"))
        return houses[-1]

    yield open_one
    for house in houses:
        house.close()


@pytest.fixture
def house(open_house: Callable[[], House]) -> House:
    return open_house()
