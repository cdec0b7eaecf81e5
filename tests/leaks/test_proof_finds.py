"""The check with a canary finds what builds of Mayfly leave that are not what they should be."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest

from mayfly.domain.proof import Place, ProofReport
from mayfly.services.library import Library
from mayfly.vault.sealing import StreamCipher
from tests.end2end.running import running
from tests.leaks.plain_program import make_plain
from tests.vault.guards import keep_the_log, keep_what_was_freed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def leave_in_a_temporary_file(patch: pytest.MonkeyPatch) -> None:
    """Show pages like a program that hands them to a viewer."""
    view = Library._view

    def leaving(self, job_id, number):
        shown = view(self, job_id, number)
        Path(tempfile.gettempdir(), "viewer").write_text(shown.text, encoding="utf-16")
        return shown

    patch.setattr(Library, "_view", leaving)


def put_into_the_environment(patch: pytest.MonkeyPatch) -> None:
    view = Library._view

    def leaving(self, job_id, number):
        shown = view(self, job_id, number)
        patch.setenv("LAST_SHOWN", shown.text)
        return shown

    patch.setattr(Library, "_view", leaving)


def keep_open(patch: pytest.MonkeyPatch) -> None:
    """Hold the document in a file that has no name any more."""
    held = tempfile.TemporaryFile(dir="/dev/shm")  # noqa: SIM115 - it is to stay open
    view = Library._view

    def leaving(self, job_id, number):
        shown = view(self, job_id, number)
        held.write(shown.image.data)
        held.flush()
        return shown

    # Closed when the patches are taken back: it is then the last thing that holds it.
    weakref.finalize(leaving, held.close)

    patch.setattr(Library, "_view", leaving)


def plain(leave: Callable[[pytest.MonkeyPatch], None]) -> Callable[[pytest.MonkeyPatch], None]:
    """Return the build without encryption in which this, too, is not done."""

    def build(patch: pytest.MonkeyPatch) -> None:
        for name in ("_seal", "open"):
            # So that it is put back at the end.
            patch.setattr(StreamCipher, name, getattr(StreamCipher, name))
        make_plain()
        leave(patch)

    return build


CARELESS = {
    "plain, freed rows stay": (plain(keep_what_was_freed), {Place.VAULT, Place.OPEN_FILES}),
    "plain, the log stays": (plain(keep_the_log), {Place.VAULT, Place.OPEN_FILES}),
    "a temporary file": (leave_in_a_temporary_file, {Place.TEMPORARY}),
    "the environment": (put_into_the_environment, {Place.PROCESSES}),
    "a file without a name": (keep_open, {Place.OPEN_FILES}),
}


def proved(folder: Path, patch: pytest.MonkeyPatch) -> ProofReport:
    (folder / "tmp").mkdir()
    patch.setattr(tempfile, "tempdir", str(folder / "tmp"))
    with running(folder / "home") as mayfly:
        return mayfly.proof.run().result()


@pytest.mark.parametrize("build", CARELESS)
def test_what_a_careless_build_leaves_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, build: str
) -> None:
    make, places = CARELESS[build]
    make(monkeypatch)
    report = proved(tmp_path, monkeypatch)
    assert {one.place for one in report.places if one.hits} == places
