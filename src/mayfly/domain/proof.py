"""Proving it: what the check with a canary found, and what a copy of the vault still opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mayfly.domain.ids import JobId


class Place(StrEnum):
    """Where traces of a document could lie, in the order in which the page shows it."""

    VAULT = "vault"
    """The data folder: the database, its log of recent writes, and whatever else lies there."""
    STATE = "state"
    """The state folder: the shard, locks."""
    SCRATCH = "scratch"
    """Folders in memory, or on the disk where there are none, for what Tesseract reads."""
    SETTINGS = "settings"
    CACHE = "cache"
    LOG = "log"
    THUMBNAILS = "thumbnails"
    RECENT_FILES = "recent_files"
    QT_SETTINGS = "qt_settings"
    TEMPORARY = "temporary"
    """The user's own files in the folder for temporary ones, as far as they changed since."""
    CLIPBOARD = "clipboard"
    OPEN_FILES = "open_files"
    """Files that this process has open, those without a name included."""
    PROCESSES = "processes"
    """Arguments and environment of every process of the user's that shows them."""


class PlaceNote(StrEnum):
    """Why a place was not searched, or not all of it."""

    NONE = ""
    NOT_HERE = "not_here"
    """There is nothing at this place on this machine."""
    NO_CLIPBOARD = "no_clipboard"
    """Only the window has one."""
    NOT_ON_THIS_SYSTEM = "not_on_this_system"
    """The system shows this place to nobody."""
    PARTLY_UNREADABLE = "partly_unreadable"
    """Some of it may not be read by this user."""


class ProofStep(StrEnum):
    """The canary's road, in order."""

    ADD = "add"
    READ = "read"
    SHOW = "show"
    EXPORT = "export"
    DELETE = "delete"
    SEARCH = "search"
    PLANT = "plant"
    """Only of the check of the search itself."""


@dataclass(frozen=True, slots=True)
class PlaceScan:
    """One place that was searched: which, how much, and what was found.

    searched is False, with a note, for a place that does not exist here or cannot be read.
    """

    place: Place
    searched: bool
    files: int
    scanned_bytes: int
    hits: int
    note: PlaceNote = PlaceNote.NONE


@dataclass(frozen=True, slots=True)
class ProofReport:
    """The one page: steps of the road that the canary went, places searched, hits.

    job_id is the canary's, whose tombstone and receipts stay; None when none was taken in.
    """

    started_at: datetime
    took_s: float
    steps: tuple[ProofStep, ...]
    places: tuple[PlaceScan, ...]
    job_id: JobId | None = None

    @property
    def scanned_bytes(self) -> int:
        """Return how many bytes were searched."""
        return sum(one.scanned_bytes for one in self.places)

    @property
    def hits(self) -> int:
        """Return how many remnants were found."""
        return sum(one.hits for one in self.places)

    @property
    def clean(self) -> bool:
        """Whether nothing was found. Of a check of the search itself that would be bad news."""
        return self.hits == 0

    @property
    def blind(self) -> tuple[Place, ...]:
        """Return the places that were searched and showed nothing: those where a trace hides."""
        return tuple(one.place for one in self.places if one.searched and not one.hits)


class KeySource(StrEnum):
    """Where halves of vault keys were found, and tried."""

    KEYRING = "keyring"
    PASSPHRASE = "passphrase"  # noqa: S105 - a word, not a secret
    SHARD = "shard"
    COPY_SHARES = "copy_shares"
    """Shares that lie open in the copy, as a keyring without a password leaves them."""
    COPY_PASSPHRASE = "copy_passphrase"  # noqa: S105 - a word, not a secret
    """Shares in the copy, under the passphrase that was given."""
    COPY_SHARD = "copy_shard"
    """Shard slots, whole or torn, anywhere in the copy."""


@dataclass(frozen=True, slots=True)
class ChallengeReport:
    """What trying every key on the wrapped keys of a copy gave.

    vault_known: whether the copy is of today's vault. copy_epochs are those of the wrapped keys
    found in the copy, vault_epoch today's. keys_tried counts combinations of the halves named in
    sources; opened of wrapped data keys opened, which are those of opened_jobs. deleted counts
    the jobs of the copy that today's vault has deleted, wholly or a part of them;
    deleted_opened are those of which something opens that is deleted. sealed_keyrings counts
    files of a keyring in the copy that only the keyring's own password opens: not tried.
    vault_opens: whether the keys that were tried open today's own vault, so that a “no” of the
    copy is not only a wrong key's; None where there is no vault today.
    """

    vault_known: bool
    copy_epochs: tuple[int, ...]
    vault_epoch: int | None
    sources: tuple[KeySource, ...]
    keys_tried: int
    jobs: int
    wrapped: int
    opened: int
    opened_jobs: tuple[str, ...]
    deleted: int = 0
    deleted_opened: tuple[str, ...] = ()
    sealed_keyrings: int = 0
    vault_opens: bool | None = None

    @property
    def nothing_opens(self) -> bool:
        """Whether not one key of the copy opens."""
        return self.opened == 0
