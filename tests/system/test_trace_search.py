"""The search for traces finds a canary in every form, on every border, and nothing else."""

from __future__ import annotations

import base64
import gzip
import io
import os
import random
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import psutil
import pytest

from mayfly.domain.canary import Canary, Quarry, new_canary, readings_of, words_of
from mayfly.domain.proof import Place, PlaceNote
from mayfly.system import trace_search
from mayfly.system.canary_forms import Needles
from mayfly.system.paths import paths_in
from mayfly.system.planting import Plant
from mayfly.system.process_traces import search_open_files, search_processes
from mayfly.system.trace_places import Ground, grounds_of
from mayfly.system.trace_search import MachineTraces
from mayfly.system.traces import ByteSearch, Limits, Tally, TraceSearcher, open_files
from tests.waiting import eventually

CANARY = new_canary()
PICTURE = random.Random(1).randbytes(40_000)
WORD = CANARY.words[0]


def quarry(canary: Canary = CANARY) -> Quarry:
    return Quarry(canary.stem, canary.marks, paths=(f"/home/ada/{canary.name}",), images=(PICTURE,))


def searcher() -> TraceSearcher:
    return TraceSearcher(Needles(quarry()))


def hits_in(data: bytes) -> int:
    tally = Tally()
    searcher().memory(data, tally)
    return tally.hits


