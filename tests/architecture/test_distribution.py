"""What is given to others: the wheel, the lock files, the changelog, the translations."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DOCS = sorted(path.name for path in (ROOT / "docs").glob("*.md"))
LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9-]+)==(\S+?)(?: ; .*?)? \\$", re.MULTILINE)
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    # Without network: the builder is installed, and nothing is fetched for it.
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def test_the_wheel_holds_every_module_and_resource(wheel):
    held = set(wheel.namelist())
    sources = (ROOT / "src").rglob("*.py")
    assert {path.relative_to(ROOT / "src").as_posix() for path in sources} <= held
    # SQL and the like lie beside the modules that read them.
    for path in (ROOT / "src" / "mayfly").rglob("*.sql"):
        assert path.relative_to(ROOT / "src").as_posix() in held
    resources = (path for path in (ROOT / "resources").rglob("*") if path.is_file())
    assert {f"mayfly/{path.relative_to(ROOT).as_posix()}" for path in resources} <= held


def test_the_wheel_holds_the_licence_the_command_and_nothing_else(wheel):
    names = wheel.namelist()
    info = f"mayfly_ocr-{PROJECT['version']}.dist-info"
    assert f"{info}/licenses/LICENSE" in names
    assert b"mayfly = mayfly.__main__:main" in wheel.read(f"{info}/entry_points.txt")
    assert all(name.startswith(("mayfly/", info)) for name in names)
    assert not [name for name in names if name.endswith((".pyc", ".orig", "~"))]


def test_an_installed_wheel_finds_its_resources(wheel, tmp_path):
    wheel.extractall(tmp_path)
    code = (
        "from mayfly.system.resources import resource, resource_folder\n"
        "print(resource_folder()); resource('result.schema.json')"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(answer.stdout.strip()) == (tmp_path / "mayfly" / "resources").resolve()


def test_the_changelog_tells_about_this_version():
    assert f"## [{PROJECT['version']}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_licence_is_whole():
    text = (ROOT / "LICENSE").read_text()
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in text.splitlines()[0]
    assert [n for n in range(18) if not re.search(rf"^  {n}\. ", text, re.MULTILINE)] == []
    assert "END OF TERMS AND CONDITIONS" in text


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{one}" for one in DOCS)])
def test_links_lead_somewhere(page):
    path = ROOT / page
    targets = re.findall(r"\]\(([^)#]+)\)", path.read_text())
    local = [one for one in targets if not one.startswith("https://")]
    assert [one for one in local if not (path.parent / one).exists()] == []


def pins(lock: str) -> set[tuple[str, str]]:
    return set(PIN.findall((ROOT / lock).read_text()))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_a_version_or_its_hash(lock):
    lines = (ROOT / lock).read_text().splitlines()
    strange = [line for line in lines if not PIN.match(line + "\n") and not HASH.match(line)]
    assert strange == []
    after = [lines[n + 1] for n, line in enumerate(lines) if PIN.match(line + "\n")]
    assert all(HASH.match(line) for line in after)


def test_tests_run_with_the_very_versions_that_users_get():
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_everything_that_is_asked_for_is_locked():
    locked = {name for name, _ in pins("requirements.lock")}
    wanted = {re.split(r"[<>=!;\[ ]", line)[0].lower() for line in PROJECT["dependencies"]}
    assert wanted <= locked


def test_catalogues_are_up_to_date():
    """After a change of texts: packaging/translate extract, then compile."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "translate"), "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["run", "test", "lock", "translate"])
def test_commands_can_be_run(name):
    path = ROOT / "packaging" / name
    assert path.stat().st_mode & 0o111
    if path.read_bytes().startswith(b"#!/usr/bin/env bash"):
        subprocess.run(["bash", "-n", str(path)], check=True)
        assert "set -euo pipefail" in path.read_text()
