"""A timer of the user's systemd that keeps ends while Mayfly is closed.

Only units of our own name are written and removed. Nothing in them tells of a document.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mayfly.domain.background import TimerState
from mayfly.domain.errors import ServiceUnavailable

NAME = "mayfly-purge"
_EVERY = "*:0/15"
"""Every quarter of an hour; Persistent makes up for one that passed while the machine was off."""

_TIMEOUT_S = 10.0

_SERVICE = """\
# Written by “mayfly service install”; “mayfly service remove” takes it away.
[Unit]
Description=Destroy what is past its end in Mayfly

[Service]
Type=oneshot
Nice=10
{environment}ExecStart={command}
"""

_TIMER = f"""\
# Written by “mayfly service install”; “mayfly service remove” takes it away.
[Unit]
Description=Look regularly for what is past its end in Mayfly

[Timer]
OnCalendar={_EVERY}
OnStartupSec=1min
Persistent=true

[Install]
WantedBy=timers.target
"""


class PurgeTimer:
    """Installs, removes and looks at the timer. Blocks for some tenths of a second."""

    def __init__(self, units: Path, *, command: Sequence[str], home: str | None) -> None:
        """units: the user's folder of units; home: MAYFLY_HOME, if it is set."""
        self._units = units
        self._command = command
        self._home = home

    def install(self) -> TimerState:
        """Write both units and switch the timer on; ServiceUnavailable where there is no systemd.

        Where the user's manager cannot be asked now, the timer begins at the next login.
        """
        if shutil.which("systemctl") is None:
            raise ServiceUnavailable
        refused = False
        try:
            wants = self._wants
            wants.parent.mkdir(parents=True, exist_ok=True)
            self._path("service").write_text(self._service(), encoding="utf-8")
            self._path("timer").write_text(_TIMER, encoding="utf-8")
            # What “enable” does, also where no manager runs that could be asked for it.
            with contextlib.suppress(FileExistsError):
                wants.symlink_to(self._path("timer"))
        except OSError:
            refused = True
        if refused:
            raise ServiceUnavailable
        _ask("daemon-reload")
        _ask("start", f"{NAME}.timer")
        return self.state()

    def remove(self) -> TimerState:
        """Stop the timer and remove both units; no error when there are none."""
        if self._path("timer").exists():
            _ask("stop", f"{NAME}.timer")
        for path in (self._wants, self._path("timer"), self._path("service")):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        _ask("daemon-reload")
        return self.state()

    def state(self) -> TimerState:
        """Tell whether it is installed, and whether it runs now."""
        if shutil.which("systemctl") is None:
            return TimerState.UNAVAILABLE
        if not (self._wants.is_symlink() and self._path("timer").exists()):
            return TimerState.ABSENT
        runs = _ask("is-active", "--quiet", f"{NAME}.timer")
        return TimerState.RUNNING if runs else TimerState.AT_NEXT_LOGIN

    @property
    def _wants(self) -> Path:
        return self._units / "timers.target.wants" / f"{NAME}.timer"

    def _path(self, kind: str) -> Path:
        return self._units / f"{NAME}.{kind}"

    def _service(self) -> str:
        home = f'Environment="MAYFLY_HOME={_escaped(self._home)}"\n' if self._home else ""
        command = " ".join(f'"{_escaped(word)}"' for word in self._command)
        return _SERVICE.format(environment=home, command=command)


def purge_timer(environment: Mapping[str, str]) -> PurgeTimer:
    """Return the timer of this user, for this installation."""
    config = environment.get("XDG_CONFIG_HOME") or Path(environment.get("HOME", "/")) / ".config"
    home = environment.get("MAYFLY_HOME")
    return PurgeTimer(
        Path(config) / "systemd" / "user",
        command=[*program(), "purge", "--due"],
        home=str(Path(home).expanduser().absolute()) if home else None,
    )


def program() -> list[str]:
    """Return how this installation is started, with its whole path."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "mayfly"]


def _escaped(word: str) -> str:
    """Return a word for within double quotes of a unit (systemd.syntax, systemd.unit)."""
    safe = word.replace("\\", "\\\\").replace('"', '\\"')
    return safe.replace("%", "%%").replace("$", "$$")


def _ask(*words: str) -> bool:
    try:
        done = subprocess.run(
            ["systemctl", "--user", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
            env=dict(os.environ),
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
