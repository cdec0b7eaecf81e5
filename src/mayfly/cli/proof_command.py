"""“mayfly prove”: a test document goes the whole road, and then every place is searched for it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.json_shapes import Shape, moment_shape
from mayfly.cli.session import Session
from mayfly.domain.proof import Place, PlaceNote, PlaceScan, ProofReport, ProofStep

_DESCRIPTION = """
A test document with words that exist nowhere else goes the whole road in your own vault:
added, read, shown, exported and deleted. Then every place in which something of it could
be left is searched, and one page tells which, how much, and what was found. Status 3 when
anything was.

“--self-test” shows that the search sees: it plants such words in a copy of each place and
looks for them. Status 3 when a place is blind. What else is queued is read first.
"""

_EXAMPLES = """
mayfly prove
mayfly prove --self-test
mayfly prove --json
"""

_STEPS = {
    ProofStep.ADD: "A test document is added.",
    ProofStep.READ: "It is read.",
    ProofStep.SHOW: "It is shown.",
    ProofStep.EXPORT: "It is exported.",
    ProofStep.DELETE: "It is deleted.",
    ProofStep.SEARCH: "Every place is searched.",
    ProofStep.PLANT: "Test words are planted in each place and searched.",
}
_PLACES = {
    Place.VAULT: "the vault and its folder",
    Place.STATE: "shard and locks",
    Place.SCRATCH: "scratch for Tesseract",
    Place.SETTINGS: "settings",
    Place.CACHE: "cache",
    Place.LOG: "log",
    Place.THUMBNAILS: "thumbnails",
    Place.RECENT_FILES: "recently used files",
    Place.QT_SETTINGS: "settings of Qt",
    Place.TEMPORARY: "temporary files",
    Place.CLIPBOARD: "clipboard",
    Place.OPEN_FILES: "open files",
    Place.PROCESSES: "arguments of programs",
}
_NOTES = {
    PlaceNote.NOT_HERE: "there is none",
    PlaceNote.NO_CLIPBOARD: "only the window has one",
    PlaceNote.NOT_ON_THIS_SYSTEM: "this system shows it to nobody",
    PlaceNote.PARTLY_UNREADABLE: "some of it may not be read",
}
_HEAD = ("PLACE", "FILES", "BYTES", "FOUND")


def add_parsers(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add(
        "prove",
        run_prove,
        summary="show that nothing stays of a deleted document",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
        in_memory=True,
    )
    parser.add_argument(
        "--self-test",
        action="store_true",
        help="show instead that the search finds what is planted in each place",
    )


def run_prove(arguments: argparse.Namespace, session: Session) -> int:
    """Check, and print the page; FAILED when something was found or a place is blind."""
    mayfly, terminal = session.vault(), session.terminal

    def tell(step: ProofStep) -> None:
        terminal.say(_STEPS[step])

    if arguments.self_test:
        report = mayfly.proof.test_itself(tell).result()
    else:
        mayfly.queue.start()
        report = mayfly.proof.run(tell).result()
    is_good = not report.blind if arguments.self_test else report.clean
    for line in _page(report):
        terminal.print_line(line)
    terminal.print_line(_verdict(report, self_test=arguments.self_test))
    if terminal.as_json:
        terminal.print_json(proof_shape(report, self_test=arguments.self_test))
    return ExitStatus.DONE if is_good else ExitStatus.FAILED


def proof_shape(report: ProofReport, *, self_test: bool) -> Shape:
    """Return the page as scripts read it; clean tells that all is well, of either check."""
    return {
        "self_test": self_test,
        "clean": not report.blind if self_test else report.clean,
        "started_at": moment_shape(report.started_at),
        "took_s": round(report.took_s, 1),
        "job": report.job_id,
        "steps": [step.value for step in report.steps],
        "files": sum(one.files for one in report.places),
        "bytes": report.scanned_bytes,
        "hits": report.hits,
        "blind": [place.value for place in report.blind] if self_test else [],
        "places": [
            {
                "place": one.place.value,
                "searched": one.searched,
                "files": one.files,
                "bytes": one.scanned_bytes,
                "hits": one.hits,
                "note": one.note.value,
            }
            for one in report.places
        ],
    }


def _page(report: ProofReport) -> Iterator[str]:
    rows = [_HEAD, *(_row(one) for one in report.places)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for place, files, size, found in rows:
        cells = (place.ljust(widths[0]), files.rjust(widths[1]), size.rjust(widths[2]), found)
        yield "  ".join(cells)


def _row(one: PlaceScan) -> tuple[str, str, str, str]:
    note = _NOTES.get(one.note, "")
    if not one.searched:
        return (_PLACES[one.place], "", "", f"not searched: {note}")
    found = str(one.hits) if one.hits else "nothing"
    return (
        _PLACES[one.place],
        str(one.files),
        _size(one.scanned_bytes),
        f"{found} ({note})" if note else found,
    )


def _verdict(report: ProofReport, *, self_test: bool) -> str:
    searched = sum(one.searched for one in report.places)
    work = f"{searched} places, {_size(report.scanned_bytes)}, {report.took_s:.1f} s"
    if self_test:
        if report.blind:
            blind = ", ".join(_PLACES[place] for place in report.blind)
            return f"BLIND: what was planted was not found in: {blind} ({work})."
        return f"Everything that was planted was found ({work})."
    if report.clean:
        return f"Nothing is left of the test document ({work})."
    return f"FOUND: {report.hits} traces of the test document are left ({work})."


def _size(count: int) -> str:
    if count < 1 << 10:
        return f"{count} B"
    size, units = count / 1024, ("KiB", "MiB", "GiB", "TiB")
    for unit in units:
        if size < 1024 or unit == units[-1]:
            break
        size /= 1024
    return f"{size:.1f} {unit}"
