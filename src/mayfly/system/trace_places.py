"""The places of this machine in which something of a document could be left."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from mayfly.domain.proof import Place
from mayfly.system.paths import Paths

_MEMORY = Path("/dev/shm")  # noqa: S108 - only looked into


@dataclass(frozen=True, slots=True, repr=False)
class Ground:
    """Files and folders of one place. whole: all of it is read, however old.

    apart_from: what lies in one of the folders but belongs to another place.
    """

    place: Place
    paths: tuple[Path, ...]
    whole: bool = True
    apart_from: tuple[Path, ...] = ()

    def moved(self, folder: Path) -> Ground:
        """Return the same place in a copy of the machine that lies in this folder."""
        return replace(
            self,
            paths=tuple(_below(folder, path) for path in self.paths),
            apart_from=tuple(_below(folder, path) for path in self.apart_from),
        )


def grounds_of(paths: Paths) -> tuple[Ground, ...]:
    """Return every place that is made of files, for a Mayfly that keeps its own at these paths."""
    log = tuple(paths.log.with_name(f"{paths.log.name}{suffix}") for suffix in _LOG_SUFFIXES)
    return (
        Ground(Place.VAULT, (paths.data,), apart_from=(paths.scratch,)),
        Ground(Place.STATE, (paths.state,), apart_from=log),
        Ground(Place.SCRATCH, (_MEMORY, paths.scratch), whole=False),
        Ground(Place.SETTINGS, (paths.config,)),
        Ground(Place.CACHE, (paths.cache,)),
        Ground(Place.LOG, log),
        Ground(Place.THUMBNAILS, _thumbnails(), whole=False),
        Ground(Place.RECENT_FILES, _recent_files()),
        Ground(Place.QT_SETTINGS, _qt_settings()),
        Ground(Place.TEMPORARY, (Path(tempfile.gettempdir()),), whole=False),
    )


_LOG_SUFFIXES = ("", ".1")


def _thumbnails() -> tuple[Path, ...]:
    return _unique([_folder("XDG_CACHE_HOME", ".cache") / "thumbnails", _home() / ".thumbnails"])


def _recent_files() -> tuple[Path, ...]:
    """Return GTK's list, and KDE's folder of links with its database."""
    data = _folder("XDG_DATA_HOME", ".local/share")
    names = ("recently-used.xbel", "RecentDocuments", "kactivitymanagerd")
    return _unique([*(data / name for name in names), _home() / ".recently-used.xbel"])


def _qt_settings() -> tuple[Path, ...]:
    config = _folder("XDG_CONFIG_HOME", ".config")
    return _unique([config / "QtProject.conf", config / "QtProject", config / "Trolltech.conf"])


def _folder(variable: str, otherwise: str) -> Path:
    named = os.environ.get(variable, "")
    return Path(named) if Path(named).is_absolute() else _home() / otherwise


def _home() -> Path:
    return Path("~").expanduser()


def _unique(paths: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(paths))


def _below(folder: Path, path: Path) -> Path:
    return folder.joinpath(*path.absolute().parts[1:])
