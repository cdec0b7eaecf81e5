"""Commands on one vault: add, list, show, export, retry, password, cancel, pause, delete."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Program, Shelf, make_shelf, tree_of
from tests.cli.papers import PAGES, PDF_PASSWORD, write_pdf

JOB_FIELDS = {
    "job", "batch", "state", "name", "pages", "pages_read", "pages_failed", "added_at",
    "finished_at", "source_delete_at", "result_delete_at", "source_present", "result_present",
    "deleted_at", "delete_reason", "error",
}  # fmt: skip
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def doomed(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """A second shelf for what changes it."""
    return make_shelf(tmp_path_factory.mktemp("doomed"))


# --- add and list --------------------------------------------------------------------


def test_add_tells_how_each_document_fared(shelf: Shelf) -> None:
    states = {one["name"]: (one["state"], one["error"]) for one in shelf.added.json}

    assert shelf.added.status == 7
    assert states["letter.pdf"] == ("done", None)
    assert states["picture.png"] == ("done", None)
    assert states["locked.pdf"][0] == "needs_password"
    assert states["locked.pdf"][1]["code"] == "password_needed"
    assert states["empty.pdf"][1]["code"] == "file_empty"
    assert "notes.xyz" not in states
    assert "1 file passed over" in shelf.added.err
    assert f"“mayfly password {shelf.job('locked.pdf')[:8]}”" in shelf.added.err


def test_no_progress_bar_in_a_pipe(shelf: Shelf) -> None:
    assert "\x1b" not in shelf.added.err
    assert "━" not in shelf.added.err


def test_add_writes_what_was_asked_for(shelf: Shelf) -> None:
    assert tree_of(shelf.out) == {
        "letter.txt", "letter.json", "letter.pdf", "picture.txt", "picture.json", "picture.pdf",
    }  # fmt: skip
    (letter,) = (one for one in shelf.added.json if one["name"] == "letter.pdf")
    assert {Path(one).name for one in letter["files"]} == {
        "letter.txt", "letter.json", "letter.pdf",
    }  # fmt: skip
    assert PAGES[0] in (shelf.out / "letter.txt").read_text()
    assert (shelf.out / "picture.pdf").read_bytes().startswith(b"%PDF-")
    assert (
        "balance of 1482"
        in json.loads((shelf.out / "picture.json").read_text())["pages"][0]["text"]
    )


def test_a_listed_job_has_exactly_the_promised_fields(shelf: Shelf) -> None:
    answer = shelf.program.run("list", "--json")

    assert answer.status == 0
    assert len(answer.json) == 4
    for one in answer.json:
        assert set(one) == JOB_FIELDS
        assert re.fullmatch(r"[0-9a-f]{32}", one["job"])
        assert one["batch"] == shelf.batch
        assert MOMENT.fullmatch(one["added_at"])
        assert MOMENT.fullmatch(one["source_delete_at"])
        assert MOMENT.fullmatch(one["result_delete_at"])
        assert one["error"] is None or set(one["error"]) == {"code", "text", "remedy"}
    letter = next(one for one in answer.json if one["name"] == "letter.pdf")
    assert (letter["pages"], letter["pages_read"], letter["pages_failed"]) == (2, 2, 0)


def test_list_for_people_shows_short_ids_and_the_time_left(shelf: Shelf) -> None:
    answer = shelf.program.run("list")

    line = next(one for one in answer.out.splitlines() if one.endswith("letter.pdf"))
    assert line.split()[:2] == [shelf.job("letter.pdf")[:8], "done"]
    assert line.count("in 23 h") == 2


def test_list_picks_states_and_batches(shelf: Shelf) -> None:
    answer = shelf.program.run(
        "list", "--state", "failed,done", "--batch", shelf.batch[:6], "--json"
    )

    assert {one["name"] for one in answer.json} == {"letter.pdf", "picture.png", "empty.pdf"}


def test_list_of_an_unknown_batch_is_4(shelf: Shelf) -> None:
    answer = shelf.program.run("list", "--batch", "zzzz", "--json")

    assert (answer.status, answer.json["error"]["code"]) == (4, "no_such_batch")


# --- show and export -----------------------------------------------------------------


def test_show_prints_the_text_by_the_beginning_of_an_id(shelf: Shelf) -> None:
    answer = shelf.program.run("show", shelf.job("letter.pdf")[:8])

    assert answer.status == 0
    assert PAGES[1] in answer.out.split("\f")[1]


def test_show_as_json_is_the_exported_document(shelf: Shelf) -> None:
    answer = shelf.program.run("show", shelf.job("letter.pdf"), "--format", "json")

    assert answer.json == json.loads((shelf.out / "letter.json").read_text())
    assert answer.json["job"] == shelf.job("letter.pdf")


def test_show_one_page_and_none_beyond_the_last(shelf: Shelf) -> None:
    second = shelf.program.run("show", shelf.job("letter.pdf"), "--page", "2", "--json")
    third = shelf.program.run("show", shelf.job("letter.pdf"), "--page", "3", "--json")

    assert [one["number"] for one in second.json["pages"]] == [2]
    assert (third.status, third.json["error"]["code"]) == (4, "no_such_page")


@pytest.mark.parametrize("reference", ["ffffffffffffffffffffffffffffffff", "abc", "%%%%", "../x"])
def test_show_of_an_unknown_job_is_4(shelf: Shelf, reference: str) -> None:
    answer = shelf.program.run("show", reference, "--json")

    assert (answer.status, answer.json["error"]["code"]) == (4, "no_such_job")


def test_show_of_a_locked_document_is_6(shelf: Shelf) -> None:
    answer = shelf.program.run("show", shelf.job("locked.pdf"), "--json")

    assert (answer.status, answer.json["error"]["code"]) == (6, "password_needed")


def test_export_of_several_says_which_failed(shelf: Shelf, tmp_path: Path) -> None:
    jobs = (shelf.job("letter.pdf")[:8], shelf.job("locked.pdf"), "00000000")

    answer = shelf.program.run("export", *jobs, "--format", "txt", "--out", tmp_path, "--json")

    assert answer.status == 7
    written = {one["job"]: one for one in answer.json}
    assert all(set(one) == {"job", "format", "image", "file", "error"} for one in answer.json)
    assert Path(written[shelf.job("letter.pdf")]["file"]).read_text().startswith("The harbour")
    assert written[shelf.job("locked.pdf")]["error"]["code"] == "password_needed"
    assert written["00000000"]["error"]["code"] == "no_such_job"


def test_export_into_a_folder_that_is_not_there_is_3(shelf: Shelf) -> None:
    words = ("--format", "txt", "--out", "/nowhere/at/all", "--json")

    answer = shelf.program.run("export", shelf.job("letter.pdf"), *words)

    assert (answer.status, answer.json["error"]["code"]) == (3, "target_missing")


def test_export_of_a_batch_into_one_zip(shelf: Shelf, tmp_path: Path) -> None:
    words = ("--format", "txt,md,words", "--out", tmp_path, "--zip", "all.zip", "--json")

    answer = shelf.program.run("export", "--batch", shelf.batch[:6], *words)

    assert answer.status == 7
    codes = {one["error"]["code"] for one in answer.json if one["error"]}
    assert codes == {"password_needed", "file_empty"}
    assert {one["file"] for one in answer.json if one["file"]} == {str(tmp_path / "all.zip")}
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert sorted(archive.namelist()) == [
            "letter.md", "letter.txt", "letter.words.csv",
            "picture.md", "picture.txt", "picture.words.csv",
        ]  # fmt: skip


def test_export_of_some_pages_by_a_pattern_and_replacing(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "1 letter 2-.txt").write_text("old")
    words = ("--out", tmp_path, "--name", "{number} {name} {pages}", "--pages", "2-", "--replace")

    answer = shelf.program.run("export", shelf.job("letter.pdf"), *words, "--format", "txt,pdf")

    assert (answer.status, answer.err) == (0, "")
    assert [Path(one).name for one in answer.out.splitlines()] == [
        "1 letter 2-.txt", "1 letter 2-.pdf",
    ]  # fmt: skip
    text = (tmp_path / "1 letter 2-.txt").read_text()
    assert PAGES[1] in text
    assert PAGES[0] not in text


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("--all-done", "--format", "txt", "--name", "../{name}"), 2),
        (("--all-done", "--format", "txt", "--zip", "/tmp/a.zip"), 2),
        (("--batch", "ffffffff", "--format", "txt"), 4),
        (("--all-done", "--format", "txt", "--pages", "9"), 4),
    ],
)
def test_export_says_what_is_wrong_and_writes_nothing(
    shelf: Shelf, tmp_path: Path, words: tuple[str, ...], status: int
) -> None:
    answer = shelf.program.run("export", *words, "--out", tmp_path)

    assert answer.status == status
    assert answer.err
    assert tree_of(tmp_path) == set()


def test_an_export_is_stopped_by_ctrl_c(shelf: Shelf, tmp_path: Path) -> None:
    """The file in hand goes; the one before it stays, and is named."""
    slow = (
        "import itertools, sys, time\n"
        "from mayfly.export import files; from mayfly import __main__\n"
        "real, count = files.FolderTarget.write_new, itertools.count()\n"
        "def slowly(pieces):\n"
        "    for piece in pieces:\n"
        "        yield piece\n"
        "        print('in hand', file=sys.stderr, flush=True); time.sleep(2)\n"
        "def write_new(self, folder, stem, suffix, chunks, **others):\n"
        "    if next(count): chunks = slowly(chunks)\n"
        "    return real(self, folder, stem, suffix, chunks, **others)\n"
        "files.FolderTarget.write_new = write_new\n"
        "sys.exit(__main__.main())"
    )
    words = ["export", shelf.job("letter.pdf"), "--format", "txt,md,json", "--out", str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-c", slow, *words, "--json"],
        env=shelf.program.environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr.readline() == b"in hand\n"
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)

    assert process.returncode == 130
    assert [one["error"] and one["error"]["code"] for one in json.loads(out)] == [
        None, "export_cancelled", "export_cancelled",
    ]  # fmt: skip
    assert tree_of(tmp_path) == {"letter.txt"}


def test_show_prints_other_forms_and_ranges(shelf: Shelf) -> None:
    job = shelf.job("letter.pdf")

    as_csv = shelf.program.run("show", job, "--format", "words", "--pages", "2")
    as_text = shelf.program.run("show", job, "--pages", "1-2")
    beyond = shelf.program.run("show", job, "--pages", "2-3")

    assert as_csv.out.splitlines()[0].startswith("page,")
    assert {line.split(",")[0] for line in as_csv.out.splitlines()[1:]} == {"2"}
    assert as_text.out.count("\f") == 1
    assert (beyond.status, beyond.out) == (4, "")


def test_the_beginning_of_two_ids_is_ambiguous(furnished: Program) -> None:
    write_pdf(furnished.folder / "letter.pdf")
    alike = (
        "import itertools, sys, types; from mayfly.domain import ids; from mayfly import __main__\n"
        "count = itertools.count()\n"
        "alike = lambda size: 'abcd' + format(next(count), '028x')\n"
        "ids.secrets = types.SimpleNamespace(token_hex=alike)\n"
        "sys.argv = ['mayfly', 'add', 'letter.pdf', 'letter.pdf', '--json']\n"
        "sys.exit(__main__.main())"
    )
    subprocess.run(
        [sys.executable, "-c", alike],
        check=True,
        env=furnished.environment,
        cwd=furnished.folder,
        capture_output=True,
        timeout=60,
    )

    shown = furnished.run("show", "abcd", "--json")
    deleted = furnished.run("delete", "abcd", "--json")

    assert (shown.status, shown.json["error"]["code"]) == (4, "ambiguous_job")
    assert deleted.status == 4
    assert deleted.json[0]["outcome"] == "failed"
    assert deleted.json[0]["error"]["code"] == "ambiguous_job"


# --- what is wished of a job ---------------------------------------------------------


def test_a_password_opens_the_document_and_a_wrong_one_does_not(doomed: Shelf) -> None:
    job, file = doomed.job("locked.pdf"), doomed.program.folder / "password"

    file.write_text("close sesame\n")
    wrong = doomed.program.run("password", job, "--password-file", file, "--wait", "--json")
    unasked = doomed.program.run("password", job, "--json")
    file.write_text(f"{PDF_PASSWORD}\n")
    right = doomed.program.run("password", job, "--password-file", file, "--wait", "--json")
    again = doomed.program.run("password", job, "--password-file", file, "--json")

    assert (wrong.status, wrong.json["error"]["code"]) == (6, "password_wrong")
    assert (unasked.status, unasked.json["error"]["code"]) == (6, "password_needed")
    assert (right.status, right.json["state"], right.json["pages_read"]) == (0, "done", 2)
    assert (again.status, again.json["error"]["code"]) == (3, "not_now")


def test_a_job_is_cancelled_and_retried(doomed: Shelf) -> None:
    document = write_pdf(doomed.program.folder / "more.pdf")
    added = doomed.program.run("add", document, "--retain-source", "2h", "--json")
    job = added.json[0]["job"]

    cancelled = doomed.program.run("cancel", job, "--json")
    twice = doomed.program.run("cancel", job)
    retried = doomed.program.run("retry", job, "--wait", "--json")
    anew = doomed.program.run("retry", job, "--recognise-anyway", "--wait", "--json")
    shown = doomed.program.run("show", job, "--page", "1", "--json")

    assert (added.status, added.json[0]["state"]) == (0, "queued")
    assert set(added.json[0]) == JOB_FIELDS
    assert (cancelled.status, cancelled.json["state"]) == (0, "cancelled")
    assert twice.status == 3
    assert (retried.status, retried.json["state"]) == (0, "done")
    assert retried.json["source_delete_at"] < retried.json["result_delete_at"]
    assert (anew.status, anew.json["state"]) == (0, "done")
    assert shown.json["pages"][0]["origin"] == "recognised"


def test_pause_and_resume(program: Program) -> None:
    paused = program.run("pause", "--json")
    resumed = program.run("resume")

    assert (paused.status, paused.json) == (0, {"paused": True})
    assert (resumed.status, resumed.out) == (0, "The queue goes on.\n")


# --- delete --------------------------------------------------------------------------


def test_a_deleted_job_is_gone_and_says_so_twice(doomed: Shelf) -> None:
    job = doomed.job("letter.pdf")

    first = doomed.program.run("delete", job[:8], "--json")
    second = doomed.program.run("delete", job[:8], "--json")
    shown = doomed.program.run("show", job)
    row = doomed.row(job)

    ((gone,), (again,)) = first.json, second.json
    assert first.status == 0
    assert {name: gone[name] for name in ("job", "outcome", "error")} == {
        "job": job,
        "outcome": "deleted",
        "error": None,
    }
    assert second.status == 4
    assert (again["outcome"], again["deleted_at"]) == ("already_deleted", gone["deleted_at"])
    assert (shown.status, shown.out) == (4, "")
    assert (row["state"], row["name"], row["delete_reason"]) == ("deleted", None, "user")
    assert MOMENT.fullmatch(row["deleted_at"])


def test_deleting_several_goes_on_past_one_that_is_not_there(doomed: Shelf) -> None:
    job = doomed.job("empty.pdf")

    answer = doomed.program.run("delete", "no-such-job", job, job[:10], "--json")

    assert answer.status == 7
    assert [one["outcome"] for one in answer.json] == ["no_such_job", "deleted"]


def test_a_batch_is_deleted_whole(doomed: Shelf) -> None:
    batch = doomed.batch

    first = doomed.program.run("delete", "--batch", batch[:8], "--json")
    second = doomed.program.run("delete", "--batch", batch, "--json")
    left = doomed.program.run("list", "--batch", batch, "--json")

    assert first.status == 0
    assert doomed.job("picture.png") in {one["job"] for one in first.json}
    assert second.status == 4
    assert {one["outcome"] for one in second.json} == {"already_deleted"}
    assert {one["state"] for one in left.json} == {"deleted"}
    assert {one["name"] for one in left.json} == {None}
