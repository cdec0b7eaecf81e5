"""What every secret store promises: the real keyring and the one in memory."""

from __future__ import annotations

import gc

import pytest

from mayfly.domain.errors import InternalError, KeyringLocked, KeyringUnavailable
from mayfly.system.secrets import open_secret_store
from tests.fakes import MemorySecrets
from tests.keyring_session import SECRET_SERVICE, keyring_session, require_keyring


class SecretStoreContract:
    """A subclass gives the store as a fixture."""

    def test_a_secret_comes_back(self, store):
        store.put("share", "a value with spaces, 7 = {}")
        assert store.get("share") == "a value with spaces, 7 = {}"

    def test_a_secret_that_is_not_there_is_none(self, store):
        assert store.get("nobody") is None

    def test_putting_again_replaces(self, store):
        store.put("share", "old")
        store.put("share", "new")
        assert store.get("share") == "new"

    def test_names_are_apart(self, store):
        store.put("one", "1")
        store.put("two", "2")
        store.remove("one")
        assert (store.get("one"), store.get("two")) == (None, "2")

    def test_removing_twice_is_no_error(self, store):
        store.put("share", "value")
        store.remove("share")
        store.remove("share")
        assert store.get("share") is None

    def test_the_longest_secret_fits(self, store):
        store.put("long", "x" * 1_023)
        assert store.get("long") == "x" * 1_023

    def test_calls_at_once_do_the_same(self, store):
        store.put("share", "before")
        with store.at_once() as same:
            assert same.get("share") == "before"
            same.put("share", "after")
            assert (same.get("share"), same.get("nobody")) == ("after", None)
            same.put("other", "one more")
            same.remove("other")
        assert (store.get("share"), store.get("other")) == ("after", None)
        with store.at_once() as again, pytest.raises(InternalError):
            again.put("share", "")
        assert store.get("share") == "after"

    @pytest.mark.parametrize("bad", ["", "two\nlines", "Ümlaut", "tab\t", "x" * 1_024])
    def test_all_but_one_short_ascii_line_is_refused(self, store, bad):
        with pytest.raises(InternalError):
            store.put("bad", bad)
        assert store.get("bad") is None

    def test_the_backend_has_a_name(self, store):
        assert store.backend

    def test_no_secret_shows_in_its_repr(self, store):
        store.put("share", "canary-51")
        assert "canary-51" not in repr(store)


class TestMemorySecrets(SecretStoreContract):
    @pytest.fixture
    def store(self):
        return MemorySecrets()


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    require_keyring()
    with keyring_session(tmp_path_factory.mktemp("keyring")) as env:
        yield env


@pytest.mark.keyring
class TestGnomeKeyring(SecretStoreContract):
    @pytest.fixture
    def store(self, session, monkeypatch):
        for name, value in session.items():
            monkeypatch.setenv(name, value)
        return open_secret_store(None)

    def test_it_is_the_secret_service(self, store):
        assert store.backend == SECRET_SERVICE

    def test_it_is_found_without_being_named(self, session, store, monkeypatch):
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
        assert open_secret_store(None).backend == SECRET_SERVICE

    def test_the_pinned_one_opens_and_another_does_not(self, store):
        assert open_secret_store(SECRET_SERVICE).backend == SECRET_SERVICE
        with pytest.raises(KeyringUnavailable):
            open_secret_store("keyring.backends.kwallet.DBusKeyring")


# keyring 25.7 leaves its connection to the garbage collector when the collection is locked.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket")
@pytest.mark.keyring
def test_a_locked_keyring_says_so_and_names_nothing(tmp_path, monkeypatch):
    require_keyring()
    with keyring_session(tmp_path) as env:
        with monkeypatch.context() as patch:
            for name, value in env.items():
                patch.setenv(name, value)
            open_secret_store(None).put("share", "canary-52")

    with keyring_session(tmp_path, unlocked=False) as env:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        store = open_secret_store(None)
        with pytest.raises(KeyringLocked) as met:
            store.get("share")
        with pytest.raises(KeyringLocked) as met_too:
            store.put("share", "canary-53")

    for error in (met.value, met_too.value):
        assert error.__context__ is None and error.__cause__ is None
    gc.collect()


@pytest.mark.keyring
def test_a_session_bus_without_a_keyring_is_unavailable(tmp_path, monkeypatch):
    require_keyring()
    with keyring_session(tmp_path, unlocked=False) as env:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
    # The bus is gone now.
    with pytest.raises(KeyringUnavailable):
        open_secret_store(None)
