"""The parts of the command line that need no program: words, shapes, statuses, secrets."""

from __future__ import annotations

import argparse
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mayfly.cli.arguments import (
    descriptor,
    export_formats,
    job_states,
    languages,
    page_number,
    retention_hours,
)
from mayfly.cli.display import has_display
from mayfly.cli.exit_status import ExitStatus, combined, status_of
from mayfly.cli.json_shapes import deletion_shape, job_shape, stored_error_shape
from mayfly.cli.listing import job_sentence, list_lines, shown_name, time_left
from mayfly.cli.parser import Parser
from mayfly.cli.secrets_input import SecretNotGiven, SecretSource, passphrase_source
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import DeleteOutcome, Deletion, Job
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import DeleteReason, JobState

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)

JOB = Job(
    job_id=JobId("1f2e3d4c" * 4),
    batch_id=BatchId("9c0d" * 8),
    position=1,
    state=JobState.DONE,
    name="letter.pdf",
    pages=3,
    pages_read=3,
    pages_failed=0,
    added_at=NOW,
    finished_at=NOW + timedelta(minutes=1, microseconds=5),
    source_delete_at=NOW + timedelta(hours=1),
    result_delete_at=NOW + timedelta(hours=24),
    backstop_at=NOW + timedelta(days=30),
    deleted_at=None,
    delete_reason=None,
    error_code=None,
    rule=RetentionRule(),
    source_present=True,
    result_present=True,
)
TOMBSTONE = replace(
    JOB,
    state=JobState.DELETED,
    name=None,
    pages_read=0,
    deleted_at=NOW,
    delete_reason=DeleteReason.RESULT_DEADLINE,
    source_present=False,
    result_present=False,
)


# --- words behind options ------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hours"), [("0h", 0), ("1h", 1), ("24", 24), ("7d", 168), ("168H", 168)]
)
def test_times_are_hours_or_days(text: str, hours: int) -> None:
    assert retention_hours(text) == hours


@pytest.mark.parametrize("text", ["", "h", "1.5h", "-1h", "30m", "169h", "8d", "²h", "1 h"])
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        retention_hours(text)


def test_languages_formats_states_and_pages() -> None:
    assert languages("eng+deu+eng") == ("eng", "deu")
    assert languages("eng,deu") == ("eng", "deu")
    assert export_formats("TXT,pdf") == ("txt", "pdf")
    assert job_states("done,needs_password") == {JobState.DONE, JobState.NEEDS_PASSWORD}
    assert page_number("12") == 12
    assert descriptor("3") == 3


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (languages, "eng+"),
        (export_formats, "xls"),
        (job_states, "gone"),
        (page_number, "0"),
        (page_number, "-1"),
        (descriptor, "x"),
    ],
)
def test_wrong_words_are_refused(kind, text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        kind(text)


# --- statuses and shapes -------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "one"),
    [([], 0), ([0, 0], 0), ([4, 4], 4), ([0, 4], 7), ([3, 4], 3), ([7, 7], 7), ([7, 6], 7)],
)
def test_several_statuses_become_one(statuses: list[int], one: int) -> None:
    assert combined(statuses) == one


def test_a_job_means_a_status() -> None:
    assert status_of(JOB) == ExitStatus.DONE
    assert status_of(replace(JOB, state=JobState.QUEUED)) == ExitStatus.DONE
    assert status_of(replace(JOB, pages_failed=1)) == ExitStatus.SOME_FAILED
    assert status_of(replace(JOB, state=JobState.FAILED, error_code="damaged")) == 3
    assert status_of(replace(JOB, state=JobState.NEEDS_PASSWORD)) == ExitStatus.NEEDS_PASSWORD
    assert status_of(replace(JOB, state=JobState.CANCELLED)) == ExitStatus.FAILED
    assert status_of(TOMBSTONE) == ExitStatus.NO_SUCH_JOB


def test_a_job_has_the_promised_fields_in_utc_to_the_second() -> None:
    assert job_shape(JOB) == {
        "job": JOB.job_id,
        "batch": JOB.batch_id,
        "state": "done",
        "name": "letter.pdf",
        "pages": 3,
        "pages_read": 3,
        "pages_failed": 0,
        "added_at": "2026-01-05T09:30:00Z",
        "finished_at": "2026-01-05T09:31:00Z",
        "source_delete_at": "2026-01-05T10:30:00Z",
        "result_delete_at": "2026-01-06T09:30:00Z",
        "source_present": True,
        "result_present": True,
        "deleted_at": None,
        "delete_reason": None,
        "error": None,
    }
    assert job_shape(TOMBSTONE)["name"] is None
    assert job_shape(TOMBSTONE)["delete_reason"] == "result_deadline"


def test_an_error_of_a_newer_version_keeps_its_code() -> None:
    shape = stored_error_shape("from_the_future")

    assert shape is not None
    assert shape["code"] == "from_the_future"
    assert shape["text"]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (DeleteOutcome.DELETED, None),
        (DeleteOutcome.ALREADY_DELETED, "already_deleted"),
        (DeleteOutcome.NO_SUCH_JOB, "no_such_job"),
        (DeleteOutcome.FAILED, "disk_full"),
    ],
)
def test_only_a_job_deleted_now_has_no_error(outcome: DeleteOutcome, code: str | None) -> None:
    shape = deletion_shape(Deletion("abcd", outcome, error_code="disk_full"))

    assert (shape["error"] or {"code": None})["code"] == code


