"""Progress bars on a terminal, drawn by rich; nothing at all anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from mayfly.cli.terminal import Terminal

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress


class Progress(Protocol):
    """Something that shows how far the work is."""

    def show(self, label: str, done: int, total: int | None, note: str = "") -> None:
        """Show the count; total is None while nobody knows it."""
        ...

    def say(self, text: str) -> None:
        """Tell a line beside the bar."""
        ...


class NoProgress:
    """For pipes, files and people who do not watch; what is said goes to standard error."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def show(self, label: str, done: int, total: int | None, note: str = "") -> None:
        """Show nothing."""

    def say(self, text: str) -> None:
        """Tell a line."""
        self._terminal.say(text)


class Bar:
    """One bar on standard error. It is gone when the work is done."""

    def __init__(self, progress: RichProgress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None, note="")

    def show(self, label: str, done: int, total: int | None, note: str = "") -> None:
        """Draw the bar at the count."""
        self._progress.update(self._task, description=label, completed=done, total=total, note=note)

    def say(self, text: str) -> None:
        """Tell a line above the bar."""
        self._progress.console.print(text, markup=False, highlight=False)


@contextmanager
def open_progress(terminal: Terminal, *, wished: bool = True) -> Iterator[Progress]:
    """Give a bar when somebody would see it and wishes it, else something that is silent."""
    if not (wished and terminal.shows_progress):
        yield NoProgress(terminal)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
    )
    console = Console(file=terminal.err)
    with RichProgress(*columns, console=console, transient=True) as progress:
        yield Bar(progress)
