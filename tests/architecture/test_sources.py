"""What holds for every source file: layers, sizes, nothing of one machine, nothing that leaks."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCE = ROOT / "src" / "mayfly"
MOST_LINES = 400
MOST_FUNCTION_LINES = 60


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def named(paths: list[Path]) -> list:
    return [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in paths]


def tracked_files() -> list[Path]:
    """Return what belongs to the project; without git, what is not made by tools."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "ls-files", "-z"]
        listed = subprocess.run(command, capture_output=True, check=True).stdout
        paths = [ROOT / name for name in listed.decode().split("\0") if name]
    else:
        made = {".venv", "__pycache__", "dist", "build"}
        paths = [
            path
            for path in ROOT.rglob("*")
            if not any(part in made or part.endswith("_cache") for part in path.parts)
        ]
    return [path for path in paths if path.is_file()]


def test_layers_hold():
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_no_file_is_too_long():
    lengths = {path: len(path.read_bytes().splitlines()) for path in modules("src", "tests")}
    long = {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > MOST_LINES}
    assert long == {}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.end_lineno - node.lineno + 1


def test_no_function_is_too_long():
    long = {
        f"{path.relative_to(ROOT)}:{name}": lines
        for path in modules("src")
        for name, lines in functions(path)
        if lines > MOST_FUNCTION_LINES
    }
    assert long == {}


@pytest.mark.parametrize("path", named(sorted(SOURCE.rglob("__init__.py"))))
def test_a_package_says_what_it_is_and_does_nothing(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1


def is_log_call(node: ast.AST) -> bool:
    levels = {"debug", "info", "warning", "error", "exception", "critical", "log"}
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in levels
        and isinstance(node.func.value, ast.Name)
        and "log" in node.func.value.id
    )


def test_log_messages_are_constants():
    """The log shows the fixed part of a message as it is, so nothing may be built into it."""
    built = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules("src")
        for node in ast.walk(ast.parse(path.read_text()))
        if is_log_call(node)
        and not (node.args and isinstance(getattr(node.args[0], "value", None), str))
    ]
    assert built == []


def test_nothing_prints_but_the_command_line():
    """What a window prints ends in the system's journal."""
    printing = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules("src")
        if path.parent != SOURCE / "cli"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    ]
    assert printing == []


# Put together here, so that this file does not hold what it looks for.
OF_ONE_MACHINE = re.compile(
    "|".join(
        [
            *("/wo" + "rk/", "/ro" + "ot/", "/opt/" + "wheels", "/opt/" + "pypi"),
            *("pypi" + r"\.org", "python" + "hosted", r"pkg\.d" + "ev", "artifact" + "ory"),
            "artifact" + "registry",
        ]
    )
)


def test_no_file_knows_one_machine_or_one_registry():
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {hit}" for hit in set(OF_ONE_MACHINE.findall(text))]
    assert found == []


# A file's age is told by the clock of its file system, whatever time counts for documents.
REAL_CLOCK_HOMES = {"src/mayfly/system/clock.py", "src/mayfly/engine/scratch.py"}
REAL_CLOCKS = re.compile(
    r"\b(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns))\("
    r"|\btime\.(localtime|gmtime|ctime)\(\)"
    r"|current(Date|DateTime|Time|MSecsSinceEpoch|DateTimeUtc)\("
)


def test_one_module_reads_the_real_clock():
    """Nor does a test, but those that drive the real program or a real adapter."""
    within = ("services", "vault", "unit", "gui", "export", "understand", "engine")
    paths = modules("src/mayfly", *(f"tests/{folder}" for folder in within))
    reading = {
        path.relative_to(ROOT).as_posix()
        for path in paths
        if REAL_CLOCKS.search(path.read_text(encoding="utf-8"))
    }
    assert reading == REAL_CLOCK_HOMES
