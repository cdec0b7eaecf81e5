"""Starting Mayfly with the desktop: one file in the user's autostart folder (XDG Autostart)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from mayfly.domain.errors import ServiceUnavailable
from mayfly.system.purge_timer import program

AT_LOGIN = "MAYFLY_AT_LOGIN"
"""Set for a start that nobody asked for just now: the window stays away where it can."""

_FILE = "mayfly-at-login.desktop"
_ENTRY = """\
[Desktop Entry]
Type=Application
Name=Mayfly
Comment=Keeps the ends of documents
Exec=env {at_login}=1 {command}
Icon=mayfly
Terminal=false
X-GNOME-Autostart-enabled=true
"""
_QUOTED = frozenset('"`$\\')


class LoginStart:
    """Writes and removes the file. Blocks for a moment."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        self._path = folder / _FILE
        self._command = command

    def is_wanted(self) -> bool:
        """Tell whether Mayfly starts at login."""
        return self._path.is_file()

    def set_wanted(self, wanted: bool) -> bool:
        """Switch it on or off; ServiceUnavailable when the file cannot be written or removed."""
        try:
            if wanted:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._path.write_text(self._entry(), encoding="utf-8")
            else:
                self._path.unlink(missing_ok=True)
        except OSError:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
            raise ServiceUnavailable from None
        return self.is_wanted()

    def _entry(self) -> str:
        command = " ".join(_quoted(word) for word in self._command)
        return _ENTRY.format(at_login=AT_LOGIN, command=command)


def login_start(environment: Mapping[str, str]) -> LoginStart:
    """Return the start at login of this user, for this installation."""
    config = environment.get("XDG_CONFIG_HOME") or Path(environment.get("HOME", "/")) / ".config"
    return LoginStart(Path(config) / "autostart", program())


def is_login_start() -> bool:
    """Tell whether this process was started at login."""
    return bool(os.environ.get(AT_LOGIN))


def _quoted(word: str) -> str:
    """Return a word of an Exec line (freedesktop.org, Desktop Entry, The Exec key)."""
    inner = "".join(f"\\{one}" if one in _QUOTED else one for one in word)
    # The line is a string of the file first, where a backslash is written twice.
    return '"' + inner.replace("\\", "\\\\").replace("%", "%%") + '"'
