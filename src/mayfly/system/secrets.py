"""The operating system's keyring; the only home of the keyring library."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from mayfly.domain.errors import InternalError, KeyringLocked, KeyringUnavailable, VaultError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "mayfly"
MOST_CHARACTERS = 1_023
"""Windows' Credential Manager holds 2,560 bytes, in a two-byte encoding."""

_LINUX = (
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.kwallet.DBusKeyringKWallet4",
)
_BY_SYSTEM = {
    "darwin": ("keyring.backends.macOS.Keyring",),
    "win32": ("keyring.backends.Windows.WinVaultKeyring",),
}
_ALLOWED = frozenset(_LINUX) | frozenset(name for names in _BY_SYSTEM.values() for name in names)

# What a backend raises besides KeyringError comes from its platform's library; the modules
# are looked up, not imported, because only the one in use can have raised.
_PLATFORM_ERRORS = (
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("dbus.exceptions", "DBusException"),
    ("pywintypes", "error"),
)
_LOCKED_ERRORS = (
    ("keyring.errors", "KeyringLocked"),
    ("secretstorage.exceptions", "LockedException"),
    ("secretstorage.exceptions", "PromptDismissedException"),
)


class KeyringStore:
    """The SecretStore port on one backend, held as an object.

    The library's module functions are never called: they choose anew at each first call, and
    silently take a backend that writes plain text when one is installed.
    """

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def __repr__(self) -> str:
        return f"<secret store {self.backend}>"

    @property
    def backend(self) -> str:
        """Qualified name of the backend's class, which open_secret_store takes as pinned."""
        return _name_of(self._backend)

    def get(self, name: str) -> str | None:
        """Return the secret or None; KeyringLocked or KeyringUnavailable otherwise."""
        return _asked(lambda: self._backend.get_password(SERVICE, name))

    def put(self, name: str, value: str) -> None:
        """Store the value and read it back; KeyringUnavailable when it did not take.

        Refuses all but one ASCII line of at most 1,023 characters with InternalError: a line
        break makes gnome-keyring's text format drop the whole collection.
        """
        if not (value.isascii() and value.isprintable() and 0 < len(value) <= MOST_CHARACTERS):
            raise InternalError(f"a secret of {len(value)} characters is not one short ASCII line")
        _asked(lambda: self._backend.set_password(SERVICE, name, value))
        if self.get(name) != value:
            raise KeyringUnavailable

    def remove(self, name: str) -> None:
        """Forget the secret and see that it is gone; a missing one is no error."""
        if self.get(name) is None:
            return
        _asked(lambda: self._backend.delete_password(SERVICE, name))
        if self.get(name) is not None:
            raise KeyringUnavailable

    @contextmanager
    def at_once(self) -> Iterator[KeyringStore]:
        """Give this keyring over one connection, where the library makes one for each call.

        Each time the two agree on a key, which took 13 ms of arithmetic; the call itself took 2.
        A new vault key needs six calls.
        """
        find = getattr(self._backend, "get_preferred_collection", None)
        if find is None:
            yield self
            return
        collection = _asked(find)
        with closing(collection.connection):
            backend: Any = copy.copy(self._backend)
            collection.connection = _KeptOpen(collection.connection)
            backend.get_preferred_collection = lambda: collection
            yield KeyringStore(backend)


class _KeptOpen:
    """A connection that whoever uses it cannot close."""

    def __init__(self, connection: object) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)

    def close(self) -> None:
        """Nothing: the next call needs it."""


def open_secret_store(pinned: str | None) -> KeyringStore:
    """Return the keyring of this session, of a kind that is known to keep secrets.

    pinned is the name of the backend that holds the vault's share: with any other one
    KeyringUnavailable is raised rather than a new share made in the wrong place. Blocks for
    0.1 s, and longer where a keyring asks the user; never on the GUI thread.
    """
    backends = _asked(_backends)
    names = [_name_of(one) for one in backends]
    for backend, name in zip(backends, names, strict=True):
        if name in _ALLOWED and pinned in (None, name):
            return KeyringStore(backend)
    raise KeyringUnavailable


def _backends() -> list[KeyringBackend]:
    """Return what keyring's own settings name, else every known backend that works here.

    Looked for anew each time, so that a session bus which came later is found.
    """
    from keyring import core

    chosen = core.load_env() or core.load_config()
    if chosen is None:
        return _working(_BY_SYSTEM.get(sys.platform, _LINUX))
    if _name_of(chosen) == "keyring.backends.chainer.ChainerBackend":
        return list(getattr(chosen, "backends", ()))
    return [chosen]


def _working(names: tuple[str, ...]) -> list[KeyringBackend]:
    from keyring import core

    found = []
    for name in names:
        try:
            found.append(core.load_keyring(name))
        except _faults():
            # Not viable here, which the library tells by raising.
            continue
    return found


def _asked(call: Callable[[], T]) -> T:
    """Return the call's answer, or raise our own error with nothing hanging on it.

    A backend's exception can carry the secret in its message or context.
    """
    refusal: VaultError
    try:
        return call()
    except _faults() as error:
        refusal = (
            KeyringLocked() if isinstance(error, _known(_LOCKED_ERRORS)) else KeyringUnavailable()
        )
    raise refusal


def _faults() -> tuple[type[BaseException], ...]:
    from keyring.errors import KeyringError

    ordinary = (KeyringError, OSError, RuntimeError, ValueError, TypeError, LookupError, EOFError)
    return (*ordinary, ImportError, AttributeError, *_known(_PLATFORM_ERRORS))


def _known(places: tuple[tuple[str, str], ...]) -> tuple[type[BaseException], ...]:
    found = (getattr(sys.modules.get(module), name, None) for module, name in places)
    return tuple(one for one in found if isinstance(one, type) and issubclass(one, BaseException))


def _name_of(backend: KeyringBackend) -> str:
    kind = type(backend)
    return f"{kind.__module__}.{kind.__qualname__}"
