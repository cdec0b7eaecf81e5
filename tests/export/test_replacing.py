"""Replacing a file that is there: in one step, never through a link, and only a file."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys

import pytest

from mayfly.domain.errors import TargetExists, TargetMissing, TargetNotWritable
from mayfly.domain.export_errors import TargetFull
from mayfly.export import partial_file
from mayfly.export.files import FolderTarget
from tests.export.test_export_files import names


@pytest.fixture(params=["nameless", "hidden name", "no links"])
def target(request, monkeypatch) -> FolderTarget:
    """Every way of making the file: what Linux has, what others have, what FAT has."""
    if request.param != "nameless":
        monkeypatch.setattr(partial_file, "_nameless", lambda _folder: None)
    if request.param == "no links":

        def refuse(*_args, **_kwargs):
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(os, "link", refuse)
    return FolderTarget(user_umask=0o022)


def test_the_old_file_stays_until_the_new_one_is_whole(target, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"old")

    def chunks():
        yield b"new "
        assert (tmp_path / "a.txt").read_bytes() == b"old"
        yield b"file"

    def check() -> None:
        assert (tmp_path / "a.txt").read_bytes() == b"old"

    path = target.replace(tmp_path, "a", ".txt", chunks(), check=check)

    assert path == tmp_path / "a.txt"
    assert path.read_bytes() == b"new file"
    assert names(tmp_path) == ["a.txt"]


def test_without_an_old_file_it_is_written_as_ever(target, tmp_path):
    assert target.replace(tmp_path, "a", ".txt", [b"x"]).read_bytes() == b"x"
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o644
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("where", ["chunks", "check"])
def test_a_failure_leaves_the_old_file(target, tmp_path, where):
    (tmp_path / "a.txt").write_bytes(b"old")

    def fail(*_given):
        raise InterruptedError

    def chunks():
        yield b"half"
        if where == "chunks":
            fail()

    with pytest.raises(InterruptedError):
        target.replace(
            tmp_path, "a", ".txt", chunks(), check=fail if where == "check" else lambda: None
        )
    assert names(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_bytes() == b"old"


def test_a_link_is_replaced_and_not_what_it_points_to(target, tmp_path):
    """Fails when the file is opened by its name and written over."""
    precious, folder = tmp_path / "precious", tmp_path / "out"
    precious.write_bytes(b"precious")
    folder.mkdir()
    for name, to in (("a.txt", precious), ("b.txt", tmp_path / "nowhere")):
        (folder / name).symlink_to(to)

    for stem in "ab":
        path = target.replace(folder, stem, ".txt", [b"new"])
        assert not path.is_symlink()
        assert path.read_bytes() == b"new"

    assert precious.read_bytes() == b"precious"
    assert names(tmp_path) == ["out", "precious"]


def test_a_folder_or_a_pipe_of_that_name_is_no_file_to_replace(target, tmp_path):
    (tmp_path / "a.txt").mkdir()
    (tmp_path / "a.txt" / "inside").touch()
    os.mkfifo(tmp_path / "b.txt")
    for stem in "ab":
        with pytest.raises(TargetExists):
            target.replace(tmp_path, stem, ".txt", [b"x"])
    assert names(tmp_path) == ["a.txt", "b.txt"]
    assert names(tmp_path / "a.txt") == ["inside"]


def test_who_could_not_read_the_old_file_cannot_read_the_new_one(target, tmp_path):
    for name, mode in (("a.txt", 0o600), ("b.txt", 0o666)):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
    modes = [
        stat.S_IMODE(target.replace(tmp_path, stem, ".txt", [b"x"]).stat().st_mode) for stem in "ab"
    ]
    assert modes == [0o600, 0o644]


def test_names_that_are_to_be_spared_are_passed_over(target, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"spared")
    path = target.replace(tmp_path, "a", ".txt", [b"x"], spare=lambda name: name == "a.txt")
    assert path.name == "a (2).txt"
    assert (tmp_path / "a.txt").read_bytes() == b"spared"
    with pytest.raises(TargetExists):
        target.replace(tmp_path, "a", ".txt", [b"x"], spare=lambda _: True)


def test_no_folder_no_file(target, tmp_path):
    with pytest.raises(TargetMissing):
        target.replace(tmp_path / "none", "a", ".txt", [b"x"])


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (errno.ENOSPC, TargetFull),
        (errno.EDQUOT, TargetFull),
        (errno.EROFS, TargetNotWritable),
        (errno.ESTALE, TargetMissing),
        (errno.EIO, TargetNotWritable),
    ],
)
def test_what_the_system_says_is_said_without_a_path(tmp_path, monkeypatch, code, error):
    def refuse(*_args):
        raise OSError(code, "canary-59", "canary-59")

    (tmp_path / "a.txt").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(error) as met:
        FolderTarget().replace(tmp_path, "a", ".txt", [b"x"])
    assert type(met.value) is error
    assert met.value.__context__ is None
    assert (tmp_path / "a.txt").read_bytes() == b"old"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has files without a name")
@pytest.mark.parametrize("how", ["file", "zip"])
def test_a_kill_leaves_the_old_file_and_nothing_else(tmp_path, how):
    code = (
        "import sys, time; from datetime import datetime; from pathlib import Path\n"
        "from mayfly.export.files import FolderTarget\n"
        "def chunks():\n"
        "    yield b'half of a document'\n"
        "    print('written', flush=True); time.sleep(600); yield b''\n"
        "target, folder = FolderTarget(), Path(sys.argv[1])\n"
        "if sys.argv[2] == 'file':\n"
        "    target.replace(folder, 'a', '.zip', chunks())\n"
        "with target.open_zip(folder, datetime(2026, 3, 7)) as archive:\n"
        "    archive.add('a', '.txt', [b'whole'])\n"
        "    archive.add('b', '.txt', chunks())\n"
    )
    (tmp_path / "a.zip").write_bytes(b"old")
    command = [sys.executable, "-c", code, str(tmp_path), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline() == b"written\n"
        writer.send_signal(signal.SIGKILL)
    assert names(tmp_path) == ["a.zip"]
    assert (tmp_path / "a.zip").read_bytes() == b"old"


@pytest.mark.parametrize("call", ["write_new", "replace"])
def test_a_folder_that_is_swapped_for_a_link_gets_nothing(target, tmp_path, call):
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()

    def chunks():
        yield b"first"
        folder.rename(tmp_path / "moved")
        folder.symlink_to(elsewhere)
        yield b"second"

    with pytest.raises(TargetMissing):
        getattr(target, call)(folder, "letter", ".txt", chunks())

    assert names(elsewhere) == []
