"""Synced folders and backups are told by what their programs leave."""

from __future__ import annotations

import json

import pytest

from mayfly.system.machine_copies import backups_of, synced_by
from mayfly.system.machine_files import MachineFiles

MARKS = {
    ".stfolder": "Syncthing",
    ".dropbox.cache": "Dropbox",
    "._sync_0a1b2c3d4e5f.db": "Nextcloud",
    ".sync_0a1b2c3d4e5f.db": "Nextcloud",
    ".owncloudsync.log": "ownCloud",
    ".tmp.drivedownload": "Google Drive",
}
NAMES = {
    "Dropbox": "Dropbox",
    "Dropbox (Work)": "Dropbox",
    "OneDrive - A Company": "OneDrive",
    "Nextcloud2": "Nextcloud",
    "Google Drive": "Google Drive",
    "Mobile Documents": "iCloud",
}


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "ann"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("mark", MARKS)
def test_a_folder_is_known_by_what_its_program_left_in_it(home, mark):
    top = home / "things"
    (top / "mayfly" / "data").mkdir(parents=True)
    assert synced_by(top / "mayfly" / "data", home) is None
    (top / mark).touch()
    assert synced_by(top / "mayfly" / "data", home) == MARKS[mark]
    assert synced_by(home / "other", home) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_is_known_by_its_usual_name(home, name):
    assert synced_by(home / name / "mayfly", home) == NAMES[name]


@pytest.mark.parametrize("name", ["Dropboxes", "My Nextcloud notes", "mega"])
def test_a_name_that_only_looks_like_one_is_none(home, name):
    assert synced_by(home / name / "mayfly", home) is None


def test_a_folder_is_known_by_the_programs_own_settings(home):
    places = {name: home / "anywhere" / name for name in ("Dropbox-a", "onedrive-b", "cloud-c")}
    (home / ".dropbox").mkdir()
    account = {"personal": {"path": str(places["Dropbox-a"]), "host": 1}}
    (home / ".dropbox" / "info.json").write_text(json.dumps(account))
    (home / ".config" / "onedrive").mkdir(parents=True)
    (home / ".config" / "onedrive" / "config").write_text('sync_dir = "~/anywhere/onedrive-b"\n')
    (home / ".config" / "Nextcloud").mkdir()
    (home / ".config" / "Nextcloud" / "nextcloud.cfg").write_text(
        f"[General]\nx=%1\n[Accounts]\n0\\Folders\\1\\localPath={places['cloud-c']}/\n"
    )
    found = {name: synced_by(place / "mayfly", home) for name, place in places.items()}
    assert found == {"Dropbox-a": "Dropbox", "onedrive-b": "OneDrive", "cloud-c": "Nextcloud"}


@pytest.mark.parametrize("text", ["", "[1]", '{"personal": {}}', "{"])
def test_settings_that_make_no_sense_tell_nothing(home, text):
    (home / ".dropbox").mkdir()
    (home / ".dropbox" / "info.json").write_text(text)
    assert synced_by(home / "mayfly", home) is None


def test_backup_programs_that_were_set_up_are_named_once(home, tmp_path):
    assert backups_of(MachineFiles(tmp_path / "root"), home) == ()
    (home / ".cache" / "deja-dup").mkdir(parents=True)
    (home / ".config" / "borgmatic").mkdir(parents=True)
    (tmp_path / "root" / "etc" / "borgmatic").mkdir(parents=True)
    assert backups_of(MachineFiles(tmp_path / "root"), home) == ("Déjà Dup", "borgmatic")
