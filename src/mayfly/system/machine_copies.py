"""Who else copies the places where Mayfly keeps things: synced folders, snapshots, backups."""

from __future__ import annotations

import configparser
import contextlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from mayfly.system.machine_files import MachineFiles

_MARKS = (
    (".stfolder", "Syncthing"),
    (".dropbox.cache", "Dropbox"),
    (".nextcloudsync.log", "Nextcloud"),
    (".owncloudsync.log", "ownCloud"),
    (".seafile-data", "Seafile"),
    (".tmp.drivedownload", "Google Drive"),
    (".megaignore", "MEGA"),
)
"""What a program leaves in the topmost folder that it copies."""

_SYNC_DATABASE = re.compile(r"\.(_|csync_|)?sync_[0-9a-f]+\.db")

_NAMES = (
    (re.compile(r"Dropbox( \(.+\))?"), "Dropbox"),
    (re.compile(r"OneDrive( - .+)?"), "OneDrive"),
    (re.compile(r"Nextcloud\d*"), "Nextcloud"),
    (re.compile(r"ownCloud\d*"), "ownCloud"),
    (re.compile(r"Google ?Drive|GoogleDrive-.+|Insync"), "Google Drive"),
    (re.compile(r"com~apple~CloudDocs|Mobile Documents|iCloud ?Drive"), "iCloud"),
    (re.compile(r"MEGA(sync)?"), "MEGA"),
    (re.compile(r"pCloud ?Drive"), "pCloud"),
    (re.compile(r"Proton ?Drive"), "Proton Drive"),
)
"""What such programs call that folder when nobody chose another name."""

_BACKUPS = (
    (".cache/deja-dup", "Déjà Dup"),
    (".config/backintime", "Back In Time"),
    (".config/borgmatic", "borgmatic"),
    (".local/share/Vorta", "Vorta"),
    (".config/pika-backup", "Pika Backup"),
    (".var/app/org.gnome.World.PikaBackup", "Pika Backup"),
    (".config/kuprc", "Kup"),
    (".config/Duplicati", "Duplicati"),
    (".config/restic", "restic"),
    (".config/rustic", "rustic"),
)
"""What a backup program leaves in the home folder once it was set up. Only a hint."""

_SYSTEM_BACKUPS = (("/etc/borgmatic", "borgmatic"), ("/etc/rsnapshot.conf", "rsnapshot"))


def synced_by(path: Path, home: Path) -> str | None:
    """Return the name of the program that copies this place to other machines, if one does.

    Told by its settings, by what it leaves in a folder above, or by that folder's usual name.
    """
    above = (path, *path.parents)
    for folder, name in _configured(home):
        # The path that is asked about has had its links followed.
        if Path(os.path.realpath(folder)) in above:
            return name
    for folder in above:
        if marked := _marked(folder):
            return marked
    for folder in above:
        for pattern, name in _NAMES:
            if pattern.fullmatch(folder.name):
                return name
    return None


def backups_of(files: MachineFiles, home: Path) -> tuple[str, ...]:
    """Name the backup programs that were set up here; whether they take Mayfly is not known."""
    found = [name for place, name in _BACKUPS if (home / place).exists()]
    found += [name for place, name in _SYSTEM_BACKUPS if files.exists(place)]
    return tuple(dict.fromkeys(found))


def snapshot_programs(files: MachineFiles, folder: Path, point: Path) -> Iterator[str]:
    """Name what makes snapshots of a file system that can: by settings and by their folders."""
    kept = any((above / ".snapshots").is_dir() for above in (folder, *folder.parents))
    if kept or files.names("/etc/snapper/configs"):
        yield "snapper"
    timeshift = files.text("/etc/timeshift/timeshift.json") or ""
    if '"btrfs_mode" : "true"' in timeshift or (point / "timeshift-btrfs").is_dir():
        yield "Timeshift"


def _marked(folder: Path) -> str | None:
    with contextlib.suppress(OSError):
        for mark, name in _MARKS:
            if (folder / mark).exists():
                return name
        if any(_SYNC_DATABASE.fullmatch(one.name) for one in folder.glob(".*sync_*.db")):
            return "Nextcloud"
    return None


def _configured(home: Path) -> Iterator[tuple[Path, str]]:
    """Yield the folders that the programs' own settings name."""
    with contextlib.suppress(OSError, ValueError, AttributeError, TypeError, LookupError):
        accounts = json.loads((home / ".dropbox" / "info.json").read_text(encoding="utf-8"))
        for account in accounts.values():
            yield Path(account["path"]), "Dropbox"
    with contextlib.suppress(OSError, ValueError):
        text = (home / ".config" / "onedrive" / "config").read_text(encoding="utf-8")
        for named in re.findall(r'^\s*sync_dir\s*=\s*"(.+)"', text, re.MULTILINE):
            yield Path(str(named).replace("~", str(home), 1)), "OneDrive"
    for place, name in (
        (".config/Nextcloud/nextcloud.cfg", "Nextcloud"),
        (".config/ownCloud/owncloud.cfg", "ownCloud"),
    ):
        for folder in _folders_in_ini(home / place):
            yield folder, name


def _folders_in_ini(path: Path) -> Iterator[Path]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    with contextlib.suppress(OSError, ValueError, configparser.Error):
        parser.read_string(path.read_text(encoding="utf-8"))
        for section in parser.sections():
            for key, value in parser.items(section):
                if key.endswith("\\localpath") and value:
                    yield Path(value)
