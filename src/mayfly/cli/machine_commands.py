"""“mayfly languages” and “mayfly doctor”: what this machine gives."""

from __future__ import annotations

import argparse

from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.json_shapes import inspection_shape, languages_shape
from mayfly.cli.session import Session
from mayfly.domain.inspection import Grade

_LANGUAGES = """
List the languages that Tesseract can read here, by their codes. The ones marked are used
when “--lang” is not given.
"""

_DOCTOR = """
Look at this machine and installation: versions, languages, the keyring, folders and their
permissions, what holds a reader back, and how far “deleted” holds here: disks, snapshots,
swap, backups. Nothing is changed and no vault is opened. A problem comes with what to do
about it, and the status is then 3.
"""


def add_parsers(commands: Commands) -> None:
    """Declare both commands."""
    commands.add(
        "languages",
        run_languages,
        summary="list the languages that can be read",
        description=_LANGUAGES,
        examples="mayfly languages\nmayfly languages --json",
        keeps_nothing=True,
    )
    commands.add(
        "doctor",
        run_doctor,
        summary="look at this machine and installation",
        description=_DOCTOR,
        examples="mayfly doctor\nmayfly doctor --json",
        keeps_nothing=True,
    )


def run_languages(_arguments: argparse.Namespace, session: Session) -> int:
    """Print the installed languages; RecogniserMissing when there is no Tesseract."""
    installed = session.foundation.languages()
    default = session.foundation.preferences().languages
    terminal = session.terminal
    for code in installed:
        terminal.print_line(f"{code}  (default)" if code in default else code)
    if terminal.as_json:
        terminal.print_json(languages_shape(installed, default))
    return ExitStatus.DONE


def run_doctor(_arguments: argparse.Namespace, session: Session) -> int:
    """Print what was found; FAILED when something is a problem."""
    inspection = session.foundation.inspect()
    terminal = session.terminal
    width = max(len(one.key) for one in inspection.findings)
    for one in inspection.findings:
        terminal.print_line(f"{one.grade.value:<7}  {one.key:<{width}}  {one.value}")
        if one.meaning and one.grade is not Grade.GOOD:
            terminal.print_line(f"{'':<7}  {'':<{width}}  {one.meaning}")
        if one.remedy:
            terminal.print_line(f"{'':<7}  {'':<{width}}  → {one.remedy}")
    terminal.print_line(f"\nWhat this machine can promise: {inspection.promise.value}")
    terminal.print_line(inspection.sentence)
    if terminal.as_json:
        terminal.print_json(inspection_shape(inspection))
    return ExitStatus.DONE if inspection.healthy else ExitStatus.FAILED
