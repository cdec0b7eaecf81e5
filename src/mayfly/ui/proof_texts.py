"""The check with a test document in words: its steps, the places, and the one page. Pure."""

from __future__ import annotations

from mayfly.domain.proof import Place, PlaceNote, PlaceScan, ProofReport, ProofStep
from mayfly.ui.times import exact_text
from mayfly.ui.wording import Tr, bytes_text, count_text, number_text, seconds_text

ROAD = (
    ProofStep.ADD,
    ProofStep.READ,
    ProofStep.SHOW,
    ProofStep.EXPORT,
    ProofStep.DELETE,
    ProofStep.SEARCH,
)
SELF_TEST = (ProofStep.PLANT, ProofStep.SEARCH)


def step_text(tr: Tr, step: ProofStep) -> str:
    """Say what a step does."""
    return {
        ProofStep.ADD: tr("Add a test document with words that exist nowhere else"),
        ProofStep.READ: tr("Read it"),
        ProofStep.SHOW: tr("Open its page"),
        ProofStep.EXPORT: tr("Export it"),
        ProofStep.DELETE: tr("Delete it"),
        ProofStep.SEARCH: tr("Search every place for what is left of it"),
        ProofStep.PLANT: tr("Plant test words in each place, in copies of them"),
    }[step]


def place_text(tr: Tr, place: Place) -> str:
    """Return what a place is called."""
    return {
        Place.VAULT: tr("The vault and its log of recent writes"),
        Place.STATE: tr("Key file and locks"),
        Place.SCRATCH: tr("Working folders in memory"),
        Place.SETTINGS: tr("Settings"),
        Place.CACHE: tr("Cache"),
        Place.LOG: tr("Log"),
        Place.THUMBNAILS: tr("The desktop's thumbnails"),
        Place.RECENT_FILES: tr("The desktop's list of recent files"),
        Place.QT_SETTINGS: tr("Settings of the window's toolkit"),
        Place.TEMPORARY: tr("Temporary files"),
        Place.CLIPBOARD: tr("Clipboard"),
        Place.OPEN_FILES: tr("Files that Mayfly has open"),
        Place.PROCESSES: tr("What running programs were started with"),
    }[place]


def note_text(tr: Tr, note: PlaceNote) -> str:
    """Say why a place was not searched, or not all of it."""
    return {
        PlaceNote.NONE: "",
        PlaceNote.NOT_HERE: tr("There is none here"),
        PlaceNote.NO_CLIPBOARD: tr("No clipboard"),
        PlaceNote.NOT_ON_THIS_SYSTEM: tr("This system shows it to nobody"),
        PlaceNote.PARTLY_UNREADABLE: tr("A part of it may not be read"),
    }[note]


def verdict_of(tr: Tr, report: ProofReport, *, self_test: bool) -> tuple[bool, str]:
    """Return whether the check went well, and what it found."""
    searched = sum(one.searched for one in report.places)
    if self_test:
        if report.blind:
            names = ", ".join(place_text(tr, place) for place in report.blind)
            return False, tr("The search is blind here: {places}.").format(places=names)
        return True, count_text(
            tr,
            searched,
            "The search sees: what was planted was found in the {n} place it searched.",
            "The search sees: what was planted was found in each of the {n} places.",
        )
    if report.clean:
        return True, count_text(
            tr,
            searched,
            "Nothing is left of the deleted test document in the {n} place searched.",
            "Nothing is left of the deleted test document in the {n} places searched.",
        )
    return False, count_text(
        tr,
        report.hits,
        "{n} trace of the deleted test document was found.",
        "{n} traces of the deleted test document were found.",
    )


def totals_text(tr: Tr, report: ProofReport) -> str:
    """Return how much was searched, and how long all of it took."""
    files = sum(one.files for one in report.places)
    return " · ".join(
        (
            exact_text(report.started_at),
            count_text(tr, files, "{n} file", "{n} files"),
            bytes_text(report.scanned_bytes),
            seconds_text(tr, report.took_s),
        )
    )


def place_cells(tr: Tr, scan: PlaceScan, *, self_test: bool) -> tuple[str, str, str, str]:
    """Return a line of the table: place, files, data, and what was found."""
    name = place_text(tr, scan.place)
    if not scan.searched:
        return name, "–", "–", note_text(tr, scan.note)
    if self_test:
        found = tr("found") if scan.hits else tr("not found")
    else:
        found = number_text(scan.hits) if scan.hits else tr("nothing")
    note = note_text(tr, scan.note)
    found = f"{found} · {note}" if note else found
    return name, number_text(scan.files), bytes_text(scan.scanned_bytes), found


def report_text(tr: Tr, report: ProofReport, *, self_test: bool) -> str:
    """Return the one page as plain text, to keep or to hand on."""
    title = tr("Check of the search itself") if self_test else tr("Check with a test document")
    _, verdict = verdict_of(tr, report, self_test=self_test)
    lines = [f"Mayfly · {title}", totals_text(tr, report), "", verdict, ""]
    lines.extend(f"{n}. {step_text(tr, step)}" for n, step in enumerate(report.steps, 1))
    lines.append("")
    rows = [table_head(tr), *(place_cells(tr, one, self_test=self_test) for one in report.places)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        left, *middle, last = row
        cells = [left.ljust(widths[0])]
        cells.extend(cell.rjust(width) for cell, width in zip(middle, widths[1:3], strict=True))
        lines.append("  ".join([*cells, last]))
    return "\n".join(lines) + "\n"


def table_head(tr: Tr) -> tuple[str, str, str, str]:
    """Return the table's headings."""
    return tr("Place"), tr("Files"), tr("Data"), tr("Found")
