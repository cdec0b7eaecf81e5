"""Turns the figures into docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.uploads_page import HEAD, rows_of, told_of

_TITLES = {
    "start": "From start to usable window",
    "stall": "Longest stall of the window while reading",
    "flood": "A folder of very many files",
    "memory": "Memory",
    "purge": "Deleting",
    "punctuality": "Ends that are kept",
    "road": "Pages per minute of the whole road",
    "uploads": "Pictures to a bucket",
}
_INTRO = """# Benchmarks

This page is written by a program, which sets up what is missing, measures, and writes it anew:

    {command}

It needs the document corpus (`MAYFLY_CORPUS`) and, for the full run, about 20 minutes of a
machine that does nothing else. Wherever there is something to compare with, a reference runs
beside Mayfly in the same run, and the ratio is the figure that says something on another
machine.
"""


def page_of(found: dict[str, Any], *, command: str) -> str:
    """Return the page as Markdown."""
    parts = [_INTRO.format(command=command)]
    if found["quick"]:
        parts.append("**A quick run: fewer rounds and smaller sets. Not for comparison.**\n")
    parts.append(_table(("", ""), [(name, fact) for name, fact in found["machine"].items()]))
    parts += [_section(name, found) for name in found["parts"]]
    return "\n".join(parts)


def with_parts_of(before: str, found: dict[str, Any], page: str) -> str:
    """Return the page of before with the parts that were measured now; the new one if none."""
    if not before:
        return page
    head, *sections = before.split("\n## ")
    kept = {one.split("\n", 1)[0]: f"\n## {one}" for one in sections}
    for name in found["parts"]:
        kept[_TITLES[name]] = _section(name, found)
    return head + "".join(kept[title] for title in _TITLES.values() if title in kept)


def _section(name: str, found: dict[str, Any]) -> str:
    part, title = found["parts"][name], f"\n## {_TITLES[name]}\n\n"
    if "figures" not in part:
        return f"{title}No figures: this part failed ({part['failure']}).\n"
    return (
        f"{title}{_WRITERS[name](part['figures'])}\n\nTook {part['seconds']} s on"
        f" {found['machine']['Date']}; load of the machine when it began: {part['load_before']}.\n"
    )


def _start(found: dict[str, Any]) -> str:
    rows = [
        (
            row["vault"],
            row["platform"],
            f"**{row['usable_s']:.2f} s**",
            "{:.2f} to {:.2f} s".format(*row["range_s"]),
            f"{row['bare_s']:.2f} s",
            f"{row['ratio']:.1f}",
        )
        for row in found["rows"]
    ]
    steps = found["rows"][0]["steps"]
    told = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in steps.items())
    return (
        _table(("vault", "platform", "usable (median)", "range", "bare Qt window", "ratio"), rows)
        + f"\nTarget: under 1.5 s on a vault with 1,000 jobs (here {found['jobs']}, all finished"
        f" and each with its sealed name). Median of {found['rounds']} starts after one that warms"
        " the disk cache, in turns with the reference: a QMainWindow with a list of 1,000 rows,"
        " shown by the same Python. Usable: the window is on the screen, all rows are in the list"
        " and painted, the event loop has nothing left to do. Opening by passphrase holds about"
        " half a second of Argon2id on purpose; the keyring holds the time of a real Secret"
        f" Service. First line, step by step since the process began: {told}.\n"
    )


def _stall(found: dict[str, Any]) -> str:
    rows = []
    for who, runs in (
        ("Mayfly, reading", found["ours"]),
        ("bare window, busy cores", found["bare"]),
    ):
        rows += [_stall_row(f"{who}, round {n + 1}", run) for n, run in enumerate(runs)]
    ours = found["ours"]
    return (
        _table(_STALL_HEAD, rows)
        + "\nTarget: under 50 ms. A timer of 5 ms in the event loop; a stall is how late it came."
        f" Meanwhile {sum(run['pages_read'] for run in ours)} pages were read and a user did"
        f" {sum(run['acts'] for run in ours)} things (scrolled, chose documents, turned pages;"
        f" {sum(run['pages_shown'] for run in ours)} pages were shown, the slowest after"
        f" {max(run['longest_page_ms'] for run in ours)} ms). Workers keep every core busy, so the"
        " system itself keeps any program waiting: the reference is the same timer in a bare Qt"
        " window beside plain loops on all cores. “Own work” is the longest CPU time that the GUI"
        " thread itself spent between two ticks: that part is Mayfly's doing.\n"
    )


_STALL_HEAD = ("", "longest stall", "99.9 % below", "99 % below", "over 50 ms", "own work")


def _stall_row(name: str, run: dict[str, Any]) -> tuple[str, ...]:
    return (
        name,
        f"**{run['stall_ms']:.0f} ms**",
        f"{run['p999_ms']:.0f} ms",
        f"{run['p99_ms']:.0f} ms",
        f"{run['over_50_ms']} of {run['ticks']:,}",
        f"{run['longest_own_ms']:.0f} ms",
    )


def _flood(found: dict[str, Any]) -> str:
    ours = found["ours"]
    pages = (
        f"{ours['pages_asked']} finished documents were opened meanwhile: their page was there"
        f" after {ours['median_page_ms']} ms (median), {ours['longest_page_ms']} ms at most."
        if ours["pages_asked"]
        else "No document was finished before the last row was there, so none was opened."
    )
    return (
        _table(
            _STALL_HEAD,
            [
                _stall_row(f"Mayfly, {ours['files']:,} files", ours),
                _stall_row("bare window, busy cores", found["bare"]),
            ],
        )
        + f"\nA folder with {ours['files']:,} PDFs of one page is dropped on the window. First row"
        f" after {ours['first_row_ms']} ms, all rows (every file copied, sealed and queued) after"
        f" {ours['all_rows_s']} s: {1e3 * ours['all_rows_s'] / ours['files']:.1f} ms a file."
        f" {pages} {ours['read_meanwhile']} documents were read in that time. The main process grew"
        f" by {ours['grown_mb']} MB.\n"
    )


def _memory(found: dict[str, Any]) -> str:
    rows = [
        (
            f"{row['pages']} pages, {row['kind']}, {row['file_mb']} MB",
            f"{row['main_rss_mb']} / {_pss(row, 'main')} MB",
            f"{row['before_mb']} → **{row['reading_mb']} MB**",
            f"{row['worker_rss_mb']} / {_pss(row, 'worker')} MB",
            f"{row.get('tesseract_rss_mb', 0)} MB" if "tesseract_rss_mb" in row else "not used",
            f"{row['seconds']} s",
        )
        for row in found["rows"]
    ]
    head = ("document", "main, peak", "main, before → while reading", "worker", "tesseract", "took")
    return (
        _table(head, rows)
        + "\nTarget: main process under 350 MB and no growth with the page count. The window is"
        " open and shows the page read last. Resident memory, and after the stroke the"
        " proportional share (PSS, which counts shared libraries once). The peak of the main"
        " process is the moment of unlocking: Argon2id takes memory on purpose, and gives it"
        " back; what reading itself takes is the second figure.\n"
    )


_DELETED_HEAD = ("deleted", "key", "until it is done", "CPU", "range", "plain SQLite", "ratio")


def _purge(found: dict[str, Any]) -> str:
    rows = [
        (
            f"{row['count']:,} of {row['live']:,}",
            row["home"],
            f"**{_ms(row['ms'])}**",
            _ms(row["cpu_ms"]),
            f"{_ms(row['range_ms'][0])} to {_ms(row['range_ms'][1])}" if row["count"] == 1 else "",
            _ms(row["plain_ms"]),
            f"{row['ratio']:.1f}",
        )
        for row in found["rows"]
    ]
    panics = [
        (
            f"{one['live']:,} jobs",
            one["home"],
            f"**{one['key_ms']:.1f} ms**",
            _ms(one["all_ms"]),
            _ms(one["wall_ms"]),
        )
        for one in found["panics"]
    ]
    few, many = found["opened"]
    opened = [
        (f"{one['tombstones']:,}", f"{one['live']:,}", _ms(one["open_ms"]), _ms(one["list_ms"]))
        for one in found["opened"]
    ]
    return (
        _table(_DELETED_HEAD, rows)
        + "\nTargets: one job under 100 ms among 1,000, 10,000 jobs under 5 s. From the call of the"
        " window's own service to its answer: marked and committed, keys and rows destroyed,"
        " log emptied, vault key changed and the old shard overwritten, with a real Secret Service"
        " or with a passphrase. Jobs of one page, some 9 KB of them sealed, chosen from all over"
        " the vault, so that nearly every bucket of keys loses one; overwriting takes longer for"
        " larger documents, changing the key does not. The reference deletes the same rows of a"
        " copy of the same file, used as a plain database: one transaction, the same settings"
        " (`secure_delete` included), log emptied, no keys. CPU: what of the time the program"
        " itself worked; the rest it waited for the disk, the keyring, or other programs' turn."
        f" One job: median of {found['rounds']}.\n\n"
        + _table(("whole vault", "key", "key destroyed", "all gone", "with the start"), panics)
        + "\nTarget: under 1 s, whatever the size. What `mayfly panic` does, from its call until"
        " the half of the key on the disk is overwritten, and until every file and the keyring's"
        " half are gone; last, with the start of the process.\n\n"
        + _table(("tombstones", "living jobs", "until it is open", "all rows listed"), opened)
        + "\nA job's row stays after deletion. Opening by passphrase holds about half a second of"
        f" Argon2id on purpose; with {many['tombstones']:,} tombstones it takes"
        f" {many['open_ms'] - few['open_ms']:+} ms.\n"
    )


def _punctuality(found: dict[str, Any]) -> str:
    return "\n".join((_kept(found["spread"]), _overdue(found["overdue"]), _timers(found["many"])))


def _kept(found: dict[str, Any]) -> str:
    rows = [
        (
            f"{row['ends']:,}: {row['kind']}",
            f"{row['median_s']:.2f} s",
            f"**{row['p99_s']:.2f} s**",
            f"**{row['latest_s']:.2f} s**",
            str(row["sweeps"]),
            _ms(row["sweep_ms"]),
            str(row["left"]),
            str(row["pages_read"]),
        )
        for row in found["rows"]
    ]
    stalls = [_stall_row(f"Mayfly, {row['kind']}", row) for row in found["rows"]]
    return (
        _table(_LATE_HEAD, rows)
        + f"\nTargets: 99 % within 1 s, all within 2 s. {found['jobs']:,} jobs whose ends come"
        f" evenly within {found['seconds']:.0f} s, in a window while its workers read on all cores"
        " and its user scrolls, chooses and turns pages. Late: from the end until the sweep was"
        " over, when keys and rows are destroyed, the log is emptied and the vault key is changed."
        " Ends that come while a sweep is at work go together in the next one. Left: what was"
        " still there a minute afterwards.\n\n"
        + _table(_STALL_HEAD, [*stalls, _stall_row("bare window, busy cores", found["bare"])])
        + "\nTarget: under 50 ms. Measured as above, in the same minute.\n"
    )


def _overdue(found: dict[str, Any]) -> str:
    rows = [
        _start_row(f"{found['jobs']:,} overdue jobs", found),
        _start_row("the same vault once more", found["without"]),
    ]
    return (
        _table(_STARTED_HEAD, rows)
        + f"\nTarget: it answers within 5 s. {found['gone_before_window']:,} jobs were destroyed"
        f" before the window was made, which listed {found['shown_alive']} of them alive at any"
        " moment. From the start of the process, Argon2id included; CPU: what the process itself"
        " worked until then, on all its threads. Destroying: the sweep at start.\n"
    )


def _timers(found: dict[str, Any]) -> str:
    nearest = found["rows"][0]
    rows = [
        (
            f"{row['timers']:,}",
            _ms(row["find_ms"]),
            f"**{row['set_s']:.2f} s**",
            _ms(row["moved_ms"]),
            f"**{row['grown_mb']} MB**",
            _ms(row["held_up_ms"]),
        )
        for row in found["rows"]
    ]
    return (
        _table(_TIMERS_HEAD, rows)
        + f"\nA vault with {found['ends']:,} ends to come. Mayfly holds a timer for the nearest"
        f" {nearest['timers']:,} only: the first line is what it does, the last what a timer for"
        " each would cost. Anew: an end moves, the nearest are found and the timers brought in"
        " line. Held up: the longest that another thread, such as the window's, had to wait while"
        " they were set. Looking for what is due, which every sweep does, took"
        f" {_ms(nearest['due_ms'])} there.\n"
    )


_LATE_HEAD = (
    "ends",
    "late, median",
    "99 % below",
    "latest",
    "sweeps",
    "each",
    "left",
    "pages read",
)
_STARTED_HEAD = ("", "destroying", "window made", "it answers", "CPU", "list filled", "stall")
_TIMERS_HEAD = ("timers", "found in", "set in", "anew", "memory", "held up")


def _start_row(name: str, one: dict[str, Any]) -> tuple[str, ...]:
    return (
        name,
        f"{one['sweep_s']:.2f} s",
        f"{one['window_s']:.2f} s",
        f"**{one['answers_s']:.2f} s**",
        f"{one['cpu_s']:.2f} s",
        f"{one['filled_s']:.2f} s",
        f"{one['longest_ms']:.0f} ms",
    )


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if value < 1_000 else f"{value / 1_000:.2f} s"


def _pss(row: dict[str, Any], kind: str) -> str:
    return str(row.get(f"{kind}_pss_mb") or "?")


def _road(found: list[dict[str, Any]]) -> str:
    rows = [
        (
            one["set"],
            str(one["pages"]),
            f"{one['pages_per_minute']:.1f}",
            f"{one['reference_pages_per_minute']:.1f}",
            f"**{one['cpu_ratio']:.2f}**",
            "{:.2f} to {:.2f}".format(*one["cpu_ratio_range"]),
            f"{one['wall_ratio']:.2f}",
        )
        for one in found
    ]
    head = ("set", "pages", "pages/min", "reference", "CPU ratio", "range", "wall ratio")
    accuracy = [
        (
            one["set"],
            language,
            f"{100 * score['cer']:.1f} %",
            f"{100 * score['reference_cer']:.1f} %",
            f"{100 * score['f1']:.1f} %",
            f"{100 * score['reference_f1']:.1f} %",
        )
        for one in found
        for language, score in one["accuracy"].items()
    ]
    more = ("set", "language", "error rate", "reference", "word F1", "reference")
    return (
        _table(head, rows)
        + "\nTarget: at most 0.85 of the reference's CPU time. From files to finished jobs through"
        " the window's own services on a fresh vault: copied, sealed, read in locked-down workers,"
        " pictures and words sealed and saved page by page. The reference is Debian's tesseract"
        " alone on the same page images: `OMP_THREAD_LIMIT=1 xargs -P$(nproc) tesseract`, text"
        f" output, nothing kept. Median of {found[0]['rounds']} rounds that alternate who goes"
        " first; CPU time is that of whole process trees, starting and ending included. A short"
        " set pays more for the start of the program and its workers, and a small page more for"
        " its own process. Receipts cost more than the reference on purpose: about every third is"
        " read twice, and the better reading is kept.\n\n"
        + _table(more, accuracy)
        + "\nError rate: character edits for each character of the transcription, white space"
        " folded. Word F1: over the bag of words. Both programs are measured alike; part of the"
        " error rate of both is reading order, and what the transcribers left out. The"
        " transcriptions of receipts are in capitals, so there capitals and small letters count as"
        " the same.\n"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "start": _start,
    "stall": _stall,
    "flood": _flood,
    "memory": _memory,
    "purge": _purge,
    "punctuality": _punctuality,
    "road": _road,
    "uploads": lambda found: _table(HEAD, rows_of(found)) + told_of(found),
}
