"""Where a command begins and ends: secrets, terminals, displays, disks that refuse."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
import sys
import time

import pytest

from tests.cli.conftest import PASSPHRASE, TIMEOUT_S, Program, ended, tree_of
from tests.cli.papers import write_pdf

HEADLESS = {"QT_QPA_PLATFORM": "xcb"}


# --- the passphrase ------------------------------------------------------------------


def test_without_keyring_and_terminal_it_says_what_to_do(bare: Program) -> None:
    write_pdf(bare.folder / "letter.pdf")

    answer = bare.run("add", "letter.pdf", "--json")

    assert (answer.status, answer.json["error"]["code"]) == (5, "passphrase_needed")
    assert "--passphrase-file" in answer.err


def test_looking_at_nothing_makes_no_vault(bare: Program) -> None:
    listed = bare.run("list", "--json")
    shown = bare.run("show", "abcd1234")
    deleted = bare.run("delete", "abcd1234", "--json")
    waited = bare.run("wait", "--json")

    assert (listed.status, listed.json) == (0, [])
    assert (shown.status, deleted.status) == (4, 4)
    assert (waited.status, waited.json) == (0, [])
    assert not bare.home.exists()


def test_a_wrong_passphrase_is_5_and_a_descriptor_opens(
    program: Program, secret_descriptor
) -> None:
    made = program.run("pause")
    wrong_fd = secret_descriptor(["wrong horse"])
    right_fd = secret_descriptor([PASSPHRASE])

    wrong = program.run("list", "--passphrase-fd", str(wrong_fd), "--json", pass_fds=(wrong_fd,))
    right = program.run("--passphrase-fd", str(right_fd), "list", "--json", pass_fds=(right_fd,))

    assert made.status == 0
    assert (wrong.status, wrong.json["error"]["code"]) == (5, "passphrase_wrong")
    assert (right.status, right.json) == (0, [])


@pytest.mark.parametrize("content", [None, "", "\nsecond line"])
def test_a_passphrase_file_without_a_first_line_is_2(bare: Program, content: str | None) -> None:
    file = bare.folder / "passphrase"
    if content is not None:
        file.write_text(content)

    answer = bare.run("pause", "--passphrase-file", file)

    assert (answer.status, answer.out) == (2, "")
    assert "passphrase" in answer.err
    assert not bare.home.exists()


def test_a_passphrase_is_asked_for_on_a_terminal_and_not_shown(bare: Program) -> None:
    first = _on_terminal(bare, ("pause",), typed=(PASSPHRASE, PASSPHRASE))
    differing = _on_terminal(bare, ("resume",), typed=("wrong horse", PASSPHRASE))

    assert first.status == 0, first.screen
    assert first.screen.count("The queue is paused.") == 1
    assert PASSPHRASE not in first.screen
    assert differing.status == 0, differing.screen
    assert "does not open this vault" in differing.screen


# --- terminals -----------------------------------------------------------------------


def test_a_bar_is_drawn_on_a_terminal(furnished: Program) -> None:
    write_pdf(furnished.folder / "letter.pdf")

    answer = _on_terminal(furnished, ("add", "letter.pdf", "--wait"), typed=())

    assert answer.status == 0, answer.screen
    assert "\x1b[" in answer.screen
    assert "letter.pdf" in answer.screen


def test_names_cannot_command_the_terminal(furnished: Program) -> None:
    write_pdf(furnished.folder / "a\x1b[31mred\x07.pdf")

    answer = furnished.run("add", "a\x1b[31mred\x07.pdf")

    assert answer.status == 0, answer.err
    assert "\x1b" not in answer.out + answer.err
    assert "a�[31mred�.pdf" in answer.out


# --- the window ----------------------------------------------------------------------


def test_without_a_display_it_says_so_and_shows_the_commands(bare: Program) -> None:
    answer = Program(bare.folder, HEADLESS).run()

    assert answer.status == 0
    assert answer.err.count("\n") == 1
    assert "no display" in answer.err
    assert "mayfly COMMAND" in answer.out
    assert not bare.home.exists()


def test_documents_for_a_window_that_cannot_open_are_3(bare: Program) -> None:
    write_pdf(bare.folder / "letter.pdf")

    answer = Program(bare.folder, HEADLESS).run("letter.pdf")

    assert (answer.status, answer.out) == (3, "")
    assert "mayfly add" in answer.err


def test_the_window_gets_the_documents_and_the_passphrase(furnished: Program) -> None:
    write_pdf(furnished.folder / "letter.pdf")
    window = Program(furnished.folder, {**furnished.variables, "QT_QPA_PLATFORM": "offscreen"})
    process = window.start("letter.pdf")

    names = _wait_for_names(furnished)
    process.terminate()
    answer = ended(process)

    assert names == ["letter.pdf"]
    assert answer.status == 0, answer.err


def test_a_missing_library_of_qt_names_the_command_that_installs_it(program: Program) -> None:
    broken = program.folder / "broken" / "PySide6"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('libEGL.so.1')\n")
    variables = {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(broken.parent)}

    answer = Program(program.folder, variables).run()

    assert (answer.status, answer.out) == (3, "")
    assert "packaging/run" in answer.err
    assert "Traceback" not in answer.err


def _wait_for_names(program: Program) -> list[str]:
    for _ in range(60):
        names = [one["name"] for one in program.run("list", "--json").json]
        if names:
            return names
        time.sleep(0.2)
    return []


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("lisst",), "did you mean “mayfly list”"),
        (("missing.pdf",), "neither a command nor a file"),
        (("delete",), "name jobs"),
        (("delete", "abcd", "--batch", "abcd"), "name jobs"),
        (("add", "x.pdf", "--retain-result", "0h"), "mayfly read"),
        (("add", "x.pdf", "--retain-source", "8d"), "7 days"),
        (("add", "x.pdf", "--format", "txt"), "--out"),
        (("add", "x.pdf", "--out", ".", "--format", "doc"), "not a format"),
        (("list", "--state", "gone"), "not a state"),
        (("read", "x.pdf", "--passphrase", "secret"), "unrecognized"),
    ],
)
def test_wrong_use_is_2_and_says_why(bare: Program, words: tuple[str, ...], hint: str) -> None:
    answer = bare.run(*words)

    assert (answer.status, answer.out) == (2, "")
    assert hint in answer.err
    assert not bare.home.exists()


def test_no_command_loads_qt(bare: Program) -> None:
    script = (
        "import sys; from mayfly.__main__ import main;"
        "sys.argv = ['mayfly', 'languages', '--json']; status = main();"
        "sys.exit(status or any(name.startswith('PySide6') for name in sys.modules))"
    )

    answer = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        env=bare.environment,
        capture_output=True,
        timeout=60,
    )

    assert answer.returncode == 0, answer.stderr


# --- the machine ---------------------------------------------------------------------


def test_languages_and_doctor_change_nothing(bare: Program) -> None:
    languages = bare.run("languages", "--json")
    doctor = bare.run("doctor", "--json")
    people = bare.run("doctor")

    assert languages.status == 0
    assert set(languages.json) == {"languages", "default"}
    assert {"eng", "deu"} <= set(languages.json["languages"])
    assert languages.json["default"] == ["eng"]
    assert doctor.status == (0 if doctor.json["healthy"] else 3)
    fields = {"key", "value", "grade", "meaning", "remedy", "bound"}
    assert all(set(one) == fields for one in doctor.json["findings"])
    assert doctor.json["promise"] in {"full", "limited", "unknown", "weak"}
    assert doctor.json["sentence"] in people.out
    assert {one["grade"] for one in doctor.json["findings"]} <= {"good", "notice", "problem"}
    assert re.search(r"^good +mayfly +\d", people.out, re.MULTILINE)
    assert not bare.home.exists()
    assert tree_of(bare.folder / "tmp") == set()


def test_a_fault_of_our_own_is_one_sentence_without_a_traceback(program: Program) -> None:
    answer = _with_fault(program, "vault_exists", "list")

    assert answer.returncode == 3
    assert b"Traceback" not in answer.stderr
    assert answer.stderr.count(b"\n") == 1
    log = program.home / "state" / "mayfly.log"
    assert str(log).encode() in answer.stderr
    assert "RuntimeError" in log.read_text()
    assert "zebracanary" not in log.read_text()
    assert b"zebracanary" not in answer.stderr


def test_even_a_fault_leaves_nothing_behind_a_read(bare: Program) -> None:
    answer = _with_fault(bare, "preferences", "read", "letter.pdf")

    assert answer.returncode == 3
    assert b"stores nothing" in answer.stderr
    assert not bare.home.exists()


def _with_fault(program: Program, method: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command whose foundation raises what no error of ours foresees."""
    script = (
        "import sys; from mayfly.bootstrap import Foundation; from mayfly.__main__ import main\n"
        "def fail(*_): raise RuntimeError('zebracanary')\n"
        f"Foundation.{method} = fail\n"
        f"sys.argv = ['mayfly', *{words}]; sys.exit(main())"
    )
    return subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        env=program.environment,
        capture_output=True,
        timeout=60,
    )


