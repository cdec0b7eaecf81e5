"""Where everything lies. Naming a place makes nothing; make_folders does."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from mayfly.domain.errors import VaultNotWritable

_APP = "mayfly"
_PRIVATE = 0o700


@dataclass(frozen=True, slots=True, repr=False)
class Paths:
    """The four folders that Mayfly owns, and the files in them.

    The shard lies apart from the vault on purpose: data folders are what people copy, back up
    and synchronise, and whoever has only the data folder must not have the shard.
    """

    data: Path
    config: Path
    cache: Path
    state: Path

    @property
    def database(self) -> Path:
        """The sealed vault."""
        return self.data / "vault.db"

    @property
    def shard(self) -> Path:
        """The half of the vault key that is overwritten in place."""
        return self.state / "shard"

    @property
    def present(self) -> Path:
        """Which processes have the vault open: an empty file for each."""
        return self.state / "present"

    @property
    def lock(self) -> Path:
        """Held while a vault is made or opened."""
        return self.state / "vault.lock"

    @property
    def seat(self) -> Path:
        """Held by the one process that reads the queue."""
        return self.state / "reader.lock"

    @property
    def upload_seat(self) -> Path:
        """Held by the one process that uploads."""
        return self.state / "uploads.lock"

    @property
    def window_lock(self) -> Path:
        """Held by the one process that shows the window."""
        return self.state / "window.lock"

    @property
    def window_request(self) -> Path:
        """Touched by a second start, so that the first raises its window."""
        return self.state / "window.request"

    @property
    def settings(self) -> Path:
        """What the user has set; never anything of a document."""
        return self.config / "settings.json"

    @property
    def tessdata(self) -> Path:
        """Language data, joined from what wheels, system and user have."""
        return self.cache / "tessdata"

    @property
    def user_tessdata(self) -> Path:
        """Language data that the user added."""
        return self.data / "tessdata"

    @property
    def scratch(self) -> Path:
        """For worker files where the system has no folder in memory."""
        return self.data / "scratch"

    @property
    def log(self) -> Path:
        """The log: types, places and counts."""
        return self.state / "mayfly.log"

    def folders(self) -> tuple[Path, ...]:
        """Return the folders that make_folders makes."""
        return (self.data, self.config, self.cache, self.state)


def paths_in(home: Path) -> Paths:
    """Return the places when everything lies under one folder (MAYFLY_HOME)."""
    home = home.absolute()
    return Paths(home / "data", home / "config", home / "cache", home / "state")


def find_paths(home: Path | None = None) -> Paths:
    """Return the places: under home, else under MAYFLY_HOME, else where the platform has them."""
    if home is not None:
        return paths_in(home)
    if named := os.environ.get("MAYFLY_HOME"):
        return paths_in(Path(named).expanduser())
    import platformdirs

    dirs = platformdirs.PlatformDirs(_APP, appauthor=False, roaming=False)
    return Paths(
        dirs.user_data_path, dirs.user_config_path, dirs.user_cache_path, dirs.user_state_path
    )


def user_home(variable: str) -> Path:
    """Return where all programs of this user keep things, as XDG names it."""
    usual = {"XDG_CONFIG_HOME": ".config", "XDG_DATA_HOME": ".local/share"}[variable]
    return Path(os.environ.get(variable) or Path.home() / usual)


def make_folders(paths: Paths) -> None:
    """Make the folders with mode 0700 and tighten ours that are wider.

    Raises VaultNotWritable when the system refuses.
    """
    for folder in paths.folders():
        make_private_folder(folder)


def make_private_folder(folder: Path) -> None:
    """Make one folder that only its owner may enter; VaultNotWritable when that is refused.

    A folder of somebody else's, or one that is shared on purpose (sticky, as /tmp is), keeps
    its mode: what lies in it is private by itself.
    """
    refused = False
    try:
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        state = folder.stat()
        ours = not hasattr(os, "geteuid") or state.st_uid == os.geteuid()
        if ours and not state.st_mode & stat.S_ISVTX and state.st_mode & 0o077:
            folder.chmod(_PRIVATE)
    except OSError:
        refused = True
    if refused:
        # Raised out here: no path may hang on the error as its context.
        raise VaultNotWritable
