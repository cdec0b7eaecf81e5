"""What is dropped is found in order, read whole, and refused with the right words."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from mayfly.domain.document_errors import (
    FileChanged,
    FileEmpty,
    FileMissing,
    FileTooLarge,
    FileUnreadable,
    IsAFolder,
    NotAFile,
)
from mayfly.domain.limits import Limits
from mayfly.system.files import CHUNK_BYTES, LocalFiles, PastedSource

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="gives up root to be refused"
)


@pytest.fixture
def files() -> LocalFiles:
    return LocalFiles(Limits())


def make(path: Path, data: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def listed(files: LocalFiles, *paths: Path) -> list[tuple[str, bool]]:
    return [(found.path.name, found.is_document) for found in files.listing(paths)]


# --- listing ---------------------------------------------------------------------------


def test_named_paths_keep_their_order_and_are_documents_whatever_their_suffix(files, tmp_path):
    scan, notes = make(tmp_path / "scan"), make(tmp_path / "notes.xyz")
    assert listed(files, notes, scan) == [("notes.xyz", True), ("scan", True)]


def test_a_path_that_is_not_there_is_listed_so_that_opening_it_says_so(files, tmp_path):
    assert listed(files, tmp_path / "gone.pdf") == [("gone.pdf", True)]


def test_a_folder_gives_its_files_in_the_order_people_count(files, tmp_path):
    for name in ("page10.png", "page2.png", "Page1.png", "b.pdf", "A.pdf"):
        make(tmp_path / name)
    names = [name for name, _ in listed(files, tmp_path)]
    assert names == ["A.pdf", "b.pdf", "Page1.png", "page2.png", "page10.png"]


def test_a_folders_own_files_come_before_its_subfolders(files, tmp_path):
    make(tmp_path / "a" / "deep" / "3.png")
    make(tmp_path / "a" / "2.png")
    make(tmp_path / "b" / "4.png")
    make(tmp_path / "z.png")
    assert [name for name, _ in listed(files, tmp_path)] == ["z.png", "2.png", "3.png", "4.png"]


def test_files_of_other_kinds_are_told_apart_by_their_suffix(files, tmp_path):
    for name in ("a.PDF", "b.jpeg", "c.txt", "d", "e.HEIC"):
        make(tmp_path / name)
    assert listed(files, tmp_path) == [
        ("a.PDF", True),
        ("b.jpeg", True),
        ("c.txt", False),
        ("d", False),
        ("e.HEIC", True),
    ]


def test_hidden_entries_are_passed_over(files, tmp_path):
    make(tmp_path / ".hidden.png")
    make(tmp_path / ".cache" / "thumb.png")
    make(tmp_path / "seen.png")
    assert listed(files, tmp_path) == [("seen.png", True)]


def test_links_inside_a_folder_are_not_followed(files, tmp_path):
    outside = make(tmp_path / "outside" / "secret.png").parent
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "folder").symlink_to(outside)
    (inside / "file.png").symlink_to(outside / "secret.png")
    (inside / "round").symlink_to(inside)
    assert all(not is_document for _, is_document in listed(files, inside))


def test_a_link_that_was_named_itself_is_followed(files, tmp_path):
    folder = make(tmp_path / "real" / "a.png").parent
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert listed(files, link) == [("a.png", True)]


def test_a_pipe_in_a_folder_is_no_document(files, tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    assert listed(files, tmp_path) == [("pipe.png", False)]


def test_listing_is_lazy_so_that_a_huge_folder_freezes_nothing(files, tmp_path):
    make(tmp_path / "a" / "1.png")
    make(tmp_path / "b" / "2.png")
    listing = files.listing([tmp_path])
    assert next(listing).path.name == "1.png"
    (tmp_path / "b" / "2.png").unlink()
    assert list(listing) == []


@needs_root
def test_a_folder_that_cannot_be_listed_is_not_passed_over_in_silence(tmp_path):
    tmp_path.chmod(0o755)
    make(tmp_path / "closed" / "a.png")
    (tmp_path / "closed").chmod(0o000)
    code = (
        "import sys; from pathlib import Path\n"
        "from mayfly.domain.document_errors import FileUnreadable\n"
        "from mayfly.domain.limits import Limits\n"
        "from mayfly.system.files import LocalFiles\n"
        "import os; os.setuid(65534)\n"
        "files = LocalFiles(Limits()); found = list(files.listing([Path(sys.argv[1])]))\n"
        "assert [one.is_document for one in found] == [True], found\n"
        "try: files.open(found[0].path)\n"
        "except FileUnreadable: sys.exit(0)\n"
        "sys.exit(1)\n"
    )
    # Below a folder that nobody else can enter: pytest's own is private.
    open_place = Path("/tmp") / f"mayfly-test-{os.getpid()}"
    (tmp_path / "closed").rename(open_place)
    try:
        done = subprocess.run([sys.executable, "-c", code, str(open_place)], check=False)
    finally:
        open_place.chmod(0o700)
        (open_place / "a.png").unlink()
        open_place.rmdir()
    assert done.returncode == 0


# --- opening ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_every_byte_comes_back_in_chunks_of_at_most_a_mebibyte(files, tmp_path, size):
    data = os.urandom(size)
    source = files.open(make(tmp_path / "scan.png", data))

    chunks = list(source.chunks())

    assert b"".join(chunks) == data
    assert max(map(len, chunks)) <= CHUNK_BYTES
    assert (source.name, source.path) == ("scan.png", str(tmp_path / "scan.png"))


def test_a_missing_file_and_a_link_into_nowhere(files, tmp_path):
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("missing", "dangling", "loop", "missing/below", "n" * 300, "nul\0byte"):
        with pytest.raises(FileMissing):
            files.open(tmp_path / name)


def test_a_folder_is_not_a_document(files, tmp_path):
    with pytest.raises(IsAFolder):
        files.open(tmp_path)


def test_an_empty_file_says_so(files, tmp_path):
    with pytest.raises(FileEmpty):
        files.open(make(tmp_path / "empty.pdf", b""))


def test_a_pipe_that_nobody_writes_to_does_not_hang(files, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    answers = []

    def try_it() -> None:
        with pytest.raises(NotAFile):
            files.open(tmp_path / "pipe")
        answers.append(True)

    thread = threading.Thread(target=try_it, daemon=True)
    thread.start()
    thread.join(timeout=20)
    assert answers == [True]


def test_devices_and_sockets_are_no_documents(files, tmp_path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        for path in (Path("/dev/null"), Path("/dev/zero"), tmp_path / "s"):
            with pytest.raises(NotAFile):
                files.open(path)


def test_a_file_above_the_limit_is_refused_before_it_is_read(tmp_path):
    files = LocalFiles(replace(Limits(), source_bytes=10))
    assert files.open(make(tmp_path / "ten", b"x" * 10))
    with pytest.raises(FileTooLarge):
        files.open(make(tmp_path / "eleven", b"x" * 11))


def test_a_file_that_grows_while_it_is_read_is_refused(files, tmp_path):
    path = make(tmp_path / "growing.png", b"x" * (CHUNK_BYTES + 5))
    chunks = files.open(path).chunks()
    next(chunks)
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(FileChanged):
        list(chunks)


def test_a_file_that_is_cut_short_while_it_is_read_is_refused(files, tmp_path):
    path = make(tmp_path / "shrinking.png", b"x" * (2 * CHUNK_BYTES))
    chunks = files.open(path).chunks()
    next(chunks)
    os.truncate(path, CHUNK_BYTES)
    with pytest.raises(FileChanged):
        list(chunks)


def test_a_file_that_is_rewritten_in_place_while_it_is_read_is_refused(files, tmp_path):
    path = make(tmp_path / "same-size.png", b"x" * (2 * CHUNK_BYTES))
    chunks = files.open(path).chunks()
    next(chunks)
    with path.open("r+b") as file:
        file.write(b"y" * 10)
    os.utime(path, ns=(1, 1))
    with pytest.raises(FileChanged):
        list(chunks)


def test_a_file_that_was_replaced_after_it_was_opened_is_refused(files, tmp_path):
    path = make(tmp_path / "swapped.png", b"first")
    source = files.open(path)
    make(tmp_path / "other", b"second one").replace(path)
    with pytest.raises(FileChanged):
        list(source.chunks())


def test_a_file_that_went_after_it_was_opened_is_missing(files, tmp_path):
    path = make(tmp_path / "gone.png")
    source = files.open(path)
    path.unlink()
    with pytest.raises(FileMissing):
        list(source.chunks())


def test_a_read_error_of_the_disk_is_unreadable(files):
    # The one file of Linux that opens, says it is ordinary and then refuses to be read.
    path = Path("/proc/self/mem")
    if not path.exists():
        pytest.skip("no /proc")
    from mayfly.system import files as module

    fd = os.open(path, os.O_RDONLY)
    try:
        with pytest.raises(FileUnreadable) as met:
            module._read(fd)
    finally:
        os.close(fd)
    assert met.value.__context__ is None


def test_no_path_hangs_on_an_error(files, tmp_path):
    with pytest.raises(FileMissing) as met:
        files.open(tmp_path / "canary-55.pdf")
    assert met.value.__context__ is None and met.value.__cause__ is None


def test_no_name_shows_in_a_repr(files, tmp_path):
    source = files.open(make(tmp_path / "canary-56.pdf"))
    pasted = PastedSource("canary-56", b"canary-56", Limits())
    assert "canary-56" not in repr(source) + repr(pasted)


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_nothing_stays_open(files, tmp_path):
    path = make(tmp_path / "a.png", b"x" * 100)
    before = open_descriptors()
    source = files.open(path)
    assert open_descriptors() == before
    list(source.chunks())
    assert open_descriptors() == before


def test_a_name_that_is_no_text_becomes_one(files, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    source = files.open(make(path))
    assert source.name == "caf\N{REPLACEMENT CHARACTER}.png"
    source.path.encode()
    assert list(source.chunks()) == [b"x"]


# --- pasted ----------------------------------------------------------------------------


def test_pasted_bytes_are_a_document_without_a_place():
    data = os.urandom(CHUNK_BYTES + 7)
    source = PastedSource("Pasted picture", data, Limits())
    assert b"".join(source.chunks()) == data
    assert (source.name, source.path) == ("Pasted picture", None)


def test_pasted_bytes_have_limits_too():
    with pytest.raises(FileEmpty):
        PastedSource("nothing", b"", Limits())
    with pytest.raises(FileTooLarge):
        PastedSource("much", b"xx", replace(Limits(), source_bytes=1))
