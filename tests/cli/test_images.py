"""“mayfly images”: listing and saving what was found in a document."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Program, with_cheap_vault
from tests.cli.papers import CAPTION, write_album


@dataclass(frozen=True)
class Cabinet:
    """A vault with one document: a JPEG on its first page, a PNG on its second."""

    program: Program
    job: str
    jpeg: bytes


@pytest.fixture(scope="module")
def cabinet(tmp_path_factory: pytest.TempPathFactory) -> Cabinet:
    folder = tmp_path_factory.mktemp("cabinet")
    program = with_cheap_vault(folder)
    jpeg = write_album(folder / "album.pdf")
    added = program.run("add", folder / "album.pdf", "--wait", "--json")
    assert added.status == 0
    return Cabinet(program, added.json[0]["job"], jpeg)


def test_the_pictures_are_listed_for_people_and_for_scripts(cabinet: Cabinet) -> None:
    listed = cabinet.program.run("images", cabinet.job[:8])
    first, second = cabinet.program.run("images", cabinet.job[:8], "--json").json

    assert listed.status == 0
    head, *lines = listed.out.splitlines()
    assert head.split() == ["IMAGE", "KIND", "PIXELS", "TYPE", "BYTES", "CAPTION"]
    assert [line.split()[0] for line in lines] == ["1-1", "2-1"]
    assert first.pop("kind")
    assert first == {
        "image": "1-1",
        "page": 1,
        "box": [300, 2083, 625, 417],
        "width": 300,
        "height": 200,
        "type": "image/jpeg",
        "bytes": len(cabinet.jpeg),
        "alternative": CAPTION,
    }
    assert (second["image"], second["type"]) == ("2-1", "image/png")
    assert second["alternative"] is None
    assert [line.endswith(CAPTION) for line in lines] == [True, False]


def test_pictures_are_saved_singly_or_all(cabinet: Cabinet, tmp_path: Path) -> None:
    one = cabinet.program.run("images", cabinet.job, "--save", "1-1", "--out", tmp_path)
    both = cabinet.program.run("images", cabinet.job, "--save", "all", "--out", tmp_path, "--json")

    assert one.status == both.status == 0
    assert one.out.splitlines() == [str(tmp_path / "album page-1-image-1.jpg")]
    assert [Path(saved["file"]).name for saved in both.json] == [
        "album page-1-image-1 (2).jpg",
        "album page-2-image-1.png",
    ]
    first = tmp_path / "album page-1-image-1.jpg"
    assert first.read_bytes() == cabinet.jpeg
    first.write_text("mine")
    wanted = ("--save", "1-1", "--out", tmp_path, "--replace")
    assert cabinet.program.run("images", cabinet.job, *wanted).out == f"{first}\n"
    assert first.read_bytes() == cabinet.jpeg


def test_what_is_not_there_is_said_and_holds_up_no_other(cabinet: Cabinet, tmp_path: Path) -> None:
    wanted = ("--save", "1-7,2-1", "--out", tmp_path)
    ended = cabinet.program.run("images", cabinet.job, *wanted, "--json")

    assert ended.status == 7
    assert [(one["image"], one["error"] and one["error"]["code"]) for one in ended.json] == [
        ("1-7", "no_such_image"),
        ("2-1", None),
    ]
    assert "picture 1-7" in ended.err


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("--save", "all"), 2),
        (("--out", "."), 2),
        (("--save", "1", "--out", "."), 2),
        (("--save", "0-1", "--out", "."), 2),
        (("--save", "all", "--out", "nowhere"), 3),
    ],
)
def test_wrong_wishes_are_refused(cabinet: Cabinet, words: tuple[str, ...], status: int) -> None:
    assert cabinet.program.run("images", cabinet.job, *words).status == status


def test_pictures_go_with_their_page_and_with_the_source(cabinet: Cabinet) -> None:
    run = cabinet.program.run
    assert run("delete", cabinet.job, "--images", "--page", "1").status == 0
    assert [one["image"] for one in run("images", cabinet.job, "--json").json] == ["2-1"]

    assert run("delete", cabinet.job, "--source").status == 0

    gone = run("images", cabinet.job, "--json")
    assert (gone.status, gone.json["error"]["code"]) == (3, "source_gone")
