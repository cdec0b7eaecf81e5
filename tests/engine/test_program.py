"""Which tesseract is used, and where its language data comes from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from engine_documents import encoded, page_picture, read_first, text_of

from mayfly.domain.document_errors import LanguageMissing, RecogniserMissing
from mayfly.engine.language_data import join_language_data, languages_in
from mayfly.engine.tesseract_program import ask_version, bundled_program, find_program

SYSTEM = Path("/usr/bin/tesseract")


def fill(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(name.encode())
    return folder


def test_the_users_setting_comes_first_and_is_never_passed_over(tmp_path):
    with pytest.raises(RecogniserMissing):
        find_program(tmp_path / "tesseract")
    own = tmp_path / "tesseract"
    own.symlink_to("/bin/true")

    assert find_program(own) == own.resolve()


def test_the_bundled_program_comes_before_the_systems():
    assert find_program(None) == bundled_program()


def test_the_systems_program_is_found_without_the_bundled_one(tmp_path, monkeypatch):
    monkeypatch.setattr("mayfly.engine.tesseract_program.bundled_program", lambda: None)
    own = tmp_path / "tesseract"
    own.write_text("#!/bin/sh\necho tesseract 9.9.9\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_program(None) == own
    assert ask_version(own) == "9.9.9"

    own.unlink()
    with pytest.raises(RecogniserMissing):
        find_program(None)


def test_a_program_that_is_no_tesseract_is_missing():
    with pytest.raises(RecogniserMissing):
        ask_version(Path("/bin/true"))


def test_the_engine_says_what_it_is(engine):
    info = engine.describe()

    assert info.engine == "Tesseract"
    assert info.version[0].isdigit()
    assert {"eng", "deu"} <= set(info.languages)
    assert "osd" not in info.languages
    assert info.scratch_in_memory == os.access("/dev/shm", os.W_OK)


def test_missing_languages_are_told_before_a_job_starts(engine):
    engine.check_languages(["eng"])
    engine.check_languages(["eng", "deu"])

    with pytest.raises(LanguageMissing):
        engine.check_languages(["eng", "tlh"])
    with pytest.raises(LanguageMissing):
        engine.check_languages([])
    with pytest.raises(LanguageMissing):
        engine.check_languages(["osd"])


@pytest.mark.skipif(not SYSTEM.exists(), reason="the system has no tesseract of its own")
def test_the_systems_tesseract_reads_from_inside_the_lock(make_engine):
    reader = make_engine(program=SYSTEM).start_reader()
    try:
        reading = read_first(reader, encoded(page_picture(), "PNG"))
    finally:
        reader.kill()

    assert "treasurer" in text_of(reading.result)


def test_language_data_is_joined_and_the_users_own_wins(tmp_path):
    user = fill(tmp_path / "user", "fra.traineddata")
    wheel = fill(tmp_path / "wheel", "eng.traineddata", "fra.traineddata", "pdf.ttf")
    system = fill(tmp_path / "system", "eng.traineddata", "dan.traineddata", "notes.txt")
    joined = tmp_path / "joined"

    join_language_data(joined, [user, wheel, system])

    assert languages_in(joined) == ("dan", "eng", "fra")
    assert (joined / "fra.traineddata").resolve() == user / "fra.traineddata"
    assert (joined / "eng.traineddata").resolve() == wheel / "eng.traineddata"
    assert (joined / "pdf.ttf").exists()
    assert not (joined / "notes.txt").exists()


def test_joined_data_follows_what_comes_and_goes(tmp_path):
    user = fill(tmp_path / "user", "fra.traineddata", "eng.traineddata")
    joined = tmp_path / "joined"
    join_language_data(joined, [user])
    kept = (joined / "eng.traineddata").lstat().st_mtime_ns

    (user / "fra.traineddata").unlink()
    fill(user, "ces.traineddata", "..bad name.traineddata")
    join_language_data(joined, [user])

    assert languages_in(joined) == ("ces", "eng")
    assert (joined / "eng.traineddata").lstat().st_mtime_ns == kept


def test_without_links_language_data_is_copied(tmp_path, monkeypatch):
    user = fill(tmp_path / "user", "fra.traineddata")
    joined = tmp_path / "joined"

    def refuse(*_args: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    join_language_data(joined, [user])
    join_language_data(joined, [user])

    assert (joined / "fra.traineddata").read_bytes() == b"fra.traineddata"
    assert not (joined / "fra.traineddata").is_symlink()
