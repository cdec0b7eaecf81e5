"""What nobody should find in Mayfly's folders, and that it is noticed there."""

from __future__ import annotations

import logging
import os
import sys
import time

import pytest

from mayfly.engine import scratch as scratch_module
from mayfly.engine.scratch import count_left, make_scratch
from mayfly.system.logs import start_logging
from mayfly.system.own_files import look_at_files
from mayfly.system.paths import make_folders, paths_in


@pytest.fixture
def paths(tmp_path, monkeypatch, private_umask):
    for variable, name in (("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "share")):
        monkeypatch.setenv(variable, str(tmp_path / "user" / name))
        (tmp_path / "user" / name).mkdir(parents=True)
    paths = paths_in(tmp_path / "home")
    make_folders(paths)
    for file in (paths.database, paths.shard, paths.settings):
        file.write_bytes(b"x")
    return paths


def look(paths):
    return look_at_files(paths, left=0)


def test_folders_as_mayfly_makes_them(paths):
    seen = look(paths)
    assert seen.looked == 7
    assert (seen.wide, seen.settings_left, seen.odd_log_lines) == ((), (), 0)
    assert not seen.noted_recent


@pytest.mark.skipif(sys.platform == "win32", reason="modes say nothing there")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610])
def test_a_file_that_others_may_open_is_named(paths, mode):
    paths.shard.chmod(mode)
    assert look(paths).wide == (f"{paths.shard} ({mode:o})",)


@pytest.mark.skipif(sys.platform == "win32", reason="modes say nothing there")
def test_a_folder_that_others_may_enter_is_named_however_deep(paths):
    deep = paths.data / "scratch" / "deep"
    deep.mkdir(parents=True)
    deep.chmod(0o755)
    assert look(paths).wide == (f"{deep} (755)",)


def test_language_data_may_be_read_by_all(paths):
    paths.tessdata.mkdir()
    paths.user_tessdata.mkdir()
    for folder in (paths.tessdata, paths.user_tessdata):
        (folder / "eng.traineddata").touch()
        (folder / "eng.traineddata").chmod(0o644)
    assert look(paths).wide == ()


def test_settings_of_qt_are_named(paths, tmp_path):
    mine = paths.config / "QtProject.conf"
    usual = tmp_path / "user" / "config" / "mayfly.conf"
    other = tmp_path / "user" / "config" / "QtProject.conf"
    for file in (mine, usual, other):
        file.touch()
    assert look(paths).settings_left == (str(mine), str(usual))


def test_a_document_in_the_list_of_recent_files_is_noticed(paths, tmp_path):
    recent = tmp_path / "user" / "share" / "recently-used.xbel"
    recent.write_text('<bookmark:application name="gedit" exec="x"/>')
    assert not look(paths).noted_recent
    recent.write_text('<bookmark:application name="mayfly" exec="x"/>')
    assert look(paths).noted_recent


def test_the_log_that_mayfly_writes_is_in_its_form_and_anything_else_is_not(paths):
    handlers = logging.getLogger().handlers[:]
    start_logging(paths.log)
    try:
        log = logging.getLogger("mayfly.services.queue")
        log.warning("%d processes of a reader have not ended", 3)
        try:
            raise ValueError("letter.pdf")
        except ValueError:
            log.exception("failed")
        logging.getLogger("elsewhere").error("letter.pdf")
    finally:
        start_logging(None)
        logging.getLogger().handlers[:] = handlers
    assert len(paths.log.read_text().splitlines()) == 4
    assert look(paths).odd_log_lines == 0
    with paths.log.open("a") as file:
        file.write("print: letter.pdf\n")
    assert look(paths).odd_log_lines == 1


@pytest.mark.skipif(sys.platform == "win32", reason="folders are locked otherwise there")
@pytest.mark.parametrize(
    ("holds", "is_old", "has_owner", "counted"),
    [
        (True, True, False, 1),
        (True, True, True, 0),
        (True, False, False, 0),
        (False, True, False, 0),
    ],
)
def test_folders_of_dead_readers_are_counted_and_stay(
    tmp_path, monkeypatch, holds, is_old, has_owner, counted
):
    monkeypatch.setattr(scratch_module, "MEMORY", tmp_path / "no memory")
    scratch = make_scratch(tmp_path)
    if holds:
        (scratch.folder / "page").touch()
    if is_old:
        long_ago = time.time() - 3_600
        os.utime(scratch.folder, (long_ago, long_ago))
    if not has_owner:
        # As the system does when the owner dies.
        os.close(scratch._lock_fd)
        scratch._lock_fd = None
    assert count_left(tmp_path) == counted
    assert scratch.folder.is_dir()
    scratch.discard()
