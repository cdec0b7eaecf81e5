"""Session mode: a whole Mayfly that lies in memory only, for as long as one process runs.

The vault is a sealed vault like any other, so that nothing else has to know: its files lie in a
private folder of a file system in memory, and the keyring's half of its key is a value in this
process. When the process ends, however it ends, that half is gone: what a kill leaves in the
folder opens nothing, and the next start of any Mayfly of this user removes it.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from mayfly.domain.errors import NoMemoryPlace
from mayfly.engine.scratch import MEMORY, is_in_memory, make_scratch
from mayfly.system.machine_files import MachineFiles
from mayfly.system.machine_mounts import mount_of, read_mounts
from mayfly.system.paths import Paths, make_private_folder, paths_in
from mayfly.system.settings import load_settings, save_settings

_IN_MEMORY = frozenset({"tmpfs", "ramfs"})


class MemoryKeyring:
    """The SecretStore port without a keyring: values of this process, gone with it."""

    backend = "memory"

    def __init__(self) -> None:
        self._held: dict[str, str] = {}

    def __repr__(self) -> str:
        return "<secrets in memory>"

    def get(self, name: str) -> str | None:
        """Return the secret, or None."""
        return self._held.get(name)

    def put(self, name: str, value: str) -> None:
        """Keep it until the process ends."""
        self._held[name] = value

    def remove(self, name: str) -> None:
        """Forget it; a missing one is no error."""
        self._held.pop(name, None)

    def forget(self) -> None:
        """Forget all."""
        self._held.clear()

    @contextmanager
    def at_once(self) -> Iterator[MemoryKeyring]:
        """Give the same store: there is nothing to connect to."""
        yield self


class MemorySession:
    """The places and the keyring of one session in memory; end it, and all of it is gone."""

    def __init__(self, usual: Paths) -> None:
        """usual: where this user's own Mayfly lies. Its settings are read, and nothing else.

        NoMemoryPlace where the system has no folder in memory.
        """
        if not is_memory_place():
            raise NoMemoryPlace
        self._scratch = make_scratch(MEMORY)
        self.paths = paths_in(self._scratch.folder)
        # Read where it is there; what is missing is made, and so not where it usually lies.
        has_own = usual.user_tessdata.is_dir()
        self.user_tessdata = (usual if has_own else self.paths).user_tessdata
        self.keyring = MemoryKeyring()
        self._copy_settings(usual.settings)

    def end(self) -> None:
        """Remove everything; the vault must be closed. No error when it is gone already."""
        self.keyring.forget()
        self._scratch.discard()
        # A line of the log would make its folder again.
        logging.disable(logging.CRITICAL)

    def _copy_settings(self, usual: Path) -> None:
        """Begin with the user's settings; what is changed in the session stays in it."""
        make_private_folder(self.paths.config)
        with suppress(OSError):
            # A copy is read, since a damaged file is set aside where it lies.
            shutil.copyfile(usual, self.paths.settings)
        settings = load_settings(self.paths.settings).settings
        save_settings(self.paths.settings, replace(settings, keyring_backend=None))


def is_memory_place(files: MachineFiles | None = None) -> bool:
    """Tell whether there is a folder to write to that the kernel says is in memory."""
    mount = mount_of(read_mounts(files or MachineFiles()), MEMORY)
    return is_in_memory() and mount is not None and mount.kind in _IN_MEMORY
