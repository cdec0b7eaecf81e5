"""Only keyrings that keep secrets are taken, whatever is installed or configured."""

from __future__ import annotations

import sys
import types

import keyring.backend
import pytest
from keyring.errors import KeyringLocked as LibraryLocked
from keyring.errors import PasswordSetError

from mayfly.domain.errors import KeyringLocked, KeyringUnavailable
from mayfly.system import secrets
from mayfly.system.secrets import KeyringStore, open_secret_store


class Forgetful(keyring.backend.KeyringBackend):
    """Takes everything and keeps nothing, as keyring's null backend does."""

    priority = 9

    def get_password(self, service, username):
        return None

    def set_password(self, service, username, password):
        pass

    def delete_password(self, service, username):
        pass


class Talkative(Forgetful):
    """Fails with the secret in its message."""

    def __init__(self, failure: type[Exception]) -> None:
        self.failure = failure

    def set_password(self, service, username, password):
        raise self.failure(f"could not store {password}")


class Sticky(Forgetful):
    """Says that it deleted and did not."""

    def get_password(self, service, username):
        return "still here"


@pytest.fixture
def no_bus(monkeypatch, tmp_path):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    # The library remembers for ever which backends it once found.
    monkeypatch.setattr("keyring.backend.get_all_keyring", list)


def test_without_a_session_bus_there_is_no_keyring(no_bus):
    with pytest.raises(KeyringUnavailable):
        open_secret_store(None)


@pytest.mark.parametrize(
    "named",
    [
        "keyring.backends.null.Keyring",
        "keyring.backends.fail.Keyring",
        "keyring.backends.chainer.ChainerBackend",
        "no.such.module.Keyring",
        "",
    ],
)
def test_a_backend_that_keeps_no_secret_is_refused_even_when_named(no_bus, monkeypatch, named):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", named)
    with pytest.raises(KeyringUnavailable):
        open_secret_store(None)


def test_a_plain_text_backend_is_refused_when_it_is_the_only_one(no_bus, monkeypatch):
    module = types.ModuleType("keyrings.alt.file")
    kind = type("PlaintextKeyring", (Forgetful,), {"__module__": "keyrings.alt.file"})
    module.PlaintextKeyring = kind
    monkeypatch.setitem(sys.modules, "keyrings.alt.file", module)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring")
    with pytest.raises(KeyringUnavailable):
        open_secret_store(None)


def test_a_chain_is_looked_into_and_only_the_known_link_is_used(no_bus, monkeypatch):
    kind = type("Keyring", (Forgetful,), {"__module__": "keyring.backends.SecretService"})
    good, bad = kind(), Forgetful()
    chain = type(
        "ChainerBackend",
        (Forgetful,),
        {"__module__": "keyring.backends.chainer", "backends": [bad, good]},
    )
    monkeypatch.setattr("keyring.core.load_env", chain)

    store = open_secret_store(None)

    assert store._backend is good


def test_a_store_that_forgets_is_noticed_when_it_is_written():
    with pytest.raises(KeyringUnavailable):
        KeyringStore(Forgetful()).put("share", "value")


def test_a_secret_that_does_not_go_is_noticed():
    with pytest.raises(KeyringUnavailable):
        KeyringStore(Sticky()).remove("share")


@pytest.mark.parametrize("failure", [PasswordSetError, RuntimeError, OSError, ValueError])
def test_what_a_backend_says_never_hangs_on_our_error(failure):
    with pytest.raises(KeyringUnavailable) as met:
        KeyringStore(Talkative(failure)).put("share", "canary-54")
    assert met.value.__context__ is None
    assert "canary-54" not in repr(met.value) + str(met.value)


def test_a_locked_keyring_is_told_apart():
    with pytest.raises(KeyringLocked):
        KeyringStore(Talkative(LibraryLocked)).put("share", "value")


def test_the_errors_of_secretstorage_are_known_by_their_names():
    """They are looked up by name; a new release that renames them must be seen here."""
    import jeepney.wrappers
    import secretstorage.exceptions as theirs

    assert theirs.SecretStorageException in secrets._faults()
    assert jeepney.wrappers.DBusErrorResponse in secrets._faults()
    known = secrets._known(secrets._LOCKED_ERRORS)
    assert {theirs.LockedException, theirs.PromptDismissedException, LibraryLocked} <= set(known)


def test_keyring_is_not_imported_before_a_store_is_opened():
    import subprocess

    code = "import sys, mayfly.system.secrets as s; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
