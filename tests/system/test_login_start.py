"""Starting with the desktop: a file that desktops take, and nothing of it left afterwards."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from mayfly.domain.errors import ServiceUnavailable
from mayfly.system.login_start import AT_LOGIN, LoginStart, is_login_start, login_start


def _file(folder: Path) -> Path:
    return folder / "mayfly-at-login.desktop"


def test_it_is_off_until_it_is_wanted_and_leaves_nothing(tmp_path: Path) -> None:
    login = login_start({"HOME": str(tmp_path)})
    assert not login.is_wanted()

    assert login.set_wanted(True)
    assert not login.set_wanted(False)
    assert not login.set_wanted(False)

    assert list((tmp_path / ".config" / "autostart").iterdir()) == []


def test_odd_paths_reach_the_program_as_they_are(tmp_path: Path) -> None:
    words = ['/opt/my "own" 100 %/$HOME/`x`/py\\thon', "-m", "mayfly"]
    LoginStart(tmp_path, words).set_wanted(True)

    lines = _file(tmp_path).read_text().splitlines()
    line = next(one.removeprefix("Exec=") for one in lines if one.startswith("Exec="))
    # As a desktop reads it: the string of the file, then the quotes, then the fields.
    split = shlex.split(line.replace("\\\\", "\\"))
    read = [one.replace("\\$", "$").replace("\\`", "`").replace("%%", "%") for one in split]
    assert read == ["env", f"{AT_LOGIN}=1", *words]


@pytest.mark.skipif(
    shutil.which("desktop-file-validate") is None, reason="desktop-file-validate is not installed"
)
def test_desktops_take_the_file(tmp_path: Path) -> None:
    LoginStart(tmp_path, ["/usr/bin/python3", "-m", "mayfly"]).set_wanted(True)

    checked = subprocess.run(
        ["desktop-file-validate", str(_file(tmp_path))], capture_output=True, text=True, check=False
    )

    assert (checked.returncode, checked.stdout) == (0, "")


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ServiceUnavailable):
        LoginStart(tmp_path / "file" / "autostart", ["/bin/true"]).set_wanted(True)


def test_a_start_at_login_is_known_as_one(monkeypatch) -> None:
    assert not is_login_start()
    monkeypatch.setenv(AT_LOGIN, "1")
    assert is_login_start()
