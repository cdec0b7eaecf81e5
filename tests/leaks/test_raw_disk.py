"""Somebody with the whole disk and the login password reads nothing of what was deleted.

The vault, its shard and a keyring lie on a small file system of each kind. After a deletion
it is unmounted, and its image is searched for every wrapped key, every shard slot, and every
share that the keyring ever left behind; all of them are tried together. Living jobs open that
way, as they must: whoever has all of that has today's keys.
"""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from mayfly.domain.inspection import Grade, Promise
from mayfly.domain.jobs import Part
from mayfly.domain.ports import SecretStore
from mayfly.domain.proof import ChallengeReport
from mayfly.services.disk_findings import disk_findings
from mayfly.system.machine import LinuxMachine, Places
from mayfly.system.secrets import open_secret_store
from mayfly.vault import shard as shard_module
from mayfly.vault.challenge import Today, challenge
from mayfly.vault.copies import carve_copy
from mayfly.vault.rotation import Rotation
from mayfly.vault.shard import Shard
from tests.keyring_session import MASTER_PASSWORD, keyring_session, require_keyring
from tests.leaks.gnome_keyring import opened_keyrings
from tests.loop_images import mounted_image, require_images
from tests.vault.rotating import Place, admit, content, purge

KINDS = ("ext4", "xfs", "btrfs")
_NOTHING_IN_IT = shutil.ignore_patterns("*-reserve")
_JOURNAL = ("tune2fs", "-o", "journal_data")


@dataclass(frozen=True)
class Scene:
    """What happened on the disk, and what the machine said of it beforehand."""

    purged: str
    living: tuple[str, ...]
    image: Path
    grade: Grade
    promise: Promise

    def attacked(self) -> ChallengeReport:
        """Try all that the image holds on all that the image holds; nothing else is needed."""
        nowhere = self.image.with_name("nowhere")
        return challenge(self.image, Today(nowhere, nowhere, None, None))


class RealKeyring(Place):
    """A place whose share lies in the Secret Service of the session."""

    @property
    def secrets(self) -> SecretStore:
        return open_secret_store(None)


def live_and_delete(tmp_path: Path, kind: str, tune: tuple[str, ...] = ()) -> Scene:
    """Keep some jobs on a fresh disk, delete two of them one after the other, and unmount it."""
    require_images(kind)
    image = tmp_path / f"{kind}.img"
    with mounted_image(tmp_path, kind, tune=tune, kept=image) as point:
        return _lived(Place(point / "home", "keyring"), point, image)


def _lived(place: Place, point: Path, image: Path) -> Scene:
    place.folder.mkdir()
    with closing(place.open()) as vault:
        jobs = admit(vault, *(f"{number}" for number in range(8)))
        key_file = _graded(place)
        purge(vault, jobs["3"])
        jobs |= admit(vault, "later")
        # A backup of the data folder on the same disk: blocks of the database's that nothing
        # overwrites. Its log lies where new logs come to lie, so that of it little may stay.
        shutil.copytree(place.paths.database.parent, point / "backup", ignore=_NOTHING_IN_IT)
        purge(vault, jobs["5"])
        assert vault.source_chunk(jobs["later"], 0) == content("later")
    living = tuple(sorted(set(jobs.values()) - {jobs["3"], jobs["5"]}))
    return Scene(jobs["5"], living, image, key_file.grade, key_file.bound)


