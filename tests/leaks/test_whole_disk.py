"""The whole program on a disk of its own, and then the raw disk: nothing in the clear, no key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from mayfly.system.traces import Limits, Tally, TraceSearcher
from mayfly.vault.challenge import Today, challenge
from tests.cli.conftest import PASSPHRASE
from tests.leaks.papers import Papers
from tests.leaks.watched import BuiltProgram, built_program
from tests.loop_images import mounted_image, require_images

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


@dataclass(frozen=True)
class Disk:
    """An image on which a user read two documents and deleted one."""

    image: Path
    deleted: str
    kept: str

    def hits(self, papers: Papers) -> int:
        """Return how often anything of the documents shows in the raw bytes."""
        tally = Tally()
        TraceSearcher(papers.needles()).path(self.image, tally, Limits())
        return tally.hits

    def opened(self) -> tuple[str, ...]:
        """Return the jobs that somebody opens who has the disk and the passphrase."""
        nowhere = self.image.with_name("nowhere")
        return challenge(self.image, Today(nowhere, nowhere, None, PASSPHRASE)).opened_jobs


def used(tmp_path: Path, papers: Papers, kind: str, module: str = "mayfly") -> Disk:
    """Let the program live on a disk with its home, the user's home and temporary files."""
    require_images(kind)
    image = tmp_path / "disk.img"
    with mounted_image(tmp_path, kind, kept=image) as point:
        folder = point / "all"
        folder.mkdir()
        program = built_program(BuiltProgram, folder, module)
        added = program.run("add", *papers.files[1:], "--wait", "--json")
        assert added.status == 0, added.err
        deleted, kept = (row["job"] for row in added.json)
        program.do("show", kept)
        program.do("delete", deleted)
    return Disk(image, deleted, kept)


@pytest.mark.parametrize("kind", ["ext4", "btrfs"])
def test_a_disk_shows_nothing_in_the_clear_and_opens_nothing_deleted(
    tmp_path: Path, kind: str
) -> None:
    papers = Papers(tmp_path / "mine")
    disk = used(tmp_path, papers, kind)
    assert disk.hits(papers) == 0
    assert disk.opened() == (disk.kept,)


def test_a_disk_shows_the_documents_of_a_build_without_encryption(tmp_path: Path) -> None:
    """Control."""
    papers = Papers(tmp_path / "mine")
    disk = used(tmp_path, papers, "ext4", "tests.leaks.plain_program")
    assert disk.hits(papers) > 10
