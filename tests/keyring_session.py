"""A private session bus with a real Secret Service (gnome-keyring), for as long as it is held."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NEEDED = ("dbus-daemon", "dbus-send", "gnome-keyring-daemon")
MASTER_PASSWORD = "a master password"
SECRET_SERVICE = "keyring.backends.SecretService.Keyring"


def require_keyring() -> None:
    """Skip the test where the programs are missing."""
    missing = [one for one in NEEDED if shutil.which(one) is None]
    if missing:
        pytest.skip(f"no {' and no '.join(missing)}: install gnome-keyring and dbus")


@contextmanager
def keyring_session(folder: Path, *, unlocked: bool = True) -> Iterator[dict[str, str]]:
    """Yield the environment in which the keyring is the Secret Service of the session.

    folder keeps the keyring, so that the same one can be opened again, also locked.
    """
    runtime = folder / "run"
    (folder / "data" / "keyrings").mkdir(parents=True, exist_ok=True)
    runtime.mkdir(mode=0o700, exist_ok=True)
    bus, address = _start_bus()
    env = {
        "DBUS_SESSION_BUS_ADDRESS": address,
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_DATA_HOME": str(folder / "data"),
        "PYTHON_KEYRING_BACKEND": SECRET_SERVICE,
        # Without a display a locked keyring answers instead of asking.
        "DISPLAY": "",
        "WAYLAND_DISPLAY": "",
    }
    try:
        daemon = _start_keyring({**os.environ, **env}, unlocked=unlocked)
        try:
            _wait_for_service({**os.environ, **env})
            yield env
        finally:
            daemon.kill()
            daemon.wait()
    finally:
        bus.kill()
        bus.wait()
        bus.stdout.close()


def _start_bus() -> tuple[subprocess.Popen, str]:
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return bus, bus.stdout.readline().decode().strip()


def _start_keyring(env: dict[str, str], *, unlocked: bool) -> subprocess.Popen:
    command = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
    if unlocked:
        command.append("--unlock")
    daemon = subprocess.Popen(
        command,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if unlocked:
        daemon.stdin.write(MASTER_PASSWORD.encode())
    daemon.stdin.close()
    return daemon


def _wait_for_service(env: dict[str, str]) -> None:
    ask = [
        *("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus"),
        *("/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner"),
        "string:org.freedesktop.secrets",
    ]
    end = time.monotonic() + 30
    while time.monotonic() < end:
        answer = subprocess.run(ask, env=env, capture_output=True, text=True, check=False)
        if "true" in answer.stdout:
            return
        time.sleep(0.05)
    raise AssertionError("the Secret Service did not come up")
