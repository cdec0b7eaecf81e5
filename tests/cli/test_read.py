"""“mayfly read”: the text on standard output, and nothing kept anywhere."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Program, ended, tree_of
from tests.cli.papers import PAGES, PDF_PASSWORD, write_half_readable, write_pdf, write_picture

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers")
    write_pdf(folder / "letter.pdf")
    write_pdf(folder / "locked.pdf", password=PDF_PASSWORD)
    write_picture(folder / "picture.png")
    return folder


def test_prints_the_text_and_leaves_nothing_behind(bare: Program, papers: Path) -> None:
    before = tree_of(bare.folder)
    process = bare.start("read", papers / "picture.png")

    answer = ended(process)

    assert answer.status == 0, answer.err
    assert "balance of 1482 pounds" in answer.out
    assert answer.err == ""
    assert tree_of(bare.folder) - before <= {"tmp"}
    assert tree_of(bare.folder / "tmp") == set()
    # Workers' folders carry the number of the process that made them.
    assert not list(MEMORY.glob(f"mayfly-*-{process.pid}-*"))


def test_pages_are_parted_by_a_form_feed(bare: Program, papers: Path) -> None:
    answer = bare.run("read", papers / "letter.pdf")

    first, second = answer.out.split("\f")
    assert PAGES[0] in first.replace("\n", " ")
    assert PAGES[1] in second.replace("\n", " ")
    assert answer.status == 0


def test_one_page_as_json(bare: Program, papers: Path) -> None:
    answer = bare.run("read", papers / "letter.pdf", "--page", "2", "--json")

    (page,) = answer.json["pages"]
    assert answer.json["job"] is None
    assert page["number"] == 2
    assert page["origin"] == "text_layer"
    assert {"text", "left", "top", "width", "height", "confidence"} <= set(page["words"][0])


def test_recognises_anyway_when_told_so(bare: Program, papers: Path) -> None:
    words = ("read", papers / "letter.pdf", "--page", "1", "--recognise-anyway", "--json")

    answer = bare.run(*words)

    assert answer.json["pages"][0]["origin"] == "recognised"


@pytest.mark.parametrize(
    ("name", "code", "status"),
    [
        ("missing.pdf", "file_missing", 3),
        (".", "is_a_folder", 3),
        ("locked.pdf", "password_needed", 6),
    ],
)
def test_what_cannot_be_read_says_why_on_both_streams(
    bare: Program, papers: Path, name: str, code: str, status: int
) -> None:
    answer = bare.run("read", papers / name, "--json")

    assert answer.status == status
    assert set(answer.json) == {"error"}
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["remedy"]
    assert answer.json["error"]["text"] in answer.err


def test_a_page_beyond_the_last_is_named(bare: Program, papers: Path) -> None:
    answer = bare.run("read", papers / "letter.pdf", "--page", "3")

    assert (answer.status, answer.out) == (4, "")
    assert "no page of that number" in answer.err


def test_a_language_that_is_not_there_is_said_at_once(bare: Program, papers: Path) -> None:
    answer = bare.run("read", papers / "letter.pdf", "--lang", "eng+tlh")

    assert (answer.status, answer.out) == (3, "")
    assert "not installed" in answer.err


def test_password_comes_from_a_file(bare: Program, papers: Path) -> None:
    (bare.folder / "password").write_text(f"{PDF_PASSWORD}\nanother line\n")

    answer = bare.run("read", papers / "locked.pdf", "--password-file", "password")

    assert answer.status == 0, answer.err
    assert "harbour office" in answer.out


def test_password_comes_from_a_descriptor(bare: Program, papers: Path, secret_descriptor) -> None:
    fd = secret_descriptor([PDF_PASSWORD])

    words = ("read", papers / "locked.pdf", "--password-fd", str(fd))
    answer = bare.run(*words, pass_fds=(fd,))
    os.close(fd)

    assert answer.status == 0, answer.err
    assert "harbour office" in answer.out


def test_a_wrong_password_is_6(bare: Program, papers: Path) -> None:
    (bare.folder / "password").write_text("close sesame\n")

    answer = bare.run("read", papers / "locked.pdf", "--password-file", "password")

    assert (answer.status, answer.out) == (6, "")


def test_a_reader_of_the_pipe_that_leaves_ends_it_quietly(bare: Program, papers: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)

    process = bare.start("read", papers / "letter.pdf", stdout=write_end)
    os.close(write_end)
    answer = ended(process)

    assert answer.status == 141
    assert answer.err == ""


def test_standard_error_is_empty_even_where_it_is_a_file(bare: Program, papers: Path) -> None:
    log = bare.folder / "err"
    with log.open("wb") as err:
        answer = bare.run("read", papers / "letter.pdf", stderr=err)

    assert answer.status == 0
    assert log.read_bytes() == b""


@pytest.mark.corpus
def test_reads_a_real_scan(bare: Program, corpus) -> None:
    document = next(
        one
        for one in corpus.of_kind("ocr")
        if one.language == "eng" and "text" in one.entry["truth"]
    )

    answer = bare.run("read", document.path)

    truth = {word for word in document.truth_text().split() if len(word) > 4}
    found = truth & set(answer.out.split())
    assert len(found) > len(truth) * 0.8


def test_a_closed_standard_error_does_no_harm(bare: Program, papers: Path) -> None:
    words = " ".join(f"'{word}'" for word in bare.command("read", papers / "missing.pdf"))

    answer = subprocess.run(
        ["sh", "-c", f"{words} 2>&-"],
        check=False,
        env=bare.environment,
        capture_output=True,
        timeout=60,
    )

    assert (answer.returncode, answer.stdout) == (3, b"")


def test_some_pages_failed_is_7_and_the_others_are_printed(bare: Program, papers: Path) -> None:
    answer = bare.run("read", write_half_readable(papers / "half.tif"))

    assert answer.status == 7
    assert "balance of 1482 pounds" in answer.out
    assert "page 2: The page has more pixels" in answer.err


def test_every_page_failed_is_3_with_the_reason(bare: Program, papers: Path) -> None:
    document = write_half_readable(papers / "half.tif")

    answer = bare.run("read", document, "--page", "2", "--json")

    assert answer.status == 3
    assert answer.json["error"]["code"] == "page_too_large"
