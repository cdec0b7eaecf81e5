"""Puts the services of an opened vault together; bootstrap finds and opens what they need."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mayfly.composition_storage import OwnStorage, StorageAdapters, own_storage
from mayfly.domain.audit import ReceiptVerdict
from mayfly.domain.errors import VaultError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Deletion
from mayfly.domain.ports import Clock, Engine, Lane
from mayfly.domain.proof_port import TraceSearch
from mayfly.export.audit_lines import log_lines
from mayfly.export.files import FolderTarget
from mayfly.export.receipt_page import receipt_page
from mayfly.export.receipts import read_receipt, receipt_json
from mayfly.renderers import RENDERERS, find_tables
from mayfly.retention.alarm import SchedulerAlarm
from mayfly.retention.ticker import MinuteTicker
from mayfly.services.at_once import AtOnce
from mayfly.services.audit_keeping import AuditKeeping
from mayfly.services.audit_trail import AuditTrail, ReceiptForms
from mayfly.services.bus import EventBus
from mayfly.services.deadlines import Deadlines
from mayfly.services.deletion import Deletions
from mayfly.services.destinations import Destinations
from mayfly.services.doubts import Doubting
from mayfly.services.exporting import Exporting
from mayfly.services.handover import Handover
from mayfly.services.intake import Intake
from mayfly.services.lane import ThreadLane
from mayfly.services.library import Library
from mayfly.services.locking import Locking
from mayfly.services.page_forms import PageForms
from mayfly.services.pictures import Pictures
from mayfly.services.proof import Proof, Road
from mayfly.services.reading import Queue
from mayfly.services.retention import Retention
from mayfly.services.timekeeper import Timekeeper
from mayfly.services.timekeeping import Timekeeping
from mayfly.services.uploads import Uploads
from mayfly.services.watch import Watch
from mayfly.system.files import LocalFiles
from mayfly.system.processes import GroupKiller
from mayfly.system.seat import FileSeat
from mayfly.understand.captions import alternatives
from mayfly.understand.plain_text import page_text
from mayfly.vault.audit_signing import is_consistent
from mayfly.vault.vault import SqliteVault

RECEIPT_FORMS = ReceiptForms(
    as_json=receipt_json, as_page=receipt_page, read=read_receipt, log_lines=log_lines
)


@dataclass(frozen=True, slots=True)
class Mayfly:
    """The opened application: every use case on one vault."""

    intake: Intake
    library: Library
    queue: Queue
    deletions: Deletions
    deadlines: Deadlines
    doubting: Doubting
    exporting: Exporting
    pictures: Pictures
    forms: PageForms
    handover: Handover
    destinations: Destinations
    uploads: Uploads
    audit: AuditTrail
    locking: Locking
    proof: Proof
    timekeeping: Timekeeping
    bus: EventBus
    close: Callable[[], None]
    """End readers, timers and lanes and close the vault; blocks up to some seconds."""


@dataclass(frozen=True, slots=True)
class Keyless:
    """What can be done with a vault that stays locked: finding jobs by id, and destroying."""

    library: Library
    deletions: Deletions
    audit: AuditTrail
    timekeeping: Timekeeping
    swept: tuple[Deletion, ...]
    """What was due when it was opened."""
    close: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Adapters:
    """What bootstrap found or made on this machine for one vault."""

    vault: SqliteVault
    lane: Lane
    engine: Engine
    machine_clock: Clock
    clock: Timekeeper
    """Corrects the machine's clock: what every service and every entry goes by."""
    files: LocalFiles
    seat: Path
    export_umask: int
    """The user's own: exported files are as readable as other programs' files."""
    traces: TraceSearch
    private_folder: Callable[[], AbstractContextManager[Path]]
    audit_days: Callable[[], int]
    """How long the audit log keeps an entry, as it is set now."""
    storage: StorageAdapters
    """The one way out: what reaches the user's own storage."""


