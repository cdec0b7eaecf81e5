"""A window on the real vault and the real services, with readers that read scripts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QLocale, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from mayfly.bootstrap import Foundation
from mayfly.composition import RECEIPT_FORMS, Mayfly, make_forms
from mayfly.domain.ids import JobId
from mayfly.domain.images import FoundImage
from mayfly.domain.inspection import Finding, Grade, Inspection
from mayfly.domain.limits import Limits
from mayfly.domain.pages import PageImage, Word
from mayfly.domain.preferences import Preferences
from mayfly.domain.readings import PageReading
from mayfly.domain.states import JobState
from mayfly.export.files import FolderTarget
from mayfly.renderers import RENDERERS
from mayfly.services.audit_trail import AuditTrail
from mayfly.services.deadlines import Deadlines
from mayfly.services.doubts import Doubting
from mayfly.services.exporting import Exporting
from mayfly.services.handover import Handover
from mayfly.services.lane import ThreadLane
from mayfly.services.pictures import Pictures
from mayfly.services.timekeeper import Timekeeper
from mayfly.services.timekeeping import Timekeeping
from mayfly.services.watch import Watch
from mayfly.system.clock import SystemClock
from mayfly.system.files import PastedSource
from mayfly.system.network_guard import NetworkGuard
from mayfly.ui.app import Session
from mayfly.ui.copies import take_back_copies
from mayfly.ui.courier import Courier
from mayfly.ui.icons import Icons
from mayfly.ui.job_rows import Column, JobRow
from mayfly.ui.machine_watch import MachineWatch
from mayfly.ui.main_window import MainWindow
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.privacy_dialog import PrivacySources
from mayfly.ui.theme import Theme
from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault
from tests.conftest import ROOT, FakeClock
from tests.fakes import MemorySecrets
from tests.fakes_engine import EchoEngine, EchoKiller, EchoReader, document
from tests.gui.fake_services import FakeLocking, FakeProof
from tests.gui.fake_storage import FakeStorage
from tests.gui.seen import all_texts
from tests.gui.sessions import PASSPHRASE, SAMPLE, end
from tests.services.conftest import House

PREFERENCES = Preferences(("eng",), 24, 24, "light", "en")


class DrawingEngine(EchoEngine):
    """Readers whose pages have a picture that can be shown, and a doubtful word: "maybe"."""

    def start_reader(self) -> EchoReader:
        reader = super().start_reader()
        read = reader.read_page
        reader.read_page = lambda number: _drawn(read(number))
        return reader


class WatchedVault:
    """The vault, noting on which threads it is called."""

    def __init__(self, vault: object) -> None:
        self._vault = vault
        self.threads: set[str] = set()

    def __getattr__(self, name: str) -> object:
        method = getattr(self._vault, name)
        if not callable(method):
            return method

        def call(*values: object, **named: object) -> object:
            self.threads.add(threading.current_thread().name)
            return method(*values, **named)

        return call


class Desk:
    """One window and what tests do with it most."""

    def __init__(self, qtbot, house: House, theme: Theme, folder: Path) -> None:
        self.qtbot = qtbot
        self.house = house
        self.theme = theme
        self.folder = folder
        self.saved: list[Preferences] = []
        self.courier = Courier()
        self.chores = ThreadLane("chores")
        self.decode_lane = ThreadLane("decode")
        self.export_lane = ThreadLane("export")
        self.watch = Watch(house.vault, house.lane, bus=house.bus)
        self.icons = Icons(ROOT / "resources" / "icons", theme)
        self.on_ended: list[Callable[[JobId], None]] = []
        self.queue = house.queue(start=False, on_ended=self._tell_ended)
        self.proof = FakeProof()
        self.network = NetworkGuard(SystemClock(), {})
        self.inspection = Inspection((Finding("swap", "none", Grade.GOOD),))
        self.machine = MachineWatch(
            lambda: self.inspection, lane=self.chores, courier=self.courier, parent=self.courier
        )
        self.locking = FakeLocking(house.lane, house.bus)
        self.storage_lane = ThreadLane("storage")
        self.storage = FakeStorage(self.storage_lane, house.bus, house.clock.now)
        exporting = Exporting(
            house.vault,
            house.lane,
            export_lane=self.export_lane,
            library=house.library,
            engine=house.engine,
            target=FolderTarget(0o077),
            renderers=RENDERERS,
            audit=house.vault.audit,
            clock=house.clock,
        )
        self.forms = make_forms(exporting, house.library)
        self.mayfly = Mayfly(
            intake=house.intake,
            library=house.library,
            queue=self.queue,
            deletions=house.deletions,
            exporting=exporting,
            pictures=Pictures(
                house.library,
                house.vault.audit,
                house.lane,
                save_lane=self.export_lane,
                target=FolderTarget(0o077),
                clock=house.clock,
            ),
            forms=self.forms,
            handover=Handover(
                house.vault,
                house.lane,
                exporting=exporting,
                deletions=house.deletions,
                bus=house.bus,
                clock=house.clock,
            ),
            audit=AuditTrail(house.vault.audit, house.lane, forms=RECEIPT_FORMS, clock=house.clock),
            locking=self.locking,
            timekeeping=self._timekeeping(),
            doubting=Doubting(house.vault, house.lane, clock=house.clock),
            deadlines=Deadlines(
                house.vault,
                house.lane,
                on_changed=house.retention.deadlines_changed,
                bus=house.bus,
                clock=house.clock,
            ),
            proof=self.proof,
            destinations=self.storage.destinations,
            uploads=self.storage.uploads,
            bus=house.bus,
            close=lambda: None,
        )
        self.window = self._make_window()

    def _timekeeping(self) -> Timekeeping:
        house = self.house
        is_kept = isinstance(house.clock, Timekeeper)
        return Timekeeping(
            house.clock if is_kept else Timekeeper(house.clock),
            house.vault.time,
            house.lane,
            sweep=house.retention.sweep,
            bus=house.bus,
        )

    def _make_window(self) -> MainWindow:
        keeper = PreferenceKeeper(
            PREFERENCES, self.saved.append, chores=self.chores, courier=self.courier
        )
        self.courier.setProperty("keeper", keeper)
        self.keeper = keeper
        return MainWindow(
            self.mayfly,
            preferences=keeper,
            privacy=PrivacySources(
                machine=self.machine,
                places={"data": Path("/home/me/.local/share/mayfly")},
                audit=self.mayfly.audit,
                proof=self.proof,
                lane=self.chores,
                language="en",
                network=self.network,
            ),
            make_source=lambda name, data: PastedSource(name, data, Limits()),
            suffixes=(".pdf", ".zebra"),
            courier=self.courier,
            theme=self.theme,
            icons=self.icons,
            tr=str,
            now=self.house.clock.now,
            decode_lane=self.decode_lane,
        )

    # --- doing -----------------------------------------------------------------------

    def open(self, *, reading: bool = True) -> MainWindow:
        """Show the window; with reading the queue starts, too."""
        self.qtbot.addWidget(self.window)
        with self.qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        self.window.begin()
        self.watch.start()
        if reading:
            self.queue.start()
        self.qtbot.waitUntil(lambda: self.window.feed._seq > 0 or not self.window.feed._first)
        return self.window

    def file(self, name: str, *pages: object, **script: object) -> Path:
        """Write a document that reads as these pages."""
        path = self.folder / name
        path.write_bytes(document(*pages, title=name, **script))
        return path

    def add(self, name: str, *pages: object, until: JobState | None = JobState.DONE, **script):
        """Add a document and wait for its state; return its row."""
        self.window.add_paths([self.file(name, *pages, **script)])
        self.wait(lambda: self.row(name) is not None)
        if until is not None:
            self.wait(lambda: self.row(name).job.state is until)
        return self.row(name)

    def _tell_ended(self, job_id: JobId) -> None:
        for tell in self.on_ended:
            tell(job_id)

    def wait(self, ask: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(ask, timeout=15_000)

    def settle(self) -> None:
        """Let the timers that gather changes run out."""
        self.qtbot.wait(150)

    def row(self, name: str) -> JobRow | None:
        rows = self.window.model._rows.values()
        return next((row for row in rows if row.job.name == name), None)

    def row_of(self, job_id: JobId) -> JobRow:
        row = self.window.model.find(job_id)
        assert row is not None
        return row

    def choose(self, row: JobRow, *, number: int | None = None) -> None:
        """Select a row and wait until its page is on show."""
        self.window.jobs.choose(row)
        if number is not None:
            self.window.pages.show_number(number)
        wanted = (row.job.job_id, number or 1)
        self.wait(lambda: self.shown_page() == wanted)

    def shown_page(self) -> tuple[JobId, int] | None:
        page = self.window.pages.page
        return (page.job_id, page.number) if page is not None else None

    def click(self, row: object, column: int = Column.DOCUMENT) -> None:
        """Click into the middle of a row's cell."""
        jobs = self.window.jobs
        place = jobs.visualRect(self.window.model.index_of(row, column))
        self.qtbot.mouseClick(jobs.viewport(), Qt.MouseButton.LeftButton, pos=place.center())

    def click_at(self, widget, point: QPoint) -> None:
        self.qtbot.mouseClick(widget.viewport(), Qt.MouseButton.LeftButton, pos=point)

    def close(self) -> None:
        take_back_copies()
        self.watch.stop()
        self.forms.close()
        for lane in (self.chores, self.decode_lane, self.export_lane, self.storage_lane):
            lane.close()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Numbers and times as in Britain, whatever this machine prefers."""
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "light")


@pytest.fixture
def watched(tmp_path: Path) -> WatchedVault:
    paths = VaultPaths(
        database=tmp_path / "data" / "vault.db",
        shard=tmp_path / "state" / "shard",
        lock=tmp_path / "state" / "lock",
    )
    lane = ThreadLane("opening")
    vault = lane.submit(lambda: open_vault(paths, KeyAccess(MemorySecrets(), None))).result()
    lane.close()
    return WatchedVault(vault)


@pytest.fixture
def desk(
    qtbot, theme: Theme, tmp_path: Path, clock: FakeClock, watched: WatchedVault
) -> Iterator[Desk]:
    engine = DrawingEngine()
    house = House(
        watched, ThreadLane("vault"), clock, engine, EchoKiller(engine), tmp_path / "state"
    )
    folder = tmp_path / "documents"
    folder.mkdir()
    desk = Desk(qtbot, house, theme, folder)
    yield desk
    house.close()
    desk.close()


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def session_of(qtbot, qapp, home):
    sessions = []

    def make(paths=()):
        sessions.append(Session(qapp, Foundation(home), list(paths)))
        return sessions[-1]

    yield make
    for session in sessions:
        if not session._ending:
            end(qtbot, session)
        session.clean_up()


@pytest.fixture
def opened(qtbot, session_of):
    """A window on a new vault with a document on show."""
    session = session_of([SAMPLE])
    session._foundation.offer_passphrase(PASSPHRASE)
    session.start()
    qtbot.waitUntil(lambda: session.window is not None, timeout=20_000)
    counts = session.window.model.counts
    qtbot.waitUntil(lambda: counts[JobState.DONE] == 1, timeout=60_000)
    qtbot.waitUntil(lambda: session.window.pages.page is not None, timeout=20_000)
    assert "Harbour Street" in all_texts()
    return session


def png_bytes(colour: str = "#ffffff", width: int = 60, height: int = 80) -> bytes:
    """Return a small picture file."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return buffer.data().data()


def _drawn(reading: PageReading) -> PageReading:
    words = tuple(_doubtful(word) for word in reading.result.words)
    result = replace(reading.result, words=words)
    picture = PageImage(png_bytes(width=500, height=700), 500, 700)
    return replace(reading, result=result, image=picture, images=_painted(reading.images))


def _painted(images: tuple[FoundImage, ...]) -> tuple[FoundImage, ...]:
    """Make them real pictures, each of its own colour."""
    made = []
    for place, found in enumerate(images):
        block, hue = found.block, 40 * place % 360
        colour = QColor.fromHsv(hue, 200, 200).name()
        data = png_bytes(colour, block.width_px, block.height_px)
        made.append(FoundImage(replace(block, size_bytes=len(data)), data))
    return tuple(made)


def _doubtful(word: Word) -> Word:
    return replace(word, confidence=30.0) if word.text == "maybe" else word