def zipped(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:t>{text}</w:t>" * 50)
    return out.getvalue()


FORMS = {
    "utf-8": WORD.encode(),
    "title case": WORD.title().encode(),
    "upper case": WORD.upper().encode(),
    "utf-16-le": WORD.encode("utf-16-le"),
    "utf-16-be": WORD.encode("utf-16-be"),
    "upper case in utf-16": WORD.upper().encode("utf-16-le"),
    "utf-32": WORD.encode("utf-32"),
    "hex": WORD.encode().hex().encode(),
    "upper case hex": WORD.encode().hex().upper().encode(),
    "base64 at 0": base64.b64encode(f"say {WORD}".encode()),
    "base64 at 1": base64.b64encode(f"{WORD} more".encode()),
    "base64 at 2": base64.b64encode(f"tell{WORD} more".encode()),
    "base64 of utf-16": base64.b64encode(f"a{WORD}".encode("utf-16-le")),
    "percent": f"file:///home/ada/my%20{CANARY.name}".encode(),
    "zlib": zlib.compress(f"some {WORD} more".encode()),
    "gzip in gzip": gzip.compress(gzip.compress(WORD.encode())),
    "zip": zipped(WORD),
    "cut zlib": zlib.compress(WORD.encode() + random.randbytes(9_000))[:4_000],
    "the head of the document": CANARY.document[:100],
    "the tail of the document": CANARY.document[-320:-100],
    "a piece of the picture": PICTURE[9_000:20_000],
}


def hits_in_pieces(data: bytes, piece_bytes: int) -> int:
    search = ByteSearch(Needles(quarry()))
    for start in range(0, len(data), piece_bytes):
        search.feed(data[start : start + piece_bytes])
    return search.hits


@pytest.mark.parametrize("form", FORMS)
def test_a_trace_is_found_in_every_form_across_every_border(form: str) -> None:
    trace, noise = FORMS[form], random.randbytes(6_000)
    assert hits_in(noise + trace + noise) >= 1
    step = max(1, len(trace) // 40)
    for place in range(3_000 - len(trace) % 3_000 - 1, 3_002, step):
        hidden = noise[:place] + trace + noise[place:]
        assert hits_in_pieces(hidden, 3_000) >= 1, place


def test_a_trace_is_counted_once_however_it_is_cut() -> None:
    for piece_bytes in (1, 2, 3, 7, 13, 40, 200):
        assert hits_in_pieces(bytes(90) + WORD.encode() + bytes(99), piece_bytes) == 1
        packed = zlib.compress(f"some {WORD} more".encode())
        assert hits_in_pieces(bytes(90) + packed + bytes(99), piece_bytes) == 1


def test_what_lies_between_empty_space_is_found() -> None:
    for form in ("utf-8", "utf-16-be", "utf-32", "zlib"):
        hidden = bytes(9_000) + FORMS[form] + bytes(9_000)
        for piece_bytes in (100, 999, 3_000, 9_001):
            assert hits_in_pieces(hidden, piece_bytes) >= 1


def test_a_damaged_stream_shows_what_came_before_the_damage() -> None:
    packed = zlib.compress(WORD.encode() + random.randbytes(9_000))
    assert hits_in(packed[:4_000] + random.randbytes(90_000)) >= 1


def test_nothing_is_found_where_nothing_is() -> None:
    other = new_canary()
    assert hits_in(random.randbytes(4 << 20) + other.document) == 0


def test_a_canary_is_read_back_word_by_word() -> None:
    said = " ".join(CANARY.words)
    assert words_of(CANARY, said) == len(CANARY.words)
    assert words_of(CANARY, said.replace(CANARY.words[1], "misread")) == len(CANARY.words) - 1
    assert readings_of(CANARY, f"{said} misreading it") == ("misreading",)
    assert CANARY.stem not in repr(CANARY)
    assert len({new_canary().stem for _ in range(50)}) == 50


def test_misread_words_are_looked_for_as_they_were_read() -> None:
    tally = Tally()
    misread = TraceSearcher(Needles(Quarry(CANARY.stem, readings=("nisreading",))))
    misread.memory("Nisreading".encode("utf-16-le"), tally)
    assert tally.hits == 1


# --- files -------------------------------------------------------------------------------


def search_below(folder: Path, **limits) -> Tally:
    tally = Tally()
    searcher().path(folder, tally, Limits(**limits))
    return tally


def test_names_links_and_attributes_are_searched(tmp_path: Path) -> None:
    (tmp_path / f"{WORD}.txt").touch()
    (tmp_path / "link").symlink_to(f"/nowhere/{WORD}")
    (tmp_path / WORD).mkdir()
    assert search_below(tmp_path).hits == 3
    file = tmp_path / "file"
    file.touch()
    try:
        os.setxattr(file, "user.xdg.origin.url", WORD.encode())
    except OSError:
        pytest.skip("no extended attributes here; names and links were found")
    assert search_below(tmp_path).hits == 4


def test_a_thumbnail_is_known_by_its_name(tmp_path: Path) -> None:
    import hashlib

    address = f"file:///home/ada/{CANARY.name}".encode()
    (tmp_path / f"{hashlib.md5(address).hexdigest()}.png").touch()
    assert search_below(tmp_path).hits == 1


def test_of_others_places_only_what_changed_since_is_read(tmp_path: Path) -> None:
    (tmp_path / "old").write_text(WORD)
    time.sleep(0.02)
    (tmp_path / "mark").touch()
    since = (tmp_path / "mark").stat().st_ctime
    assert search_below(tmp_path, changed_since=since).hits == 0
    # And: a program that sets the time back hides nothing.
    (tmp_path / "new").write_text(WORD)
    os.utime(tmp_path / "new", (1, 1))
    assert search_below(tmp_path, changed_since=since).hits == 1


def test_what_belongs_to_another_place_is_left_to_it(tmp_path: Path) -> None:
    (tmp_path / "apart").mkdir()
    (tmp_path / "apart" / "file").write_text(WORD)
    assert search_below(tmp_path, apart_from=frozenset({tmp_path / "apart"})).hits == 0
    assert search_below(tmp_path).hits == 1


def test_an_open_file_is_read_through_its_own_descriptor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given: a database file as SQLite holds it
    path = tmp_path / "vault.db"
    path.write_text(WORD)
    with path.open("rb") as held:
        assert held.fileno() in open_files().values()
        opened = []
        real = os.open
        monkeypatch.setattr(os, "open", lambda *a, **k: opened.append(a[0]) or real(*a, **k))
        # When and then: it is searched, and not opened: closing it would drop SQLite's locks
        assert search_below(tmp_path).hits == 1
        assert path not in opened


def test_what_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()

    def refuse(*_args, **_kinds):
        raise PermissionError

    monkeypatch.setattr(os, "open", refuse)
    assert search_below(tmp_path).unreadable == 1


def open_file_hits() -> int:
    tally = Tally()
    search_open_files(searcher(), tally)
    return tally.hits


def test_a_deleted_file_is_read_though_it_is_open_for_writing_only(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "file", os.O_WRONLY | os.O_CREAT)
    try:
        os.write(descriptor, WORD.encode())
        # With a name it is found by that, at its own place; to open it here could drop its locks.
        assert open_file_hits() == 0
        (tmp_path / "file").unlink()
        assert open_file_hits() == 1
    finally:
        os.close(descriptor)


def test_an_open_file_is_known_by_its_name(tmp_path: Path) -> None:
    with (tmp_path / WORD).open("wb"):
        assert open_file_hits() == 1


def test_the_environment_of_other_processes_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    def hits() -> int:
        tally = Tally()
        search_processes(searcher(), tally)
        return tally.hits

    assert hits() == 0
    waits = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, env={"LAST": WORD}) as process:
        found = eventually(hits)
        process.kill()
    assert found == 1
    # And: other users' are not looked at
    monkeypatch.setattr(psutil.Process, "username", lambda self: str(self.pid))
    assert hits() == 0


def test_where_no_open_files_are_shown_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace_search, "HAS_OPEN_FILES", False)
    scans = MachineTraces(()).search(quarry(), since=0.0, clipboard=None, goes_on=lambda: True)
    (files,) = [scan for scan in scans if scan.place is Place.OPEN_FILES]
    assert (files.searched, files.note) == (False, PlaceNote.NOT_ON_THIS_SYSTEM)


