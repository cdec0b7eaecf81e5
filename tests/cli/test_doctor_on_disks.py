"""The promise on real file systems, asked of the real program; only where images can be mounted."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Program, with_cheap_vault
from tests.loop_images import mounted_image, require_images


@contextmanager
def furnished_on(
    tmp_path: Path, kind: str, tune: tuple[str, ...] = ()
) -> Iterator[tuple[Program, Path]]:
    require_images(kind)
    with mounted_image(tmp_path, kind, tune=tune) as point:
        program = with_cheap_vault(point)
        assert program.run("list").status == 0
        yield program, point


def asked(program: Program) -> tuple[str, str, str]:
    """Return the grade and the bound of the key file, and the whole promise."""
    answer = program.run("doctor", "--json").json
    (found,) = [one for one in answer["findings"] if one["key"] == "key file"]
    return found["grade"], found["bound"], answer["promise"]


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs"])
def test_a_disk_that_overwrites_the_key_file_in_place(tmp_path, kind):
    with furnished_on(tmp_path, kind) as (program, _):
        grade, bound, promise = asked(program)
        assert (grade, bound) == ("good", "full")
        assert promise in ("full", "limited")


def test_a_file_system_that_journals_data(tmp_path):
    tune = ("tune2fs", "-o", "journal_data")
    with furnished_on(tmp_path, "ext4", tune) as (program, _):
        assert asked(program) == ("problem", "weak", "weak")


def test_a_key_file_that_lost_its_mark(tmp_path):
    """As after copying it to another place and back."""
    with furnished_on(tmp_path, "btrfs") as (program, _):
        shard = program.home / "state" / "shard"
        kept = shard.read_bytes()
        shard.unlink()
        shard.write_bytes(kept)
        shard.chmod(0o600)
        assert program.run("list").status == 0
        assert asked(program) == ("problem", "weak", "weak")


def test_a_snapshot_of_the_key_file(tmp_path):
    with furnished_on(tmp_path, "btrfs") as (program, point):
        command = ["btrfs", "subvolume", "snapshot", str(point), str(point / "snapshot")]
        subprocess.run(command, check=True, capture_output=True)
        assert asked(program) == ("problem", "weak", "weak")