def _graded(place: Place):
    facts = LinuxMachine().look(
        Places(place.paths.database, place.paths.shard, place.folder, place.folder)
    )
    return next(one for one in disk_findings(facts) if one.key == "key file")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_deleted_opens_from_the_raw_disk(tmp_path: Path, kind: str) -> None:
    scene = live_and_delete(tmp_path, kind)
    found, report = carve_copy(scene.image), scene.attacked()

    # Then: what lives opens; so the attacker found a keyring, a shard and the wrapped keys
    assert report.opened_jobs == scene.living
    # And: not because nothing is left of what was deleted. Its wrapped keys, and the share of
    # their epoch that the keyring left behind, are all there.
    numbers = {job_id.hex(): number for number, job_id in found.jobs}
    assert {row.part for row in found.data_keys if row.seq == numbers[scene.purged]} == set(Part)
    assert 2 in {epoch for epoch, _ in found.shares}
    assert 2 in report.copy_epochs
    assert report.keys_tried > 1
    # And: the machine was graded as one that can promise it
    assert (scene.grade, scene.promise) == (Grade.GOOD, Promise.FULL)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_new_vault_key_the_same_attack_succeeds(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: rows that are deleted and overwritten come back from the disk."""
    monkeypatch.setattr(Rotation, "settle", lambda self: False)
    assert live_and_delete(tmp_path, kind).purged in live_attack(tmp_path, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_without_overwriting_the_shard_the_same_attack_succeeds(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: a new key in the keyring alone erases nothing."""
    monkeypatch.setattr(Shard, "erase_slot", lambda self, epoch: None)
    assert live_and_delete(tmp_path, kind).purged in live_attack(tmp_path, kind)


def live_attack(tmp_path: Path, kind: str) -> tuple[str, ...]:
    nowhere = tmp_path / "nowhere"
    return challenge(tmp_path / f"{kind}.img", Today(nowhere, nowhere, None, None)).opened_jobs


# --- with a real keyring on the disk ------------------------------------------------------


def attack_with_password(tmp_path: Path) -> tuple[Scene, ChallengeReport, set[bytes]]:
    """The same with gnome-keyring, whose old files are opened with the login password."""
    require_images("ext4")
    require_keyring()
    image = tmp_path / "disk" / "ext4.img"
    image.parent.mkdir()
    with (
        mounted_image(tmp_path, "ext4", kept=image) as point,
        pytest.MonkeyPatch.context() as patch,
    ):
        (point / "session").mkdir()
        with keyring_session(point / "session") as env:
            for name, value in env.items():
                patch.setenv(name, value)
            scene = _lived(RealKeyring(point / "home", "keyring"), point, image)
    lines = set()
    for plain in opened_keyrings(image.read_bytes(), MASTER_PASSWORD):
        lines |= set(re.findall(rb"mayfly1(?: \d+:[A-Za-z0-9_=-]{44})+", plain))
    (image.parent / "lines").write_bytes(b"\n".join(lines))
    nowhere = Path("/nowhere")
    return scene, challenge(image.parent, Today(nowhere, nowhere, None, None)), lines


@pytest.mark.keyring
@pytest.mark.timeout(120)
def test_nothing_deleted_opens_with_the_login_password_and_the_disk(tmp_path: Path) -> None:
    scene, report, lines = attack_with_password(tmp_path)
    # Superseded shares came back from the disk, that of the deleted job's key among them.
    assert any(b" 2:" in line for line in lines)
    assert report.opened_jobs == scene.living


@pytest.mark.keyring
@pytest.mark.timeout(120)
def test_a_key_that_is_new_in_the_real_keyring_alone_erases_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control."""
    monkeypatch.setattr(Shard, "erase_slot", lambda self, epoch: None)
    scene, report, _ = attack_with_password(tmp_path)
    assert scene.purged in report.opened_jobs


# --- where it cannot be promised, and is said not to be -----------------------------------


def test_a_disk_that_journals_data_keeps_the_key_and_is_graded_so(tmp_path: Path) -> None:
    scene = live_and_delete(tmp_path, "ext4", _JOURNAL)
    assert (scene.grade, scene.promise) == (Grade.PROBLEM, Promise.WEAK)
    # Recovered, as the grade says; if this ever fails, the grade can be a better one.
    assert scene.purged in scene.attacked().opened_jobs


def test_a_shard_that_is_copied_on_write_stays_and_is_graded_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the control for switching copy-on-write off when the shard is made."""
    monkeypatch.setattr(shard_module, "_FS_NOCOW_FL", 0)
    scene = live_and_delete(tmp_path, "btrfs")
    assert (scene.grade, scene.promise) == (Grade.PROBLEM, Promise.WEAK)
    assert scene.purged in scene.attacked().opened_jobs