def assemble(adapters: Adapters, *, on_closed: Callable[[], None]) -> Mayfly:
    """Sweep, then put the services together and start the timers. Only on the vault lane.

    on_closed is called at the end of Mayfly.close.
    """
    vault, lane, clock, engine = adapters.vault, adapters.lane, adapters.clock, adapters.engine
    bus, killer = EventBus(), GroupKiller()
    deletions = Deletions(vault, lane, killer=killer, bus=bus, clock=clock)
    begin_time(vault, clock)
    retention, timekeeping = _ends(adapters, deletions, bus)
    vault.audit.begin(clock.now())
    retention.sweep()
    library = Library(vault, lane, clock=clock, page_text=page_text, captions=alternatives)
    storage = own_storage(adapters.storage, vault, lane, bus, clock)
    intake, exporting = _intake(adapters, bus, storage), _exporting(adapters, library, storage)
    pictures, forms = _pictures(adapters, library), make_forms(exporting, library)
    handover = Handover(vault, lane, exporting=exporting, deletions=deletions, bus=bus, clock=clock)
    at_once = AtOnce(vault, deletions, clock=clock)
    queue = _queue(
        adapters,
        killer,
        bus,
        # In this order: what goes at once cannot be sent afterwards.
        on_ended=(storage.uploads.ended, at_once.ended, handover.ended),
        on_finished=retention.ask_sweep,
        on_seat=handover.look,
    )
    road = Road(intake, library, queue, exporting, deletions, engine, adapters.private_folder)
    proof = Proof(road, ThreadLane("proof"), search=adapters.traces, bus=bus, clock=clock)
    locking = _locking(adapters, queue, bus, sweep=retention.sweep)
    watch = _watch(adapters, bus, locking, timekeeping)
    handover.catch_up(FileSeat(adapters.seat))
    retention.start()
    watch.start()
    # Retention goes on while what is in hand ends: nothing is kept past its end by that.
    endings = (
        *(proof.close, queue.stop, intake.close, handover.close, exporting.close),
        *(pictures.close, forms.close, storage.close),
        *(retention.stop, watch.stop, locking.close),
    )
    return Mayfly(
        intake=intake,
        library=library,
        queue=queue,
        deletions=deletions,
        doubting=Doubting(vault, lane, clock=clock),
        deadlines=_deadlines(adapters, retention, bus),
        exporting=exporting,
        pictures=pictures,
        forms=forms,
        handover=handover,
        destinations=storage.destinations,
        uploads=storage.uploads,
        audit=AuditTrail(vault.audit, lane, forms=RECEIPT_FORMS, clock=clock),
        locking=locking,
        proof=proof,
        timekeeping=timekeeping,
        bus=bus,
        close=partial(_close_all, vault, lane, endings, on_closed),
    )


def assemble_keyless(adapters: Adapters, *, on_closed: Callable[[], None]) -> Keyless:
    """Sweep a vault that stays locked, and put together what needs no key. On the vault lane."""
    vault, lane, clock, bus = adapters.vault, adapters.lane, adapters.clock, EventBus()
    deletions = Deletions(vault, lane, killer=GroupKiller(), bus=bus, clock=clock)
    begin_time(vault, clock)
    retention, timekeeping = _ends(adapters, deletions, bus)
    swept = retention.sweep()
    return Keyless(
        library=Library(vault, lane, clock=clock, page_text=page_text, captions=alternatives),
        deletions=deletions,
        audit=AuditTrail(vault.audit, lane, forms=RECEIPT_FORMS, clock=clock),
        timekeeping=timekeeping,
        swept=swept,
        close=partial(_close_all, vault, lane, (), on_closed),
    )


def check_receipt(data: bytes, public_key: bytes | None) -> ReceiptVerdict:
    """Check a receipt without any vault: SIGNED when that key signed it.

    Without a key only whether it is whole in itself: OTHER_VAULT then. ReceiptUnreadable.
    """
    receipt = read_receipt(data)
    if receipt is None or not is_consistent(receipt):
        return ReceiptVerdict.ALTERED
    is_known = receipt.public_key == public_key
    return ReceiptVerdict.SIGNED if is_known else ReceiptVerdict.OTHER_VAULT


def begin_time(vault: SqliteVault, clock: Timekeeper) -> None:
    """Go on from what the vault remembers of time; before anything else asks for it."""
    with suppress(VaultError):
        # A full or read-only disk: this process knows the time all the same.
        clock.begin(vault.time)
    vault.hide_by(clock.claimed)


