"""Backups are asked to pass over what they must not hold, and only the cache is called one."""

from __future__ import annotations

import subprocess
import tarfile

import pytest

from mayfly.system.backup_marks import is_marked, mark_folders
from mayfly.system.machine_flags import file_flags
from mayfly.system.paths import make_folders, paths_in
from mayfly.vault.shard import Shard
from tests.loop_images import mounted_image, require_images


@pytest.fixture
def paths(tmp_path):
    paths = paths_in(tmp_path / "home")
    make_folders(paths)
    return paths


def test_only_the_cache_is_tagged_as_one(paths):
    """A cleaner may empty what is tagged so, and nothing else could be made again."""
    mark_folders(paths)
    tagged = [folder for folder in paths.folders() if (folder / "CACHEDIR.TAG").exists()]
    assert tagged == [paths.cache]
    assert (paths.cache / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172")


def test_marking_twice_changes_nothing(paths):
    mark_folders(paths)
    (paths.cache / "CACHEDIR.TAG").write_bytes(b"the user's own")
    mark_folders(paths)
    assert (paths.cache / "CACHEDIR.TAG").read_bytes() == b"the user's own"
    for folder in (paths.data, paths.state):
        assert {one.name for one in folder.iterdir()} == {".nobackup", ".deja-dup-ignore"}


def test_tar_leaves_a_tagged_cache_out(paths, tmp_path):
    mark_folders(paths)
    (paths.cache / "joined").touch()
    (paths.data / "vault.db").touch()
    archive = tmp_path / "backup.tar"
    home = paths.data.parent
    subprocess.run(["tar", "--exclude-caches", "-cf", archive, "-C", home, "."], check=True)
    with tarfile.open(archive) as made:
        names = made.getnames()
    assert "./cache/joined" not in names
    assert "./data/vault.db" in names


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs"])
def test_folders_and_files_bear_the_marks(tmp_path, kind):
    require_images(kind)
    with mounted_image(tmp_path, kind) as point:
        paths = paths_in(point / "home")
        make_folders(paths)
        assert not is_marked(paths.state, file_flags(paths.state))
        mark_folders(paths)
        Shard(paths.shard).create()
        for path in (paths.data, paths.state, paths.shard):
            assert is_marked(path, file_flags(path)), path
            assert is_marked(path, None), path


def test_a_vault_file_is_made_with_the_marks(tmp_path):
    from mayfly.vault.private_files import ensure_private_file

    require_images("btrfs")
    with mounted_image(tmp_path, "btrfs") as point:
        ensure_private_file(point / "vault.db")
        assert is_marked(point / "vault.db", file_flags(point / "vault.db"))
        (point / "other").touch()
        assert not is_marked(point / "other", file_flags(point / "other"))
