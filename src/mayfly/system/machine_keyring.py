"""Whether the keyring's file is guarded by a password, without asking the keyring anything."""

from __future__ import annotations

from pathlib import Path

from mayfly.domain.machine import KeyringLock

_SEALED = b"GnomeKeyring\n\r\0\n"
_PLAIN = b"[keyring]"
"""gnome-keyring writes a collection without a password as text, with its secrets readable."""
_HEAD_BYTES = 64


def keyring_lock(data_home: Path) -> KeyringLock:
    """Return what guards gnome-keyring's default collection; UNKNOWN for any other keyring.

    Looks at the first bytes of the file, which hold no secret.
    """
    folder = data_home / "keyrings"
    try:
        name = (folder / "default").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        name = ""
    head = _head_of(folder / f"{name or 'login'}.keyring")
    if head.startswith(_SEALED):
        return KeyringLock.PASSWORD
    if head.lstrip().startswith(_PLAIN):
        return KeyringLock.NOTHING
    return KeyringLock.UNKNOWN


def _head_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError:
        return b""
