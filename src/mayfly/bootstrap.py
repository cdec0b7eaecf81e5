"""Composition root: the one module that knows every adapter and puts them together.

Two steps, because a vault may first have to ask: Foundation is what works without a key
(settings, paths, engine, reading without storing); unlock turns it into a Mayfly.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from mayfly.services.bus import EventBus
from mayfly.services.deletion import Deletions
from mayfly.services.exporting import Exporting
from mayfly.services.inspection import Inspection
from mayfly.services.intake import Intake
from mayfly.services.library import Library
from mayfly.services.once import ReadOnce
from mayfly.services.reading import Queue


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the user has set; the part of the settings file that the window and commands use."""

    languages: tuple[str, ...]
    source_hours: int
    result_hours: int
    theme: str
    """auto, light or dark."""
    ui_language: str
    """auto, or a language code such as de."""


@dataclass(frozen=True, slots=True)
class Mayfly:
    """The opened application: every use case on one vault."""

    intake: Intake
    library: Library
    queue: Queue
    deletions: Deletions
    exporting: Exporting
    bus: EventBus
    close: Callable[[], None]
    """End readers, timers and lanes and close the vault; blocks up to some seconds."""


class Foundation:
    """What works before any key is there. Making one touches no disk, keyring or network."""

    def __init__(self, home: Path | None = None) -> None:
        """home: a folder for everything, as MAYFLY_HOME; None: the platform's folders."""
        raise NotImplementedError

    @property
    def read_once(self) -> ReadOnce:
        """Reading a file without keeping anything."""
        raise NotImplementedError

    def languages(self) -> tuple[str, ...]:
        """Return the installed languages; blocks for some 0.1 s; RecogniserMissing otherwise."""
        raise NotImplementedError

    def preferences(self) -> Preferences:
        """Read the settings file; small, but a file: not for the GUI thread once it runs."""
        raise NotImplementedError

    def save_preferences(self, preferences: Preferences) -> None:
        """Write the settings file whole."""
        raise NotImplementedError

    def vault_exists(self) -> bool:
        """Whether there is a vault already; False means that the first unlock makes one."""
        raise NotImplementedError

    def unlock(self, passphrase: str | None = None) -> Future[Mayfly]:
        """Open or make the vault and destroy all that is due; nothing is shown before that.

        Fails with PassphraseNeeded (no vault and no keyring: a new one is to be chosen; or a
        vault with a passphrase), PassphraseWrong, KeyringLocked, KeyringUnavailable,
        KeyMissing, VaultTooNew, VaultDamaged, VaultBusy, ...; it can then be called again.
        The keyring may ask the user for as long as it likes, so never wait on the GUI thread.
        The queue does not read yet: call mayfly.queue.start().
        """
        raise NotImplementedError

    def inspect(self) -> Inspection:
        """Look at this machine and installation for doctor; blocks for up to a second."""
        raise NotImplementedError

    def resource(self, name: str) -> Path:
        """Return a packaged resource, such as icons/mayfly.svg."""
        raise NotImplementedError

    def translate(self, text: str) -> str:
        """Return the text in the user's language, or as it is."""
        raise NotImplementedError

    def close(self) -> None:
        """End what unlock began and did not hand over."""
        raise NotImplementedError
