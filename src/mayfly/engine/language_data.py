"""One folder of Mayfly's own that joins the language data of wheels, system and user.

Tesseract takes exactly one folder; what is in ours are links, so it costs nothing to keep.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

_SUFFIX = ".traineddata"
_LANGUAGE = re.compile(r"[A-Za-z0-9_]{1,40}")
_BESIDES = ("configs", "tessconfigs", "pdf.ttf")
_NO_LANGUAGE = frozenset({"osd", "equ", "snum"})


def join_language_data(folder: Path, sources: Sequence[Path]) -> None:
    """Make the folder show what the sources hold; an earlier source wins.

    Only what changed is touched, and each entry is replaced in one step, so that several
    processes may do this at once.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = _collect(folder, sources)
    for entry in list(folder.iterdir()):
        # Names with a dot are entries that another process is just making.
        if entry.name not in wanted and not entry.name.startswith("."):
            _remove(entry)
    for name, target in wanted.items():
        if not _shows(folder / name, target):
            _put(folder / name, target)


def languages_in(folder: Path) -> tuple[str, ...]:
    """Return the languages that can be recognised with this folder, sorted."""
    if not folder.is_dir():
        return ()
    names = (path.stem for path in folder.glob(f"*{_SUFFIX}") if path.exists())
    return tuple(sorted(name for name in names if name not in _NO_LANGUAGE))


def _collect(folder: Path, sources: Sequence[Path]) -> dict[str, Path]:
    wanted: dict[str, Path] = {}
    own = folder.resolve()
    for source in sources:
        if source.resolve() == own:
            continue
        for path in sorted(source.glob(f"*{_SUFFIX}")):
            if path.is_file() and _LANGUAGE.fullmatch(path.stem):
                wanted.setdefault(path.name, path.resolve())
        for name in _BESIDES:
            if (source / name).exists():
                wanted.setdefault(name, (source / name).resolve())
    return wanted


def _shows(entry: Path, target: Path) -> bool:
    if entry.is_symlink():
        return entry.readlink() == target
    # A copy, on a system without links.
    if not entry.is_file():
        return False
    ours, theirs = entry.stat(), target.stat()
    return (ours.st_size, int(ours.st_mtime)) == (theirs.st_size, int(theirs.st_mtime))


def _put(entry: Path, target: Path) -> None:
    fresh = entry.with_name(f".{secrets.token_hex(8)}")
    try:
        fresh.symlink_to(target)
    except OSError:
        if target.is_dir():
            return
        shutil.copy2(target, fresh)
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry, ignore_errors=True)
    fresh.replace(entry)


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry, ignore_errors=True)
    else:
        entry.unlink(missing_ok=True)
