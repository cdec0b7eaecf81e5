"""Places are private and made only on request; settings survive damage."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mayfly.domain.errors import SettingsNotWritable, VaultNotWritable
from mayfly.system.paths import find_paths, make_folders, make_private_folder, paths_in
from mayfly.system.settings import LoadedSettings, Settings, load_settings, save_settings


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_naming_the_places_makes_nothing(tmp_path):
    paths = paths_in(tmp_path / "home")
    assert paths.database.parent == tmp_path / "home" / "data"
    assert list(tmp_path.iterdir()) == []


def test_the_environment_names_one_folder_for_everything(tmp_path, monkeypatch):
    monkeypatch.setenv("MAYFLY_HOME", str(tmp_path))
    assert find_paths() == paths_in(tmp_path)
    assert all(folder.parent == tmp_path for folder in find_paths().folders())


def test_a_home_that_is_given_goes_before_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("MAYFLY_HOME", str(tmp_path / "other"))
    assert find_paths(tmp_path / "mine") == paths_in(tmp_path / "mine")


def test_the_platform_decides_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("MAYFLY_HOME", raising=False)
    for kind in ("DATA", "STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind))
    paths = find_paths()
    assert paths.database == tmp_path / "DATA" / "mayfly" / "vault.db"
    assert paths.shard == tmp_path / "STATE" / "mayfly" / "shard"
    assert paths.settings == tmp_path / "CONFIG" / "mayfly" / "settings.json"


def test_vault_and_shard_never_lie_in_one_folder(tmp_path):
    paths = paths_in(tmp_path)
    assert not paths.shard.is_relative_to(paths.data)
    assert not paths.database.is_relative_to(paths.state)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_folders_are_private_whatever_the_umask(tmp_path, umask):
    paths = paths_in(tmp_path)
    before = os.umask(umask)
    try:
        make_folders(paths)
    finally:
        os.umask(before)
    assert [mode_of(folder) for folder in paths.folders()] == [0o700] * 4


def test_a_folder_of_ours_that_is_too_wide_is_tightened(tmp_path):
    paths = paths_in(tmp_path)
    paths.data.mkdir()
    paths.data.chmod(0o755)
    make_folders(paths)
    assert mode_of(paths.data) == 0o700


def test_a_folder_that_is_shared_on_purpose_keeps_its_mode(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    make_private_folder(shared)
    assert mode_of(shared) == 0o777 | stat.S_ISVTX


def test_a_place_that_cannot_be_made_is_said_without_its_path(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(VaultNotWritable) as met:
        make_folders(paths_in(tmp_path / "file"))
    assert met.value.__context__ is None


# --- settings --------------------------------------------------------------------------


def test_without_a_file_there_are_defaults_and_nothing_is_made(tmp_path):
    loaded = load_settings(tmp_path / "config" / "settings.json")
    assert loaded == LoadedSettings(Settings(), damaged=False)
    assert (loaded.settings.source_hours, loaded.settings.result_hours) == (24, 24)
    assert loaded.settings.languages == ("eng",)
    assert list(tmp_path.iterdir()) == []


def test_what_is_saved_is_loaded(tmp_path):
    path = tmp_path / "config" / "settings.json"
    settings = Settings(
        languages=("deu", "eng"),
        source_hours=0,
        result_hours=168,
        theme="dark",
        ui_language="de",
        keyring_backend="keyring.backends.SecretService.Keyring",
        tesseract="/opt/tesseract",
    )
    save_settings(path, settings)
    assert load_settings(path) == LoadedSettings(settings, damaged=False)
    assert mode_of(path) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_keys_of_a_newer_version_are_kept(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"theme": "dark", "tray": {"keep": True}}))
    save_settings(path, load_settings(path).settings)
    assert json.loads(path.read_text())["tray"] == {"keep": True}


@pytest.mark.parametrize("bad", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_is_set_aside_and_said(tmp_path, bad):
    path = tmp_path / "settings.json"
    path.write_bytes(bad)

    loaded = load_settings(path)

    assert loaded == LoadedSettings(Settings(), damaged=True)
    assert (tmp_path / "settings.json.damaged").read_bytes() == bad
    assert load_settings(path) == LoadedSettings(Settings(), damaged=False)


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("languages", []),
        ("languages", "eng"),
        ("languages", [""]),
        ("source_hours", 169),
        ("source_hours", -1),
        ("result_hours", True),
        ("result_hours", 1.5),
        ("theme", "pink"),
        ("theme", ["dark"]),
        ("ui_language", None),
        ("keyring_backend", ""),
        ("tesseract", 7),
    ],
)
def test_one_value_without_sense_costs_only_itself(tmp_path, name, bad):
    path = tmp_path / "settings.json"
    good = {"languages": ["deu"], "source_hours": 5, "result_hours": 6, "theme": "dark"}
    path.write_text(json.dumps({**good, name: bad}))

    loaded = load_settings(path)

    assert loaded.damaged
    assert getattr(loaded.settings, name) == getattr(Settings(), name)
    kept = [key for key in ("source_hours", "result_hours", "theme") if key != name]
    assert all(getattr(loaded.settings, key) == good[key] for key in kept)


def test_settings_that_cannot_be_saved_leave_the_old_ones(tmp_path, monkeypatch):
    path = tmp_path / "settings.json"
    save_settings(path, Settings(theme="dark"))

    def full(_fd: int) -> None:
        raise OSError(28, "canary-57")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsNotWritable) as met:
        save_settings(path, Settings(theme="light"))

    assert load_settings(path).settings.theme == "dark"
    assert list(tmp_path.iterdir()) == [path]
    assert met.value.__context__ is None


def test_importing_makes_nothing_and_loads_nothing_heavy(tmp_path):
    code = (
        "import sys\n"
        "import mayfly.system.paths, mayfly.system.settings, mayfly.system.resources\n"
        "import mayfly.system.translations, mayfly.system.logs, mayfly.system.files\n"
        "heavy = {'keyring', 'PySide6', 'apscheduler', 'sqlite3', 'platformdirs'}\n"
        "sys.exit(bool(heavy & set(sys.modules)))\n"
    )
    env = {**os.environ, "MAYFLY_HOME": str(tmp_path), "HOME": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", code], env=env, check=False).returncode == 0
    assert list(tmp_path.iterdir()) == []