class _Screen:
    def __init__(self, status: int, screen: str) -> None:
        self.status = status
        self.screen = screen


def _on_terminal(program: Program, words: tuple[str, ...], typed: tuple[str, ...]) -> _Screen:
    """Run the program on a terminal of its own and type a line at each prompt."""
    ours, theirs = pty.openpty()
    process = program.start(
        *words,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**program.environment, "TERM": "xterm", "COLUMNS": "120"},
    )
    os.close(theirs)
    seen, left = b"", list(typed)
    # Reading fails with EIO when the last process has closed the other end.
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 4096):
            seen += piece
            if left and piece.endswith(b": "):
                os.write(ours, left.pop(0).encode() + b"\n")
    os.close(ours)
    return _Screen(process.wait(timeout=TIMEOUT_S), seen.decode(errors="replace"))


def test_ctrl_c_while_the_program_is_loaded_is_no_fault_of_its_own() -> None:
    code = (
        "import sys\n"
        "class Late:\n"
        "    def __getattr__(self, name): raise KeyboardInterrupt\n"
        "from mayfly.__main__ import main\n"
        "sys.modules['mayfly.cli.program'] = Late()\n"
        "sys.exit(main())"
    )

    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=30
    )

    assert (answer.returncode, answer.stderr) == (130, b"")


def test_what_is_only_exported_is_said_where_it_is_to_be_shown(bare: Program) -> None:
    refused = bare.run("show", "1234", "--format", "pdf")

    assert refused.status == 2
    assert "“mayfly export” writes it" in refused.err
