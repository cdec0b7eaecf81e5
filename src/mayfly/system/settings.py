"""What the user has set, in one small JSON file. Never a name or word of a document."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mayfly.domain.errors import SettingsNotWritable
from mayfly.domain.preferences import Closing
from mayfly.domain.retention import DEFAULT_HOURS, MOST_HOURS
from mayfly.system.paths import make_private_folder

THEMES = ("auto", "light", "dark")
CLOSINGS = tuple(Closing)
_MOST_BYTES = 1 << 20
_MOST_COUNT = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Keys that this version does not know are kept as they are."""

    languages: tuple[str, ...] = ("eng",)
    source_hours: int = DEFAULT_HOURS
    result_hours: int = DEFAULT_HOURS
    theme: str = "auto"
    ui_language: str = "auto"
    """auto, or a language code such as de."""
    keyring_backend: str | None = None
    """Name of the keyring that holds the vault's share; another one is then refused."""
    tesseract: str | None = None
    """Path of a tesseract program that goes before the one found."""
    lock_idle_minutes: int = 0
    """Lock after so many minutes without a key or a click; 0: never. Not while it reads."""
    lock_on_suspend: bool = True
    lock_on_screen_lock: bool = False
    clipboard_clear_s: int = 60
    """Take back what was copied after so many seconds; 0: only when its document goes."""
    panic_asks: bool = True
    audit_days: int = 365
    """How long the audit log keeps an entry; 0: for ever."""
    closing: str = "ask"
    """What closing the window does: ask, stay (in the tray) or quit."""
    notify_purges: bool = False
    """Say how many documents were destroyed at their end."""
    told_problems: tuple[str, ...] = ()
    """What is a problem on this machine and was told, by its key in the inspection."""
    unknown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and whether something in the file could not be used."""

    settings: Settings
    damaged: bool


def load_settings(path: Path) -> LoadedSettings:
    """Read the file; defaults when there is none.

    A file that is no JSON object is set aside as settings.json.damaged, so that saving does
    not destroy it. A single value that makes no sense is replaced by its default.
    """
    try:
        with path.open("rb") as file:
            shape = json.loads(file.read(_MOST_BYTES))
    except FileNotFoundError:
        return LoadedSettings(Settings(), damaged=False)
    except OSError:
        return LoadedSettings(Settings(), damaged=True)
    except (ValueError, RecursionError):
        shape = None
    if not isinstance(shape, dict):
        with contextlib.suppress(OSError):
            path.replace(path.with_name(f"{path.name}.damaged"))
        return LoadedSettings(Settings(), damaged=True)
    return _settings_of(shape)


def save_settings(path: Path, settings: Settings) -> None:
    """Write the file whole or not at all, readable by its owner only.

    Raises SettingsNotWritable.
    """
    shape = dict(settings.unknown)
    shape.update({name: getattr(settings, name) for name in _CHECKS})
    data = json.dumps(shape, indent=2, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    make_private_folder(path.parent)
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    refused = False
    try:
        fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(fd, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(data)
            file.flush()
            os.fsync(fd)
        partial.replace(path)
    except OSError:
        refused = True
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    if refused:
        raise SettingsNotWritable


def _settings_of(shape: dict[str, Any]) -> LoadedSettings:
    known = {name: shape[name] for name in _CHECKS if name in shape}
    good: dict[str, Any] = {name: known[name] for name in known if _CHECKS[name](known[name])}
    for name in ("languages", "told_problems"):
        if name in good:
            good[name] = tuple(good[name])
    unknown = {name: shape[name] for name in shape if name not in _CHECKS}
    return LoadedSettings(Settings(**good, unknown=unknown), damaged=len(good) < len(known))


def _are_words(value: Any) -> bool:  # noqa: ANN401 - untrusted JSON
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)


def _are_languages(value: Any) -> bool:  # noqa: ANN401
    return _are_words(value) and bool(value)


def _are_hours(value: Any) -> bool:  # noqa: ANN401
    return type(value) is int and 0 <= value <= MOST_HOURS


def _is_flag(value: Any) -> bool:  # noqa: ANN401
    return type(value) is bool


def _is_count(value: Any) -> bool:  # noqa: ANN401
    return type(value) is int and 0 <= value <= _MOST_COUNT


def _is_word(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, str) and bool(value)


def _is_word_or_none(value: Any) -> bool:  # noqa: ANN401
    return value is None or _is_word(value)


_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "languages": _are_languages,
    "source_hours": _are_hours,
    "result_hours": _are_hours,
    "theme": THEMES.__contains__,
    "ui_language": _is_word,
    "keyring_backend": _is_word_or_none,
    "lock_idle_minutes": _is_count,
    "lock_on_suspend": _is_flag,
    "lock_on_screen_lock": _is_flag,
    "clipboard_clear_s": _is_count,
    "panic_asks": _is_flag,
    "audit_days": _is_count,
    "closing": CLOSINGS.__contains__,
    "notify_purges": _is_flag,
    "told_problems": _are_words,
    "tesseract": _is_word_or_none,
}
