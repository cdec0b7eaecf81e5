"""What is exported is whole, never over another file, and never a part of itself."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mayfly.domain.errors import TargetMissing, TargetNotWritable
from mayfly.export import partial_file
from mayfly.export.files import FolderTarget
from mayfly.export.names import clean_stem

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")


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


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_the_bytes_arrive_and_nothing_else(target, tmp_path):
    path = target.write_new(tmp_path, "Letter", ".txt", [b"one ", b"", b"two"])
    assert path == tmp_path / "Letter.txt"
    assert path.read_bytes() == b"one two"
    assert names(tmp_path) == ["Letter.txt"]


def test_large_chunks_arrive_whole(target, tmp_path):
    data = os.urandom(5 << 20)
    assert target.write_new(tmp_path, "a", ".pdf", [data]).read_bytes() == data


def test_nothing_is_overwritten(target, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"old")
    second = target.write_new(tmp_path, "a", ".txt", [b"2"])
    third = target.write_new(tmp_path, "a", ".txt", [b"3"])
    assert (second.name, third.name) == ("a (2).txt", "a (3).txt")
    assert (tmp_path / "a.txt").read_bytes() == b"old"


def test_a_link_into_nowhere_is_a_name_that_is_taken(target, tmp_path):
    (tmp_path / "a.txt").symlink_to(tmp_path / "elsewhere")
    assert target.write_new(tmp_path, "a", ".txt", [b"x"]).name == "a (2).txt"
    assert not (tmp_path / "elsewhere").exists()


def test_two_at_once_never_get_one_name(target, tmp_path):
    def write(data: bytes) -> None:
        for _ in range(10):
            target.write_new(tmp_path, "a", ".txt", [data])

    threads = [threading.Thread(target=write, args=(bytes([65 + n]) * 9,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    contents = [path.read_bytes() for path in tmp_path.iterdir()]
    assert len(contents) == 40
    assert sorted(contents) == sorted(bytes([65 + n]) * 9 for n in range(4) for _ in range(10))


def test_the_file_gets_the_users_ordinary_permissions(target, tmp_path):
    path = target.write_new(tmp_path, "a", ".txt", [b"x"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    private = FolderTarget().write_new(tmp_path, "b", ".txt", [b"x"])
    assert stat.S_IMODE(private.stat().st_mode) == 0o600


def test_while_it_is_written_nobody_else_may_read_it(target, tmp_path):
    def chunks():
        yield b"a"
        for path in tmp_path.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert "Letter" not in path.name
        yield b"b"

    before = os.umask(0)
    try:
        target.write_new(tmp_path, "Letter", ".txt", chunks())
    finally:
        os.umask(before)


def test_a_source_that_fails_leaves_nothing(target, tmp_path):
    def chunks():
        yield b"half"
        raise InterruptedError("as it came")

    with pytest.raises(InterruptedError, match="as it came"):
        target.write_new(tmp_path, "a", ".txt", chunks())
    assert names(tmp_path) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_disk_that_refuses_leaves_nothing_and_names_nothing(target, tmp_path, monkeypatch, code):
    def full(*_args):
        raise OSError(code, "canary-59", "canary-59")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TargetNotWritable) as met:
        target.write_new(tmp_path, "a", ".txt", [b"x"])
    assert names(tmp_path) == []
    assert met.value.__context__ is None


@needs_root
def test_a_full_disk_leaves_nothing(target, tmp_path):
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        with pytest.raises(TargetNotWritable):
            target.write_new(tmp_path, "a", ".txt", [b"x" * 2_000_000])
        assert names(tmp_path) == []
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_no_folder_no_file(target, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "none", tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(TargetMissing):
            target.write_new(folder, "a", ".txt", [b"x"])


@needs_root
def test_a_folder_that_may_not_be_written_says_so():
    # Nobody, root included, makes files in here.
    with pytest.raises(TargetNotWritable):
        FolderTarget().write_new(Path("/sys/kernel"), "a", ".txt", [b"x"])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has files without a name")
def test_a_kill_while_writing_leaves_nothing_at_all(tmp_path):
    code = (
        "import sys, time; from pathlib import Path\n"
        "from mayfly.export.files import FolderTarget\n"
        "def chunks():\n"
        "    yield b'half of a document'\n"
        "    print('written', flush=True); time.sleep(600); yield b''\n"
        "FolderTarget().write_new(Path(sys.argv[1]), 'a', '.txt', chunks())\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert writer.stdout.readline() == b"written\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    assert names(tmp_path) == []


# --- names -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_name", "cleaned"),
    [
        ("Letter to Anna", "Letter to Anna"),
        ("Ärger", "Ärger"),
        ("A\u0308rger", "Ärger"),
        ("../../etc/passwd", "etc passwd"),
        ("C:\\scan", "C scan"),
        ('what? "now" <a|b>*', "what now a b"),
        (".hidden", "hidden"),
        ("-rf", "rf"),
        ("ends with dot. ", "ends with dot"),
        ("two\nlines\x07", "twolines"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("con", "_con"),
        ("con .report", "_con .report"),
        ("COM\u00b9", "_COM\u00b9"),
        ("conin$", "_conin$"),
        ("LPT1.old", "_LPT1.old"),
        ("", "document"),
        ("...", "document"),
        ("caf\udce9", "caf"),
    ],
)
def test_names_are_cleaned_of_what_file_systems_refuse(given_name, cleaned):
    assert clean_stem(given_name) == cleaned


@given(st.text(max_size=400))
def test_a_cleaned_name_is_short_visible_and_stays_what_it_is(stem):
    name = clean_stem(stem)
    assert 0 < len(name.encode()) <= 131
    assert not set(name) & set('/\\:*?"<>|\0\n')
    assert name[0] not in ".-" and name == name.strip()
    assert clean_stem(name) == name


def test_the_longest_name_is_taken_by_this_file_system(target, tmp_path):
    for _ in range(2):
        target.write_new(tmp_path, "ü" * 300, ".docx", [b"x"])
    assert len(names(tmp_path)) == 2
