"""Looks through Mayfly's own folders: modes, and what nobody there should have written."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from mayfly.domain.defence import FilesLook
from mayfly.system.logs import is_our_line
from mayfly.system.paths import Paths, user_home

_OTHERS = 0o077
_MOST_NAMED = 5
_MOST_LOG_BYTES = 2 << 20
_MOST_RECENT_BYTES = 16 << 20
_QT_SUFFIXES = frozenset({".conf", ".ini"})
_RECENT = b'application name="mayfly"'


def look_at_files(paths: Paths, *, left: int) -> FilesLook:
    """Return what lies there; left is how many folders of dead readers there are."""
    config_home, data_home = user_home("XDG_CONFIG_HOME"), user_home("XDG_DATA_HOME")
    entries = list(_entries(paths))
    wide = [f"{path} ({mode:o})" for path, mode in entries if mode & _OTHERS]
    return FilesLook(
        looked=len(entries),
        # What others may enter on Windows is told by no mode.
        wide=() if sys.platform == "win32" else tuple(wide[:_MOST_NAMED]),
        scratch_left=left,
        odd_log_lines=sum(
            _odd_lines(paths.log.with_name(paths.log.name + end)) for end in ("", ".1")
        ),
        settings_left=tuple(str(path) for path in _settings_of_qt(paths, config_home)),
        noted_recent=_RECENT in _head(data_home / "recently-used.xbel", _MOST_RECENT_BYTES),
    )


def _entries(paths: Paths) -> Iterator[tuple[Path, int]]:
    """Yield each file and folder with its mode; language data is no secret of anybody's."""
    public = {paths.tessdata, paths.user_tessdata}
    for top in paths.folders():
        for place, folders, names in os.walk(top):
            folder = Path(place)
            folders[:] = [one for one in folders if folder / one not in public]
            for path in (folder, *(folder / name for name in names)):
                try:
                    status = path.lstat()
                except OSError:
                    continue
                if not stat.S_ISLNK(status.st_mode):
                    yield path, stat.S_IMODE(status.st_mode)


def _settings_of_qt(paths: Paths, config_home: Path) -> Iterator[Path]:
    """Yield settings files in Mayfly's own folders, and those that Qt would name after it."""
    for folder in (paths.config, paths.state, paths.data):
        yield from sorted(one for one in _listed(folder) if one.suffix in _QT_SUFFIXES)
    for one in _listed(config_home):
        if one.stem.lower() == "mayfly" and one.suffix in _QT_SUFFIXES:
            yield one
        elif one.name == "Mayfly" and one.is_dir():
            yield from sorted(_listed(one))


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _odd_lines(log: Path) -> int:
    text = _head(log, _MOST_LOG_BYTES).decode("utf-8", "replace")
    return sum(not is_our_line(line) for line in text.splitlines())


def _head(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError:
        return b""
