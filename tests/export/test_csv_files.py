"""CSV that spreadsheets and programs read, and that cannot run in either."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mayfly.domain.export_errors import NoTables
from mayfly.domain.exports import ExportFormat
from mayfly.domain.layout import PageLayout
from mayfly.export.csv_files import WORD_COLUMNS, guarded
from tests.export.samples import Paper, blank_page, sample, text, written

MARK = "\ufeff"
# RFC 4180 as its grammar has it, and an empty line between tables.
FIELD = r'(?:"(?:[^"]|"")*"|[^",\r\n]*)'
GRAMMAR = re.compile(rf"(?:{FIELD}(?:,{FIELD})*\r\n)*")


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def test_tables_stand_below_each_other_with_an_empty_line_between():
    data = written(ExportFormat.CSV)

    assert rows_of(data) == [
        ["Item", "Price", "Note"],
        ["Rope", "-12,50", "'=1+1"],
        ["'+49-30-123", "'@you", "'-x"],
        ["Total", "", ""],
        [],
        ["a", "b"],
        ["c", "d"],
        [],
        ["Ελλάδα", "Київ"],
    ]
    assert data.decode().startswith(MARK)
    assert GRAMMAR.fullmatch(data.decode())


def test_a_document_without_a_table_is_an_error_and_no_file():
    paper = Paper()
    page = text(paper.block("no table"))
    with pytest.raises(NoTables) as raised:
        written(ExportFormat.CSV, [PageLayout(paper.page(), (page,)), blank_page()])
    assert "words" in raised.value.remedy


@pytest.mark.parametrize(
    "cell",
    [
        *("=1+1", "+1+2", "-1-2", "@SUM(A1)", "-cmd|' /C calc'!A0", "+49-30-123", "＝1", "'=1"),
        *('"=1+1"', "' =1", "=a;b"),
    ],
)
def test_what_could_run_is_guarded(cell):
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell",
    [
        *("-12,50", "+3", "-1.234,56 €", "-1,234.56", "- 5", "-5 %", "-$ 3.00", "+1 000 000"),
        *("12", "1-2", "a=b", "", "'quoted'", "Rope"),
    ],
)
def test_numbers_and_texts_stay_as_they_are(cell):
    assert guarded(cell) == cell


def test_cells_that_semicolons_part_do_not_run_either():
    """Spreadsheets with a decimal comma take the comma for text, and quotes within it, too."""
    cell = 'Rope;=1+1;-5; "@x"; a;'
    assert guarded(cell) == """Rope;'=1+1;-5;' "@x"; a;"""


@given(st.text("=+-@;'\" ax1.", max_size=12))
def test_one_guard_taken_away_gives_the_cell_back(cell):
    """As docs/formats.md says it is done."""
    assert re.sub("(^|;)'(?=[\\s\"']*[=+\\-@＝＋－＠])", r"\1", guarded(cell)) == cell


def test_words_are_one_line_each():
    rows = rows_of(written(ExportFormat.WORDS))

    assert tuple(rows[0]) == WORD_COLUMNS
    assert len(rows) - 1 == sum(len(layout.page.words) for layout in sample())
    first = dict(zip(rows[0], rows[1], strict=True))
    assert first["text"] == "Yearly"
    assert (first["left_px"], first["left_pt"]) == ("100", "48.0")
    assert (first["page"], first["block"], first["confidence"]) == ("1", "0", "91.5")
    # A text layer has no confidence, and none is made up.
    assert rows[-1][-1] == ""


def test_words_of_no_page_are_the_names_of_the_columns():
    assert rows_of(written(ExportFormat.WORDS, [])) == [list(WORD_COLUMNS)]


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="needs the sqlite3 program")
def test_another_reader_reads_the_words(tmp_path):
    file = tmp_path / "words.csv"
    file.write_bytes(written(ExportFormat.WORDS))

    read = subprocess.run(
        [
            "sqlite3",
            ":memory:",
            f".import --csv {file} words",
            "select sum(width_px), count(*) from words;",
        ],
        capture_output=True,
        check=True,
        text=True,
        timeout=30,
    )

    words = [word for layout in sample() for word in layout.page.words]
    assert read.stderr == ""
    assert read.stdout.strip() == f"{sum(word.box.width for word in words)}|{len(words)}"
