"""One zip: other people's readers open it, and what was taken out is in no byte of it."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from mayfly.domain.errors import TargetExists, TargetMissing
from mayfly.domain.export_errors import TargetFull
from mayfly.export import partial_file
from mayfly.export.files import FolderTarget
from tests.export.test_export_files import names
from tests.small_disks import disk_in_memory

AT = datetime(2026, 3, 7, 9, 30, 12)
CONTENT = {
    "Brief ä.txt": b"eins\n" * 1000,
    "notes (2).md": b"",
    "日本.json": os.urandom(70_000),
    "scan.pdf": b"%PDF canary of a page",
}


@pytest.fixture(params=["nameless", "hidden name"])
def target(request, monkeypatch) -> FolderTarget:
    if request.param != "nameless":
        monkeypatch.setattr(partial_file, "_nameless", lambda _folder: None)
    return FolderTarget(user_umask=0o022)


def make(target: FolderTarget, folder: Path, content: dict[str, bytes], **others) -> Path | None:
    with target.open_zip(folder, AT) as archive:
        for name, data in content.items():
            archive.add(Path(name).stem, Path(name).suffix, [data[:9], data[9:]])
        given = {"replace": False, "gone": set, **others}
        return archive.publish("All of it", **given)


def test_it_holds_what_was_put_in_and_nothing_of_the_machine(target, tmp_path):
    path = make(target, tmp_path, CONTENT)

    assert path == tmp_path / "All of it.zip"
    assert names(tmp_path) == ["All of it.zip"]
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {one: archive.read(one) for one in archive.namelist()} == CONTENT
        for info in archive.infolist():
            assert info.date_time == (2026, 3, 7, 9, 30, 12)
            assert info.external_attr >> 16 == 0o100644
            assert info.flag_bits & 0x800 or info.filename.isascii()
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    "command",
    [
        ["unzip", "-q", "{zip}", "-d", "{into}"],
        ["bsdtar", "-xf", "{zip}", "-C", "{into}"],
        ["7zz", "x", "{zip}", "-o{into}"],
        ["python3", "-m", "zipfile", "-e", "{zip}", "{into}"],
    ],
    ids=lambda one: one[0],
)
def test_readers_of_others_open_it(tmp_path, command):
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not here")
    into = tmp_path / "into"
    into.mkdir()
    path = make(FolderTarget(), tmp_path, CONTENT)
    words = [one.format(zip=path, into=into) for one in command]
    subprocess.run(words, check=True, capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert {one.name: one.read_bytes() for one in into.iterdir()} == CONTENT


def test_equal_names_are_numbered_on_disks_that_know_no_case_too(target, tmp_path):
    with target.open_zip(tmp_path, AT) as archive:
        for stem in ("a", "A", "../a", "a"):
            archive.add(stem, ".txt", [b"x"])
        path = archive.publish("z", replace=False, gone=set)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["a.txt", "A (2).txt", "a (3).txt", "a (4).txt"]


def test_an_entry_that_fails_is_not_in_it(target, tmp_path):
    def chunks():
        yield b"canary of the half"
        raise InterruptedError

    with target.open_zip(tmp_path, AT) as archive:
        archive.add("a", ".pdf", [b"whole"])
        with pytest.raises(InterruptedError):
            archive.add("b", ".pdf", chunks())
        archive.add("c", ".pdf", [b"whole, too"])
        path = archive.publish("z", replace=False, gone=set)

    assert b"canary" not in path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.pdf", "c.pdf"]
    assert names(tmp_path) == ["z.zip"]


def test_what_goes_at_the_last_moment_is_taken_out_again_and_again(target, tmp_path):
    answers = [set(), {3}, {0}, {3}]

    path = make(target, tmp_path, CONTENT, gone=lambda: answers.pop(0) if answers else set())

    assert answers == []
    assert b"canary of a page" not in path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {one: archive.read(one) for one in archive.namelist()} == {
            name: CONTENT[name] for name in ("notes (2).md", "日本.json")
        }
    assert names(tmp_path) == ["All of it.zip"]


def test_the_canary_is_found_when_nothing_is_taken_out(target, tmp_path):
    """The negative control of the tests above: this is how it looks in there."""
    assert b"canary of a page" in make(target, tmp_path, CONTENT).read_bytes()


def test_a_zip_of_nothing_has_no_name(target, tmp_path):
    assert make(target, tmp_path, {}) is None
    assert make(target, tmp_path, CONTENT, gone=lambda: range(4)) is None
    assert names(tmp_path) == []


def test_without_an_end_nothing_is_left(target, tmp_path):
    with target.open_zip(tmp_path, AT) as archive:
        archive.add("a", ".txt", [b"x"])
    with pytest.raises(LookupError), target.open_zip(tmp_path, AT) as archive:
        archive.add("a", ".txt", [b"x"])
        raise LookupError
    with pytest.raises(TargetMissing), target.open_zip(tmp_path / "none", AT):
        pass
    assert names(tmp_path) == []


def test_a_zip_is_numbered_or_replaced(target, tmp_path):
    (tmp_path / "All of it.zip").write_bytes(b"old")
    assert make(target, tmp_path, CONTENT).name == "All of it (2).zip"
    assert (tmp_path / "All of it.zip").read_bytes() == b"old"
    assert make(target, tmp_path, CONTENT, replace=True).name == "All of it.zip"
    assert zipfile.is_zipfile(tmp_path / "All of it.zip")
    (tmp_path / "All of it.zip").unlink()
    (tmp_path / "All of it.zip").mkdir()
    with pytest.raises(TargetExists):
        make(target, tmp_path, CONTENT, replace=True)
    assert names(tmp_path) == ["All of it (2).zip", "All of it.zip"]


def test_a_disk_that_fills_up_leaves_nothing(target, tmp_path):
    with disk_in_memory(tmp_path / "disk", 1 << 20) as disk:
        with pytest.raises(TargetFull) as met, target.open_zip(disk, AT) as archive:
            archive.add("a", ".pdf", [b"x" * 600_000])
            archive.add("b", ".pdf", [b"x" * 600_000])
        assert met.value.__context__ is None
        assert names(disk) == []


@pytest.mark.parametrize("call", range(3))
def test_a_disk_that_refuses_at_the_end_leaves_nothing(target, tmp_path, monkeypatch, call):
    """The list at the end of a zip is what is written last."""
    real, left = os.write, [call]

    def write(fd, data):
        if not left[0]:
            raise OSError(errno.ENOSPC, "canary-59", "canary-59")
        left[0] -= 1
        return real(fd, data)

    with pytest.raises(TargetFull) as met, target.open_zip(tmp_path, AT) as archive:
        archive.add("a", ".pdf", [b"x"])
        monkeypatch.setattr(os, "write", write)
        archive.publish("z", replace=False, gone=set)
    monkeypatch.undo()
    assert met.value.__context__ is None
    assert names(tmp_path) == []


def test_entries_and_zips_may_be_larger_than_old_zips_could(tmp_path, monkeypatch):
    """With the limit set down to 64 kB, as if that were 4 GiB."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1 << 16)
    content = {f"{n}.pdf": os.urandom(50_000 * n) for n in range(1, 5)}
    path = make(FolderTarget(), tmp_path, content)
    monkeypatch.undo()
    with zipfile.ZipFile(path) as archive:
        assert {one: archive.read(one) for one in archive.namelist()} == content
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-tqq", str(path)], check=True, capture_output=True)