def _queue(
    adapters: Adapters,
    killer: GroupKiller,
    bus: EventBus,
    *,
    on_ended: tuple[Callable[[JobId], None], ...],
    on_finished: Callable[[], None],
    on_seat: Callable[[], None],
) -> Queue:
    def ended(job_id: JobId) -> None:
        for one in on_ended:
            one(job_id)

    return Queue(
        adapters.vault,
        adapters.lane,
        engine=adapters.engine,
        seat=FileSeat(adapters.seat),
        killer=killer,
        bus=bus,
        clock=adapters.clock,
        readers=cores(),
        on_ended=ended,
        on_finished=on_finished,
        on_seat=on_seat,
    )


def _ends(adapters: Adapters, deletions: Deletions, bus: EventBus) -> tuple[Retention, Timekeeping]:
    keeping = AuditKeeping(adapters.vault.audit, days=adapters.audit_days, clock=adapters.clock)

    def sweep() -> tuple[Deletion, ...]:
        return retention.sweep()

    timekeeping = Timekeeping(
        adapters.clock, adapters.vault.time, adapters.lane, sweep=sweep, bus=bus
    )
    retention = Retention(
        adapters.vault,
        adapters.lane,
        deletions=deletions,
        alarm=SchedulerAlarm(adapters.clock.lag),
        # The machine's own: every jump of it is to be looked at, also one that does not count.
        ticker=MinuteTicker(adapters.machine_clock),
        bus=bus,
        clock=adapters.clock,
        before_sweep=timekeeping.look,
        after_sweep=keeping.keep,
    )
    return retention, timekeeping


def _deadlines(adapters: Adapters, retention: Retention, bus: EventBus) -> Deadlines:
    return Deadlines(
        adapters.vault,
        adapters.lane,
        on_changed=retention.deadlines_changed,
        bus=bus,
        clock=adapters.clock,
    )


def _locking(
    adapters: Adapters, queue: Queue, bus: EventBus, *, sweep: Callable[[], object]
) -> Locking:
    return Locking(
        adapters.vault.lock,
        adapters.vault.key_changes,
        adapters.lane,
        queue=queue,
        sweep=sweep,
        bus=bus,
        clock=adapters.clock,
    )


def _watch(adapters: Adapters, bus: EventBus, locking: Locking, timekeeping: Timekeeping) -> Watch:
    return Watch(
        adapters.vault,
        adapters.lane,
        bus=bus,
        follow_lock=locking.follow,
        follow_time=timekeeping.look,
        drop_keys=adapters.vault.lock.drop,
    )


def _intake(adapters: Adapters, bus: EventBus, storage: OwnStorage) -> Intake:
    return Intake(
        adapters.vault,
        adapters.lane,
        intake_lane=ThreadLane("intake"),
        files=adapters.files,
        engine=adapters.engine,
        bus=bus,
        clock=adapters.clock,
        sending=storage.sending,
    )


def _exporting(adapters: Adapters, library: Library, storage: OwnStorage) -> Exporting:
    return Exporting(
        adapters.vault,
        adapters.lane,
        export_lane=ThreadLane("export"),
        library=library,
        engine=adapters.engine,
        target=FolderTarget(adapters.export_umask),
        renderers=RENDERERS,
        audit=adapters.vault.audit,
        clock=adapters.clock,
        links=lambda job_id, lifetime: storage.uploads.links(job_id, lifetime).result(),
    )


def _pictures(adapters: Adapters, library: Library) -> Pictures:
    return Pictures(
        library,
        adapters.vault.audit,
        adapters.lane,
        save_lane=ThreadLane("pictures"),
        target=FolderTarget(adapters.export_umask),
        clock=adapters.clock,
    )


def make_forms(exporting: Exporting, library: Library) -> PageForms:
    """Return what makes the forms of a page to be looked at and copied."""
    return PageForms(
        exporting.render, library.results, find_tables=find_tables, lane=ThreadLane("forms")
    )


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _close_all(
    vault: SqliteVault,
    lane: Lane,
    endings: tuple[Callable[[], None], ...],
    on_closed: Callable[[], None],
) -> None:
    for end in endings:
        end()
    lane.submit(vault.close).result()
    lane.close()
    on_closed()
