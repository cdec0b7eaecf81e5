"""The system's timer: units that systemd itself takes, and nothing of them left after removal."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mayfly.domain.background import TimerState
from mayfly.domain.errors import ServiceUnavailable
from mayfly.system.purge_timer import PurgeTimer, program, purge_timer
from tests.conftest import ROOT

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    return tmp_path / "config" / "systemd" / "user"


@pytest.fixture
def timer(units: Path) -> PurgeTimer:
    return PurgeTimer(units, command=["/bin/true", "purge", "--due"], home=None)


@needs_systemd
def test_systemd_takes_both_units(units: Path) -> None:
    odd = 'a "home" of 100 % $HOME\\x'
    PurgeTimer(units, command=["/bin/true", odd], home=f"/tmp/{odd}").install()

    for kind in ("service", "timer"):
        checked = subprocess.run(
            [
                "systemd-analyze",
                "verify",
                "--user",
                "--man=no",
                str(units / f"mayfly-purge.{kind}"),
            ],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "XDG_RUNTIME_DIR": str(units)},
        )
        said = [one for one in checked.stderr.splitlines() if "mayfly-purge" in one]
        assert said == []


@needs_systemd
def test_a_unit_that_is_wrong_is_noticed(units: Path, timer: PurgeTimer) -> None:
    timer.install()
    path = units / "mayfly-purge.timer"
    path.write_text(path.read_text().replace("*:0/15", "every now and then"))

    checked = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(units)},
    )

    assert "mayfly-purge" in checked.stderr


@needs_systemd
def test_it_is_there_after_installing_and_gone_after_removing(
    units: Path, timer: PurgeTimer
) -> None:
    assert timer.state() is TimerState.ABSENT

    assert timer.install() in (TimerState.RUNNING, TimerState.AT_NEXT_LOGIN)
    assert timer.install() in (TimerState.RUNNING, TimerState.AT_NEXT_LOGIN)
    assert (units / "timers.target.wants" / "mayfly-purge.timer").resolve().is_file()

    assert timer.remove() is TimerState.ABSENT
    assert [one for one in units.rglob("*") if one.is_file() or one.is_symlink()] == []
    assert timer.remove() is TimerState.ABSENT


def test_without_systemd_it_says_so(timer: PurgeTimer, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    assert timer.state() is TimerState.UNAVAILABLE
    with pytest.raises(ServiceUnavailable):
        timer.install()


@needs_systemd
def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ServiceUnavailable):
        PurgeTimer(tmp_path / "file" / "user", command=["/bin/true"], home=None).install()


@needs_systemd
def test_the_units_start_this_installation_with_its_home(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "MAYFLY_HOME": str(tmp_path / "papers")}

    purge_timer(environment).install()

    unit = (tmp_path / ".config/systemd/user/mayfly-purge.service").read_text()
    assert "".join(f'"{word}" ' for word in program()) + '"purge" "--due"' in unit
    assert f'"MAYFLY_HOME={tmp_path}/papers"' in unit


def test_the_files_for_other_systems_run_the_same() -> None:
    job = plistlib.loads((ROOT / "packaging/launchd/org.mayfly.purge.plist").read_bytes())
    task = ElementTree.parse(ROOT / "packaging/windows/mayfly-purge.xml")
    words = task.find(".//{*}Exec/{*}Arguments")

    assert job["ProgramArguments"][1:] == ["purge", "--due"]
    assert job["RunAtLoad"] is True
    assert words is not None
    assert words.text == "purge --due"
