"""What becomes of the odd documents of the corpus, as rows of a table that a person can read.

python -m tests.end2end.odd_outcomes writes docs/odd-documents.md anew; test_odd compares
with it, so that a change of any outcome is noticed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mayfly.composition import Mayfly
from mayfly.domain.error_codes import error_of
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Job
from mayfly.domain.pages import PageOrigin, PageState
from mayfly.domain.states import JobState
from tests.conftest import ROOT, CorpusDocument, load_corpus
from tests.end2end.running import UNREAD, add, running, wait_until_read

TABLE = ROOT / "docs" / "odd-documents.md"
PATIENCE_S = 900.0

_HEAD = """# Odd documents

What becomes of the documents of the corpus' folder `odd/`: encrypted, broken, bombs, rotated,
recursive, empty. Written by `python -m tests.end2end.odd_outcomes` (two readers side by side,
one English recogniser); `tests/end2end/test_odd.py` reads them all again and compares the
outcome and the reason of each with this table.

- **read**: words were found on it, or in it.
- **partly read**: some pages could not be read; they say why.
- **blank**: nothing is printed on any page, and that is said.
- **no words**: a picture without text; the page says that no words were found.
- **refused**: it ends as failed, with a sentence and a remedy.
- **needs password → …**: what came after the right password was given.

| document | what is odd | outcome | why | pages | words | seconds |
| --- | --- | --- | --- | ---: | ---: | ---: |
"""


@dataclass(frozen=True)
class Outcome:
    """One row."""

    document: str
    oddity: str
    kind: str
    codes: tuple[str, ...]
    pages: int | None
    words: int
    seconds: float

    def as_row(self) -> str:
        """Return the row in Markdown."""
        why = "<br>".join(f"`{code}`: {error_of(code).text}" for code in self.codes)
        pages = "" if self.pages is None else str(self.pages)
        seconds = "< 1" if self.seconds < 1 else f"{self.seconds:.0f}"
        cells = (self.document, self.oddity, self.kind, why, pages, str(self.words), seconds)
        return "| " + " | ".join(cells) + " |"


class Stopwatch:
    """Sums up how long each job was being read, as its rows tell."""

    def __init__(self) -> None:
        self._since: dict[JobId, float] = {}
        self.spent_s: dict[JobId, float] = {}

    def look(self, job: Job) -> None:
        """Note a row that changed."""
        now = time.monotonic()
        if job.state is JobState.READING:
            self._since.setdefault(job.job_id, now)
        elif job.state not in UNREAD and job.job_id in self._since:
            spent = now - self._since.pop(job.job_id)
            self.spent_s[job.job_id] = self.spent_s.get(job.job_id, 0.0) + spent


def run(mayfly: Mayfly, documents: Sequence[CorpusDocument]) -> list[Outcome]:
    """Read every document, with its password where it needs one, and say what became of it."""
    watch = Stopwatch()
    jobs = add(mayfly, [one.path for one in documents]).jobs
    before = wait_until_read(mayfly, jobs, patience_s=PATIENCE_S, look=watch.look)
    locked = [job_id for job_id in jobs if before[job_id].state is JobState.NEEDS_PASSWORD]
    for job_id in locked:
        document = documents[jobs.index(job_id)]
        password = document.entry["expect"]["passwords_accepted"][0]
        mayfly.queue.give_password(job_id, password).result()
    after = wait_until_read(mayfly, jobs, patience_s=PATIENCE_S, look=watch.look)
    return [
        _outcome(mayfly, after[job_id], document, job_id in locked, watch.spent_s.get(job_id, 0.0))
        for job_id, document in zip(jobs, documents, strict=True)
    ]


def kinds_in(table: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return outcome and reasons of each document of a written table."""
    kinds = {}
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and cells[0] not in ("document", "---"):
            codes = tuple(one.split("`")[1] for one in cells[3].split("<br>") if one)
            kinds[cells[0]] = (cells[2], codes)
    return kinds


def table_of(outcomes: Iterable[Outcome]) -> str:
    """Return the whole page."""
    return _HEAD + "".join(f"{one.as_row()}\n" for one in outcomes)


def _outcome(
    mayfly: Mayfly, job: Job, document: CorpusDocument, was_locked: bool, seconds: float
) -> Outcome:
    kind, codes, words = _kind(mayfly, job)
    return Outcome(
        document=document.path.name,
        oddity=document.entry["expect"]["why"],
        kind=f"needs password → {kind}" if was_locked else kind,
        codes=codes,
        pages=job.pages,
        words=words,
        seconds=seconds,
    )


def _kind(mayfly: Mayfly, job: Job) -> tuple[str, tuple[str, ...], int]:
    codes = (job.error_code,) if job.error_code else ()
    if job.state is JobState.NEEDS_PASSWORD:
        return "needs password", codes, 0
    pages = mayfly.library.pages(job.job_id).result()
    failed = tuple(sorted({page.error_code or "" for page in pages if page.error_code}))
    if job.state is not JobState.DONE:
        # A job whose pages all failed for one reason failed for that reason itself.
        return "refused", tuple(dict.fromkeys(codes + failed)), 0
    results = list(mayfly.library.results(job.job_id))
    words = sum(len(result.words) for result in results)
    if any(page.state is PageState.FAILED for page in pages):
        return "partly read", failed, words
    if words:
        return "read", (), words
    blank = all(result.origin is PageOrigin.BLANK for result in results)
    return "blank" if blank else "no words", (), 0


def main() -> int:
    """Write the table."""
    corpus = load_corpus()
    if corpus is None:
        sys.stderr.write("no document corpus: set MAYFLY_CORPUS to its folder\n")
        return 1
    with tempfile.TemporaryDirectory() as home, running(Path(home)) as mayfly:
        outcomes = run(mayfly, corpus.of_kind("odd"))
    TABLE.write_text(table_of(outcomes), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