# --- for people ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "now"),
        (0, "now"),
        (59, "in under 1 min"),
        (60, "in 1 min"),
        (3_599, "in 59 min"),
        (86_399, "in 23 h"),
        (71 * 3_600, "in 71 h"),
        (72 * 3_600, "in 3 d"),
    ],
)
def test_time_left_in_words(seconds: int, words: str) -> None:
    assert time_left(NOW + timedelta(seconds=seconds), NOW) == words


def test_a_list_has_a_line_for_each_job() -> None:
    head, done, gone = list_lines([JOB, TOMBSTONE], NOW)

    assert head.split() == ["JOB", "STATE", "PAGES", "SOURCE", "GOES", "RESULT", "GOES", "NAME"]
    assert re.split(" {2,}", done) == ["1f2e3d4c", "done", "3", "in 1 h", "in 24 h", "letter.pdf"]
    assert done.index("letter.pdf") == head.index("NAME")
    assert gone.split() == ["1f2e3d4c", "deleted", "3", "gone", "gone"]
    assert list(list_lines([], NOW)) == []


@pytest.mark.parametrize("mark", ["\x1b", "\x07", "\n", "\u202e", "\u200b", "\ud800", "\u2028"])
def test_names_are_shown_without_marks_that_act(mark: str) -> None:
    assert shown_name(f"a{mark}b") == "a�b"
    assert mark not in job_sentence(replace(JOB, name=f"a{mark}b", pages_failed=1))


# --- which way an argument list goes ---------------------------------------------------


def test_files_go_to_the_window_and_commands_do_not(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list").touch()
    parser = Parser()

    window = parser.parse_window(["--passphrase-file", "p", "./list"])

    assert window is not None
    assert (window.passphrase_file, window.paths) == (Path("p"), [Path("list")])
    assert parser.parse_window([]).paths == []
    assert parser.parse_window(["--passphrase-fd=3"]).passphrase_fd == 3
    assert parser.parse_window(["list"]) is None
    assert parser.parse_window(["--help"]) is None
    assert parser.parse_window(["--passphrase-fd", "3", "list"]) is None


def test_the_passphrase_option_counts_before_and_behind_the_command() -> None:
    parser = Parser()

    before = parser.parse_command(["--passphrase-fd", "3", "list"])
    behind = parser.parse_command(["list", "--passphrase-file", "p"])

    assert (before.passphrase_fd, before.passphrase_file) == (3, None)
    assert (behind.passphrase_fd, behind.passphrase_file) == (None, Path("p"))
    with pytest.raises(SystemExit):
        parser.parse_command(["list", "--passphrase-file", "p", "--passphrase-fd", "3"])


@pytest.mark.parametrize("command", Parser().commands)
def test_every_command_describes_itself_with_examples(command: str, capsys) -> None:
    with pytest.raises(SystemExit) as end:
        Parser().parse_command([command, "--help"])

    text = capsys.readouterr().out
    assert end.value.code == 0
    assert f"examples:\n  mayfly {command}" in text
    # One that only gathers others leaves it to them.
    assert "--json" in text or "COMMAND ..." in text


def test_a_display_is_looked_for_on_linux_only() -> None:
    assert not has_display({}, "linux")
    assert not has_display({"QT_QPA_PLATFORM": "xcb", "DISPLAY": ""}, "linux")
    assert has_display({"DISPLAY": ":0"}, "linux")
    assert has_display({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert has_display({"QT_QPA_PLATFORM": "offscreen"}, "linux")
    assert has_display({"QT_QPA_PLATFORM": "vnc:port=5901"}, "linux")
    assert has_display({}, "darwin")


# --- secrets -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        (b"one\ntwo\n", "one"),
        (b"one", "one"),
        (b"one\r\n", "one"),
        (b" spaces count \n", " spaces count "),
        ("schlüssel\n".encode(), "schlüssel"),
        (b"\xff\n", "\udcff"),
    ],
)
def test_a_secret_is_the_first_line_of_a_file(tmp_path: Path, content: bytes, secret: str) -> None:
    (tmp_path / "secret").write_bytes(content)

    assert SecretSource("passphrase", file=tmp_path / "secret").read() == secret


def test_two_secrets_can_stand_in_one_descriptor(secret_descriptor) -> None:
    fd = secret_descriptor(["first", "second"])

    assert SecretSource("passphrase", fd=fd).read() == "first"
    assert SecretSource("password", fd=fd).read() == "second"
    with pytest.raises(SecretNotGiven):
        SecretSource("password", fd=fd).read()
    os.close(fd)


def test_what_cannot_be_read_names_no_path(tmp_path: Path) -> None:
    with pytest.raises(SecretNotGiven) as refusal:
        SecretSource("passphrase", file=tmp_path / "nowhere").read()
    with pytest.raises(SecretNotGiven):
        SecretSource("passphrase", fd=99).read()

    assert "nowhere" not in str(refusal.value)


def test_an_option_goes_before_the_environment() -> None:
    environment = {"MAYFLY_PASSPHRASE_FILE": "/from/environment"}
    none = argparse.Namespace(passphrase_file=None, passphrase_fd=None)
    file = argparse.Namespace(passphrase_file=Path("/from/option"), passphrase_fd=None)
    fd = argparse.Namespace(passphrase_file=None, passphrase_fd=3)

    assert passphrase_source(none, environment).file == Path("/from/environment")
    assert passphrase_source(file, environment).file == Path("/from/option")
    assert (passphrase_source(fd, environment).fd, passphrase_source(fd, environment).file) == (
        3,
        None,
    )
    assert not passphrase_source(none, {}).is_named
