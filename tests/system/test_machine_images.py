"""The look at the key file, on real file systems."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mayfly.domain.machine import MachineFacts
from mayfly.system.machine import LinuxMachine, Places
from mayfly.vault.shard import Shard
from tests.loop_images import mounted_image, require_images


def look(point: Path) -> MachineFacts:
    places = Places(point / "data" / "vault.db", point / "shard", point, point)
    return LinuxMachine().look(places)


@pytest.mark.parametrize("kind", ["ext4", "xfs"])
def test_a_file_system_that_overwrites_in_place(tmp_path, kind):
    require_images(kind)
    with mounted_image(tmp_path, kind) as point:
        Shard(point / "shard").create()
        facts = look(point)
        assert facts.shard.file_system == facts.vault.file_system == kind
        assert facts.shard.volume == facts.vault.volume
        assert facts.shard.journals_data is False
        assert facts.shard.shared_blocks is False


def test_data_journalling_that_the_table_of_mounts_does_not_show(tmp_path):
    require_images("ext4")
    with mounted_image(tmp_path, "ext4", tune=("tune2fs", "-o", "journal_data")) as point:
        Shard(point / "shard").create()
        shard = look(point).shard
        assert "data=journal" not in shard.options
        assert shard.journals_data is True


def test_copy_on_write_is_read_back_from_the_key_file(tmp_path):
    require_images("btrfs")
    with mounted_image(tmp_path, "btrfs") as point:
        assert look(point).shard.no_copy_on_write is None
        Shard(point / "shard").create()
        assert look(point).shard.no_copy_on_write is True
        (point / "shard").unlink()
        (point / "shard").write_bytes(bytes(32 << 10))
        assert look(point).shard.no_copy_on_write is False


def test_a_snapshot_that_holds_the_key_file_is_seen(tmp_path):
    require_images("btrfs")
    with mounted_image(tmp_path, "btrfs") as point:
        Shard(point / "shard").create()
        assert look(point).shard.shared_blocks is False
        command = ["btrfs", "subvolume", "snapshot", str(point), str(point / "snapshot")]
        subprocess.run(command, check=True, capture_output=True)
        assert look(point).shard.shared_blocks is True


def test_a_clone_of_the_key_file_is_seen(tmp_path):
    require_images("xfs")
    with mounted_image(tmp_path, "xfs") as point:
        Shard(point / "shard").create()
        command = ["cp", "--reflink=always", str(point / "shard"), str(point / "clone")]
        subprocess.run(command, check=True, capture_output=True)
        assert look(point).shard.shared_blocks is True
