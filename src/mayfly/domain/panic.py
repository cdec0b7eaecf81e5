"""What destroying a whole vault came to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class KeyringFate(StrEnum):
    """What became of the keyring's half of the key."""

    NONE = "none"
    """No keyring held one, as far as anything here tells."""
    REMOVED = "removed"
    NOT_REACHED = "not_reached"
    """The keyring is locked, slow or gone. What it holds opens nothing without the shard."""


@dataclass(frozen=True, slots=True)
class PanicReport:
    """What is gone and what is left. Names of files of ours only."""

    key_destroyed: bool
    """The half of the key on this disk is overwritten; without it nothing opens."""
    there_was_one: bool
    """Whether there was a vault at all, or a key of one."""
    keyring: KeyringFate
    ended: int
    """How many other processes had the vault open and were ended."""
    left: tuple[str, ...]
    """Names of files that could not be removed; they are sealed under the key that is gone."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left that could be removed."""
        return self.key_destroyed and not self.left and self.keyring is not KeyringFate.NOT_REACHED
