"""The reference: Debian's tesseract on the same pages, one process a core, one thread each."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.usage import Usage, measure


@dataclass(frozen=True)
class Page:
    """A page image and the languages it is read in."""

    image: Path
    languages: str


def debian_tesseract() -> str:
    """Return the reference program; Debian's own, not one of a wheel."""
    program = "/usr/bin/tesseract"
    if not Path(program).exists():
        program = shutil.which("tesseract") or ""
    if not program:
        raise SystemExit("the benchmark needs Debian's tesseract-ocr beside Mayfly")
    return program


def read_all(pages: Sequence[Page], out: Path) -> Usage:
    """Read every page into out/<stem>.txt as xargs -P would; return what it cost."""
    out.mkdir(parents=True, exist_ok=True)
    lines = "\0".join(
        f"{page.image}\0{out / page.image.stem}\0-l\0{page.languages}" for page in pages
    )
    todo = out / "todo"
    todo.write_text(lines)
    jobs = os.cpu_count() or 1
    # With 4 arguments a page, in this order: image, base of the output, -l, languages.
    command = [
        "xargs", "-0", "-a", str(todo), f"-P{jobs}", "-n4",
        debian_tesseract(), "--psm", "3", "-c", "debug_file=/dev/null",
    ]  # fmt: skip
    env = os.environ | {"OMP_THREAD_LIMIT": "1"}
    usage = measure(command, env=env)
    if usage.status:
        raise SystemExit(f"the reference ended with status {usage.status}")
    return usage


def version() -> str:
    """Return the reference's own words about its version."""
    answer = subprocess.run(
        [debian_tesseract(), "--version"], capture_output=True, text=True, check=True
    )
    return answer.stdout.splitlines()[0] if answer.stdout else answer.stderr.splitlines()[0]
