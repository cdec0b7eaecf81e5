"""“mayfly delete”: every level, on a vault that the real program opens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mayfly.domain.states import JobState
from tests.cli.conftest import Ended, Program, ended
from tests.cli.cupboard import Cupboard
from tests.waiting import eventually

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
PAGES = 600


@pytest.fixture
def cupboard(tmp_path: Path) -> Cupboard:
    return Cupboard(tmp_path)


def rows(answer: Ended) -> list[tuple[str, str]]:
    return [(one["job"], one["outcome"]) for one in answer.json]


def test_a_second_delete_says_when_it_was(cupboard: Cupboard) -> None:
    job = cupboard.add("a.pdf")

    first, second = cupboard.run(job[:6]), cupboard.run(job[:6])
    as_json = cupboard.run(job, "--json")

    assert (first.status, first.out) == (0, f"{job}  deleted\n")
    assert second.status == 4
    assert re.fullmatch(rf"{job}  already deleted, {MOMENT.pattern}\n", second.out)
    assert MOMENT.fullmatch(as_json.json[0]["deleted_at"])
    assert as_json.json[0]["deleted_at"] in second.out


def test_the_source_goes_and_the_text_can_still_be_shown(cupboard: Cupboard) -> None:
    job = cupboard.add("a.pdf")

    first, second = cupboard.run(job, "--source"), cupboard.run(job, "--source", "--json")
    shown = cupboard.program.run("show", job)

    assert first.out == f"{job}  document and page images deleted\n"
    assert (second.status, rows(second)) == (4, [(job, "already_deleted")])
    assert "a.pdf 1" in shown.out
    assert cupboard.states() == {job: "done"}


def test_the_result_goes_and_the_document_stays(cupboard: Cupboard) -> None:
    job = cupboard.add("a.pdf")

    answer = cupboard.run(job, "--result")
    shown = cupboard.program.run("show", job)

    assert answer.out == f"{job}  result deleted\n"
    assert shown.status == 3
    (listed,) = cupboard.program.run("list", "--json").json
    assert (listed["source_present"], listed["result_present"]) == (True, False)
    assert "result of this job has been destroyed" in shown.err


def test_the_images_of_one_page_go(cupboard: Cupboard) -> None:
    job = cupboard.add("a.pdf")

    answers = [cupboard.run(job, "--images", "--page", page, "--json") for page in ("2", "3", "99")]
    shown = cupboard.program.run("show", job, "--page", "2")

    assert [(one.status, one.json[0]["outcome"]) for one in answers] == [
        (0, "deleted"),
        (4, "failed"),
        (4, "failed"),
    ]
    assert answers[1].json[0]["error"]["code"] == "no_such_page"
    assert shown.out.strip() == "a.pdf 2"


def test_the_images_of_a_page_go_once(cupboard: Cupboard) -> None:
    job = cupboard.add("a.pdf")
    words = (job, "--images", "--page", "1")

    before = cupboard.run(*words, "--dry-run")
    first, second, after = (cupboard.run(*words, *more) for more in ((), (), ("--dry-run",)))

    assert before.out == f"{job}  page images would be deleted  a.pdf\n"
    assert first.out == f"{job}  page images deleted\n"
    assert (second.status, after.status) == (4, 4)
    assert "page images already deleted" in second.out
    assert "page images already deleted" in after.out


def test_old_jobs_of_the_states_go_and_a_dry_run_shows_them(cupboard: Cupboard) -> None:
    old = cupboard.add("old.pdf", days=3)
    failed = cupboard.add("failed.pdf", days=3, state=JobState.FAILED)
    waiting = cupboard.add("waiting.pdf", days=3, state=JobState.QUEUED)
    young = cupboard.add("young.pdf", days=1, state=JobState.CANCELLED)

    dry = cupboard.run("--older-than", "2d", "--dry-run", "--json")
    said = cupboard.run("--older-than", "48h", "--state", "done,queued", "--dry-run")
    still = cupboard.states()
    done = cupboard.run("--older-than", "2d", "--json")
    rest = cupboard.run("--older-than", "2d")
    nothing = cupboard.run("--older-than", "2d", "--dry-run", "--json")

    assert rows(dry) == [(old, "would_be_deleted"), (failed, "would_be_deleted")]
    assert [line.split("  ") for line in said.out.splitlines()] == [
        [old, "would be deleted", "old.pdf"],
        [waiting, "would be deleted", "waiting.pdf"],
    ]
    assert "deleted" not in still.values()
    assert (done.status, rows(done)) == (0, [(old, "deleted"), (failed, "deleted")])
    assert cupboard.states()[young] == "cancelled"
    assert (rest.status, rest.out, rest.err) == (0, "", "There is nothing to delete.\n")
    assert (nothing.status, nothing.json, nothing.err) == (0, [], rest.err)


def test_everything_is_asked_for_once_and_no_is_the_answer_of_silence(cupboard: Cupboard) -> None:
    first, second = cupboard.add("a.pdf"), cupboard.add("b.pdf", state=JobState.QUEUED)

    silent = [cupboard.run_typing(typed, "--all") for typed in ("\n", "maybe\n", "n\n", "\x04")]
    kept = cupboard.states()
    agreed = cupboard.run_typing("y\n", "--all", "--json")

    assert {one.status for one in silent} == {3}
    assert all("2 jobs will be destroyed" in one.err for one in silent)
    assert all("What stays" in one.err for one in silent)
    assert all(one.err.endswith("Nothing was deleted.\n") for one in silent)
    assert kept == {first: "done", second: "queued"}
    assert rows(agreed) == [(first, "deleted"), (second, "deleted")]
    assert cupboard.reasons() == ["everything", "everything"]


def test_everything_needs_somebody_to_answer_or_a_yes(cupboard: Cupboard) -> None:
    job = cupboard.add("a.pdf")

    refused = cupboard.run("--all")
    dry = cupboard.run("--all", "--dry-run", "--json")
    done = cupboard.run("--all", "--yes")

    assert refused.status == 2
    assert "--yes" in refused.err
    assert rows(dry) == [(job, "would_be_deleted")]
    assert (done.status, done.out) == (0, f"{job}  deleted\n")


def test_several_answers_are_never_one_success(cupboard: Cupboard) -> None:
    job, gone = cupboard.add("a.pdf"), cupboard.add("b.pdf")
    cupboard.run(gone)

    dry = cupboard.run(job, gone, "ffffffff", "--dry-run", "--json")
    answer = cupboard.run(job, gone, "ffffffff", job[:8])

    assert dry.status == 7
    assert rows(dry) == [
        (job, "would_be_deleted"),
        (gone, "already_deleted"),
        ("ffffffff", "no_such_job"),
    ]
    assert answer.status == 7
    assert [line.split("  ")[1].split(",")[0] for line in answer.out.splitlines()] == [
        "deleted",
        "already deleted",
        "no such job",
    ]


def test_a_dry_run_of_a_part_tells_what_is_there(cupboard: Cupboard) -> None:
    job, other = cupboard.add("a.pdf"), cupboard.add("b.pdf", state=JobState.QUEUED)
    cupboard.run(job, "--source")

    source = cupboard.run(job, "--source", "--dry-run", "--json")
    result = cupboard.run(job, "--result", "--dry-run", "--json")
    unread = cupboard.run(other, "--images", "--page", "1", "--dry-run", "--json")

    assert rows(source) == [(job, "already_deleted")]
    assert rows(result) == [(job, "would_be_deleted")]
    assert unread.json[0]["error"]["code"] == "not_finished"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ((), "name jobs"),
        (("abcd", "--all"), "name jobs"),
        (("abcd", "--older-than", "1d"), "name jobs"),
        (("--older-than", "7"), "90m, 12h, 7d or 2w"),
        (("--older-than", "99999w"), "90m, 12h, 7d or 2w"),
        (("--older-than", "-1d"), "expected one argument"),
        (("--older-than", "7d", "--state", "don"), "did you mean “done”?"),
        (("--older-than", "7d", "--state", "deleted"), "gone already"),
        (("abcd", "--state", "done"), "goes with --older-than"),
        (("abcd", "--source", "--result"), "not allowed with"),
        (("abcd", "--images"), "go together"),
        (("abcd", "--page", "1"), "go together"),
        (("abcd", "efab", "--images", "--page", "1"), "one job"),
        (("--all", "--source", "--yes"), "whole jobs"),
    ],
)
def test_wrong_use_is_2_and_makes_no_vault(
    bare: Program, words: tuple[str, ...], hint: str
) -> None:
    answer = bare.run("delete", *words)

    assert (answer.status, answer.out) == (2, "")
    assert hint in answer.err
    assert not bare.home.exists()


def test_without_a_vault_there_is_nothing_to_delete(bare: Program) -> None:
    everything = bare.run("delete", "--all", "--yes", "--json")
    old = bare.run("delete", "--older-than", "1d")

    assert (everything.status, everything.json) == (0, [])
    assert (old.status, old.err) == (0, "There is nothing to delete.\n")
    assert not bare.home.exists()


# --- without the key ---------------------------------------------------------------------


@pytest.mark.parametrize("locked", [False, True], ids=["no passphrase", "locked"])
def test_deleting_needs_no_key(cupboard: Cupboard, locked: bool) -> None:
    jobs = [cupboard.add(f"{number}.pdf", days=number) for number in range(4)]
    if locked:
        cupboard.vault.lock.lock(cupboard.now)
    cupboard.vault.close()
    keyless = Program(cupboard.program.folder)

    one = keyless.run("delete", jobs[0][:8], "--json")
    again = keyless.run("delete", jobs[0])
    part = keyless.run("delete", jobs[1], "--source")
    old = keyless.run("delete", "--older-than", "36h", "--json")
    rest = keyless.run("delete", "--all", "--yes", "--json")

    assert (one.status, rows(one)) == (0, [(jobs[0], "deleted")])
    assert "The vault stays locked" in one.err
    assert (again.status, part.status) == (4, 0)
    assert rows(old) == [(job, "deleted") for job in (jobs[3], jobs[2])]
    assert rows(rest) == [(jobs[1], "deleted")]
    assert set(cupboard.states().values()) == {"deleted"}
    # Nobody could change the key; the debt is noted, and paid by whoever opens the vault.
    assert cupboard.owed() == 1
    cupboard.program.run("unlock")
    cupboard.program.run("list")
    assert cupboard.owed() == 0


def test_pictures_need_the_key_of_what_stays(cupboard: Cupboard) -> None:
    job = cupboard.add("a.pdf")
    cupboard.vault.close()

    answer = Program(cupboard.program.folder).run(
        "delete", job, "--images", "--page", "1", "--json"
    )

    assert answer.status == 5
    assert answer.json[0]["error"]["code"] == "vault_locked"


def test_a_wrong_passphrase_deletes_nothing(cupboard: Cupboard) -> None:
    job = cupboard.add("a.pdf")
    cupboard.vault.close()
    wrong = cupboard.program.folder / "wrong"
    wrong.write_text("not this one\n")

    answer = cupboard.program.run("delete", job, "--passphrase-file", str(wrong))

    assert answer.status == 5
    assert cupboard.states() == {job: "done"}


# --- while another process works -----------------------------------------------------------


def long_document(pages: int) -> bytes:
    import pymupdf

    with pymupdf.open() as document:
        for _ in range(pages):
            document.new_page()
        return document.tobytes()


def test_deleting_takes_the_file_of_an_export_in_another_process(
    cupboard: Cupboard, tmp_path: Path
) -> None:
    job = cupboard.add_long("long.pdf", long_document(PAGES), PAGES)
    out = tmp_path / "out"
    out.mkdir()
    cupboard.vault.close()

    with cupboard.program.start("export", job, "--format", "pdf", "--out", out) as exporting:
        eventually(lambda: cupboard.readers() == 1)
        deleted = cupboard.program.run("delete", job, "--json")
        exported = ended(exporting)

    assert rows(deleted) == [(job, "deleted")]
    assert exported.status == 4
    assert "already deleted" in exported.err
    assert list(out.iterdir()) == []
    assert cupboard.readers() == 0
