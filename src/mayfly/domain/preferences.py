"""What the user has set, as the window and the commands use it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Closing(StrEnum):
    """What closing the window does where an icon can stay."""

    ASK = "ask"
    STAY = "stay"
    QUIT = "quit"


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
    lock_idle_minutes: int = 0
    lock_on_suspend: bool = True
    lock_on_screen_lock: bool = False
    clipboard_clear_s: int = 60
    panic_asks: bool = True
    audit_days: int = 365
    closing: str = Closing.ASK.value
    notify_purges: bool = False
    told_problems: tuple[str, ...] = ()
    """Keys of what is a problem on this machine and was told; each is told once."""