def test_what_holds_a_canary_does_not_show_it() -> None:
    assert repr(Needles(quarry())) == "<needles>"
    assert repr(Plant(CANARY)) == "<plant>"
    assert CANARY.stem not in repr(quarry())


# --- the whole machine -------------------------------------------------------------------


def test_the_search_finds_what_is_planted_in_each_place(tmp_path: Path) -> None:
    traces = MachineTraces(grounds_of(paths_in(tmp_path / "home")))
    scans = traces.test_itself(new_canary(), tmp_path, goes_on=lambda: True)
    assert [scan.place for scan in scans] == list(Place)
    assert {scan.place for scan in scans if scan.hits == 0} == set()
    assert not list(Path("/tmp").glob("mayfly-*" + WORD))


@pytest.mark.parametrize("place", [place for place in Place if place not in ("clipboard",)])
def test_a_blind_place_is_found_out(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the search of one place taken away, that place has no hit."""
    real = TraceSearcher.path
    grounds = grounds_of(paths_in(tmp_path / "home"))

    def path(self, path, tally, limits):
        if path.name != blind_name:
            real(self, path, tally, limits)

    mine = next((ground for ground in grounds if ground.place is place), None)
    blind_name = mine.moved(tmp_path).paths[0].name if mine else ""
    monkeypatch.setattr(TraceSearcher, "path", path)
    if place is Place.TEMPORARY:
        monkeypatch.setattr(trace_search.tempfile, "gettempdir", lambda: str(tmp_path))
        monkeypatch.setattr(
            trace_search, "_search_plants", lambda s, g: trace_search._scan_of(g.place, Tally())
        )
    monkeypatch.setattr(trace_search, "search_open_files", lambda *_: None)
    monkeypatch.setattr(trace_search, "search_processes", lambda *_: None)
    scans = MachineTraces(grounds).test_itself(new_canary(), tmp_path, goes_on=lambda: True)
    assert place in {scan.place for scan in scans if scan.hits == 0}


def test_a_place_that_is_not_there_is_not_counted_as_searched(tmp_path: Path) -> None:
    ground = Ground(Place.CACHE, (tmp_path / "nothing",))
    cache, clipboard, *_ = MachineTraces((ground,)).search(
        quarry(), since=0.0, clipboard=None, goes_on=lambda: True
    )
    assert (cache.searched, cache.note) == (False, PlaceNote.NOT_HERE)
    assert (clipboard.searched, clipboard.note) == (False, PlaceNote.NO_CLIPBOARD)


def test_a_search_that_is_ended_stops(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(WORD)
    ground = Ground(Place.CACHE, (tmp_path,))
    cache, *_ = MachineTraces((ground,)).search(
        quarry(), since=0.0, clipboard=None, goes_on=lambda: False
    )
    assert cache.hits == 0
