"""Composition root: finds and makes every adapter; composition puts the services together.

Two steps, because a vault may first have to ask: Foundation is what works without a key
(settings, paths, engine, reading without storing); unlock turns it into a Mayfly.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path

from mayfly.composition import (
    Adapters,
    Keyless,
    Mayfly,
    cores,
)
from mayfly.composition_storage import StorageAdapters
from mayfly.domain.desktop_port import Desktop
from mayfly.domain.exports import ExportDocument, ExportFormat
from mayfly.domain.inspection import Inspection
from mayfly.domain.limits import Limits
from mayfly.domain.lock_port import KeyHome
from mayfly.domain.network_port import Network
from mayfly.domain.panic import PanicReport
from mayfly.domain.ports import Engine, Lane, SourceFile
from mayfly.domain.preferences import Preferences
from mayfly.domain.proof import ChallengeReport
from mayfly.engine.scratch import count_left, make_scratch
from mayfly.engine.worker_engine import WorkerEngine
from mayfly.export.files import FolderTarget
from mayfly.export.s3_stores import S3Stores
from mayfly.memory_session import MemorySession, is_memory_place
from mayfly.renderers import RENDERERS
from mayfly.services.inspection import Inspector, Looks, Surroundings
from mayfly.services.lane import ThreadLane
from mayfly.services.once import ReadOnce
from mayfly.services.timekeeper import Timekeeper
from mayfly.services.viewing import ViewOnce
from mayfly.system.clock import SystemClock
from mayfly.system.desktop import DBusDesktop
from mayfly.system.files import DOCUMENT_SUFFIXES, LocalFiles, PastedSource
from mayfly.system.hardening import Hardening, harden, look_at_process
from mayfly.system.instance import WindowInstance
from mayfly.system.login_start import LoginStart, is_login_start, login_start
from mayfly.system.logs import start_logging
from mayfly.system.machine import look_at_machine
from mayfly.system.network_guard import NetworkGuard
from mayfly.system.own_files import look_at_files
from mayfly.system.paths import find_paths, make_folders
from mayfly.system.purge_timer import PurgeTimer, purge_timer
from mayfly.system.resources import resource
from mayfly.system.secrets import open_secret_store
from mayfly.system.settings import load_settings, save_settings
from mayfly.system.trace_places import grounds_of
from mayfly.system.trace_search import MachineTraces
from mayfly.system.translations import text_language, text_languages, translator
from mayfly.understand.plain_text import page_text
from mayfly.vault.opening import (
    needed_key,
)
from mayfly.vault.second_line import look_at_vault
from mayfly.vault.vault import SqliteVault
from mayfly.vault_door import OpenStore, VaultDoor, vault_paths

_PRIVATE_UMASK = 0o077


class Foundation:
    """What works before any key is there. Making one touches no disk, keyring or network."""

    def __init__(self, home: Path | None = None, *, session: MemorySession | None = None) -> None:
        """home: a folder for everything, as MAYFLY_HOME; None: the platform's folders.

        session: lie in memory only, and be gone when this is closed.
        """
        self._session = session
        self._paths = session.paths if session else find_paths(home)
        self._user_tessdata = (session or self._paths).user_tessdata
        self._open_store: OpenStore = (lambda _: session.keyring) if session else open_secret_store
        self._limits = Limits()
        self._machine_clock = SystemClock()
        self._clock = Timekeeper(self._machine_clock)
        self._files = LocalFiles(self._limits)
        self._door = VaultDoor(
            self._paths, self._clock, self._adapters, open_store=self._open_store
        )
        self._network = NetworkGuard(self._machine_clock)
        self._borrowed: Path | None = None
        self._hardening: Hardening | None = None

    # --- the process -----------------------------------------------------------------

    @property
    def in_memory(self) -> bool:
        """Whether all of it lies in memory only: closing it is the deletion."""
        return self._session is not None

    @property
    def may_be_in_memory(self) -> bool:
        """Whether a session in memory could be had here; looks at the table of mounts."""
        return is_memory_place()

    @property
    def network(self) -> Network:
        """The guard of connections, and what it counted."""
        return self._network

    def harden(self) -> None:
        """Forbid core dumps and connections, make new files private, log content-free; once."""
        self._hardening = harden()
        self._network.install()
        start_logging(self._paths.log)

    @property
    def log(self) -> Path:
        """Where the log lies, or will when there is something to log."""
        return self._paths.log

    def places(self) -> dict[str, Path]:
        """Return the folders that are Mayfly's own: data, state, config and cache."""
        paths = self._paths
        return {
            "data": paths.data,
            "state": paths.state,
            "config": paths.config,
            "cache": paths.cache,
        }

    def now(self) -> datetime:
        """Return the time by which things are shown: what is past its end by it is hidden."""
        return self._clock.glance()

    def window_instance(self) -> WindowInstance:
        """Return the lock by which a second window start raises the first one's window."""
        return WindowInstance(self._paths.window_lock, self._paths.window_request)

    def desktop(self) -> Desktop:
        """Return what tells of locked screens and of sleep, once it is started."""
        return DBusDesktop()

    @contextmanager
    def private_folder(self) -> Iterator[Path]:
        """Lend a folder only the user can enter, in memory where there is such a place.

        It goes at the end, and after a crash when a vault is next opened.
        """
        scratch = make_scratch(Path(tempfile.gettempdir()))
        try:
            yield scratch.folder
        finally:
            scratch.discard()

    # --- without a vault -------------------------------------------------------------

    @property
    def read_once(self) -> ReadOnce:
        """Reading a file without keeping anything, not even a folder."""
        return ReadOnce(files=self._files, engine=self._passing_engine(), readers=cores())

    @property
    def view_once(self) -> ViewOnce:
        """Looking at a document that never reaches the vault."""
        return ViewOnce(lambda: self.read_once, make_lane=ThreadLane, page_text=page_text)

    def render(self, file_format: ExportFormat, document: ExportDocument) -> Iterator[bytes]:
        """Yield the bytes of a document in any form but one that needs the source."""
        return RENDERERS[file_format](document)

    def languages(self) -> tuple[str, ...]:
        """Return the installed languages; blocks for some 0.1 s; RecogniserMissing otherwise."""
        return self._passing_engine().describe().languages

    @property
    def document_suffixes(self) -> tuple[str, ...]:
        """The suffixes of the files that are taken from a folder, such as .pdf, sorted."""
        return tuple(sorted(DOCUMENT_SUFFIXES))

    def pasted(self, name: str, data: bytes) -> SourceFile:
        """Return pasted bytes as a document; FileEmpty or FileTooLarge."""
        return PastedSource(name, data, self._limits)

    def preferences(self) -> Preferences:
        """Read the settings file; small, but a file: not for the GUI thread once it runs."""
        settings = load_settings(self._paths.settings).settings
        return Preferences(**{one.name: getattr(settings, one.name) for one in fields(Preferences)})

    def save_preferences(self, preferences: Preferences) -> None:
        """Write the settings file whole; SettingsNotWritable."""
        make_folders(self._paths)
        settings = load_settings(self._paths.settings).settings
        wished = {one.name: getattr(preferences, one.name) for one in fields(Preferences)}
        save_settings(self._paths.settings, replace(settings, **wished))

    def save_text(self, folder: Path, stem: str, text: str) -> Path:
        """Write a new text file that only the user can read; ExportError."""
        target = FolderTarget(_PRIVATE_UMASK)
        return target.write_new(folder, stem, ".txt", [text.encode()], check=lambda: None)

    def translator(self, ui_language: str) -> Callable[[str], str]:
        """Return what gives a text in the language, or as it is; reads the catalogue here, once."""
        return translator(ui_language)

    def text_language(self, language: str) -> str:
        """Return the code of the language that translator(language) gives texts in."""
        return text_language(language)

    def text_languages(self) -> tuple[str, ...]:
        """Return the codes of the languages that the window can speak, en among them."""
        return text_languages()

    def resource(self, name: str) -> Path:
        """Return a packaged resource, such as icons/mayfly.svg."""
        return resource(name)

    def inspect(self) -> Inspection:
        """Look at this machine and installation for doctor; blocks for up to a second."""
        return self._inspector().inspect()

    def grade(self) -> Inspection:
        """Look at what this machine can promise; some ten milliseconds, off the GUI thread."""
        return self._inspector().grade()

    def _inspector(self) -> Inspector:
        return Inspector(
            engine=self._passing_engine(),
            surroundings=Surroundings(
                folders={folder.name: folder for folder in self._paths.folders()},
                vault=self._paths.database,
                log=self._paths.log,
            ),
            looks=Looks(
                secret_backend=lambda: self._open_store(self._door.pinned()).backend,
                key_home=lambda: needed_key(vault_paths(self._paths)),
                vault=lambda: look_at_vault(vault_paths(self._paths), self._clock.now()),
                machine=lambda: look_at_machine(self._paths.database, self._paths.shard),
                process=lambda: replace(look_at_process(), network=self._network.look()),
                files=lambda: look_at_files(self._paths, left=count_left(self._paths.scratch)),
            ),
        )

    # --- the vault -------------------------------------------------------------------

    def vault_exists(self) -> bool:
        """Whether there is a vault already; False means that the first unlock makes one."""
        return self._door.vault_exists()

    def key_home(self) -> KeyHome | None:
        """Tell what opens the vault there is; None when there is none."""
        return self._door.key_home()

    def offer_passphrase(self, passphrase: str) -> None:
        """Have unlock try this passphrase when it is called without one."""
        self._door.offer_passphrase(passphrase)

    def unlock(
        self, passphrase: str | None = None, *, unlocking: bool | None = None
    ) -> Future[Mayfly]:
        """As VaultDoor.unlock: open or make the vault; VaultLocked unless unlocking is wished."""
        return self._door.unlock(passphrase, unlocking=unlocking)

    def open_keyless(self) -> Future[Keyless]:
        """As VaultDoor.open_keyless: open a vault and leave it locked, to delete by id."""
        return self._door.open_keyless()

    def recover(self, code: str, passphrase: str | None = None) -> Future[Mayfly]:
        """As VaultDoor.recover: unlock where the keyring lost its share."""
        return self._door.recover(code, passphrase)

    def lock(self) -> bool:
        """As VaultDoor.lock: lock for every process without opening; False for no vault."""
        return self._door.lock()

    def login_start(self) -> LoginStart:
        """Return what starts Mayfly with the desktop."""
        return login_start(os.environ)

    @property
    def is_login_start(self) -> bool:
        """Whether this process was started by the desktop, and not by the user just now."""
        return is_login_start()

    def purge_timer(self) -> PurgeTimer:
        """Return the system's timer that keeps ends while Mayfly is closed."""
        return purge_timer(os.environ)

    def panic(self) -> PanicReport:
        """As VaultDoor.panic: destroy the vault, its key first; end this process afterwards."""
        return self._door.panic()

    def start_fresh(self) -> PanicReport:
        """As VaultDoor.start_fresh: destroy a vault that opens no more, to make a new one."""
        return self._door.start_fresh()

    def verify_copy(self, copy: Path, passphrase: str | None = None) -> ChallengeReport:
        """As VaultDoor.verify_copy: try every key there is on a copy of the vault; blocks."""
        return self._door.verify_copy(copy, passphrase)

    def close(self) -> None:
        """End what unlock began and did not hand over, and forget what was borrowed."""
        self._door.close()
        if self._borrowed is not None:
            shutil.rmtree(self._borrowed, ignore_errors=True)
            self._borrowed = None
        if self._session is not None:
            self._session.end()

    def _adapters(self, vault: SqliteVault, lane: Lane) -> Adapters:
        return Adapters(
            vault=vault,
            lane=lane,
            engine=self._engine(self._paths.tessdata),
            machine_clock=self._machine_clock,
            clock=self._clock,
            files=self._files,
            seat=self._paths.seat,
            export_umask=self._hardening.user_umask if self._hardening else _PRIVATE_UMASK,
            traces=MachineTraces(grounds_of(self._paths)),
            private_folder=self.private_folder,
            audit_days=lambda: self.preferences().audit_days,
            storage=StorageAdapters(
                stores=S3Stores(self._machine_clock, self._network),
                open_secrets=self._door.open_secrets,
                network=self._network,
                seat=self._paths.upload_seat,
            ),
        )

    # --- the engine ------------------------------------------------------------------

    def _engine(self, tessdata: Path, user_tessdata: Path | None = None) -> Engine:
        chosen = load_settings(self._paths.settings).settings.tesseract
        return WorkerEngine(
            self._limits,
            tessdata=tessdata,
            user_tessdata=user_tessdata or self._user_tessdata,
            fallback_scratch=self._paths.scratch,
            program=Path(chosen) if chosen else None,
        )

    def _passing_engine(self) -> Engine:
        """Return an engine that keeps nothing: folders it lacks go with the process."""
        joined, own = self._paths.tessdata, self._user_tessdata
        return self._engine(
            joined if joined.is_dir() else self._borrow("joined"),
            own if own.is_dir() else self._borrow("own"),
        )

    def _borrow(self, name: str) -> Path:
        if self._borrowed is None:
            self._borrowed = Path(tempfile.mkdtemp(prefix="mayfly-languages-"))
        return self._borrowed / name


def open_foundation(*, in_memory: bool) -> Foundation:
    """Return what this process works with; in_memory: in memory only, or NoMemoryPlace."""
    return Foundation(session=MemorySession(find_paths()) if in_memory else None)
