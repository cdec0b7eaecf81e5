"""A real gnome-keyring, with a password and without: what its file looks like is told apart."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from mayfly.domain.machine import KeyringLock
from mayfly.system.machine_keyring import keyring_lock
from tests.keyring_session import keyring_session, require_keyring

pytestmark = pytest.mark.keyring

KEEP = """
from keyring.backends.SecretService import Keyring
Keyring().set_password("mayfly", "name", "plaincanary")
"""

# A collection without a password becomes the default one, as a login without one makes it.
WITHOUT_PASSWORD = """
from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection

def ask(interface, method, signature, body):
    place = "/org/freedesktop/secrets"
    address = DBusAddress(place, bus_name="org.freedesktop.secrets", interface=interface)
    return bus.send_and_get_reply(new_method_call(address, method, signature, body)).body

bus = open_dbus_connection(bus="SESSION")
SERVICE = "org.freedesktop.Secret.Service"
_, session = ask(SERVICE, "OpenSession", "sv", ("plain", ("s", "")))
label = {"org.freedesktop.Secret.Collection.Label": ("s", "Default keyring")}
(made,) = ask(
    "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface",
    "CreateWithMasterPassword",
    "a{sv}(oayays)",
    (label, (session, b"", b"", "text/plain")),
)
ask(SERVICE, "SetAlias", "so", ("default", made))
bus.close()
"""


@pytest.mark.parametrize(
    ("before", "lock"),
    [("", KeyringLock.PASSWORD), (WITHOUT_PASSWORD, KeyringLock.NOTHING)],
)
def test_the_default_keyring_tells_how_it_is_guarded(tmp_path, before, lock):
    require_keyring()
    with keyring_session(tmp_path) as env:
        command = [sys.executable, "-c", before + KEEP]
        subprocess.run(command, env={**os.environ, **env}, check=True, timeout=30)
    data_home = tmp_path / "data"
    assert keyring_lock(data_home) is lock
    kept = b"".join(file.read_bytes() for file in (data_home / "keyrings").iterdir())
    assert (b"plaincanary" in kept) == (lock is KeyringLock.NOTHING)
