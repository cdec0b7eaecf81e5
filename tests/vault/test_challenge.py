"""A copy of the vault from before a purge opens with that day's keys, and with none afterwards."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mayfly.domain.errors import CopyUnreadable, PassphraseWrong, VaultDamaged
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part
from mayfly.domain.proof import ChallengeReport, KeySource
from mayfly.domain.states import DeleteReason
from mayfly.vault import challenge as challenge_module
from mayfly.vault import trying
from mayfly.vault.challenge import Today, challenge
from mayfly.vault.rotation import Rotation
from mayfly.vault.shard import Shard
from tests.vault.guards import keep_the_key_of_the_bucket, mark_no_bucket
from tests.vault.rotating import HOMES, NOW, WORD, Place, admit, purge

NAMES = ("letter", "contract", "scan")


@pytest.fixture(params=HOMES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    folder = tmp_path / "home"
    folder.mkdir()
    return Place(folder, request.param)


def today(place: Place) -> Today:
    word = WORD if place.home == "passphrase" else None
    secrets = None if place.home == "passphrase" else place.secrets
    return Today(place.paths.database, place.paths.shard, secrets, word)


def challenged(place: Place, copy: Path) -> ChallengeReport:
    return challenge(copy, today(place))


def copied_data(place: Place, target: Path) -> Path:
    shutil.copytree(place.paths.database.parent, target)
    return target


def test_a_copy_opens_before_the_purge_and_not_after_it(place: Place, tmp_path: Path) -> None:
    with closing(place.open()) as vault:
        jobs = admit(vault, *NAMES)
        copy = copied_data(place, tmp_path / "copy")

        # When and then: the challenge works while the vault is open
        before = challenged(place, copy)
        assert before.vault_known
        assert before.vault_opens
        assert before.copy_epochs == (1,) == (before.vault_epoch,)
        assert (before.jobs, before.wrapped, before.opened) == (3, 6, 6)
        assert before.opened_jobs == tuple(sorted(jobs.values()))
        assert (before.deleted, before.deleted_opened) == (0, ())

        purge(vault, jobs["letter"])
        after = challenged(place, copy)
        assert after.vault_opens
        assert (after.copy_epochs, after.vault_epoch) == ((1,), 2)
        assert (after.jobs, after.wrapped, after.opened) == (3, 6, 0)
        assert after.nothing_opens
        assert (after.deleted, after.deleted_opened) == (1, ())
        assert KeySource.SHARD in after.sources
        assert after.keys_tried >= 2


def test_without_a_new_vault_key_the_copy_still_opens(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what the challenge says no to, it could have opened."""
    monkeypatch.setattr(Rotation, "settle", lambda self: False)
    with closing(place.open()) as vault:
        jobs = admit(vault, *NAMES)
        copy = copied_data(place, tmp_path / "copy")
        purge(vault, jobs["letter"])
        report = challenged(place, copy)
    assert report.opened == 6
    assert report.deleted_opened == (jobs["letter"],)


def test_with_the_old_shard_left_the_copy_still_opens(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control for the other half: an image that holds the old slot and the old share."""
    monkeypatch.setattr(Shard, "erase_slot", lambda self, epoch: None)
    with closing(place.open()) as vault:
        jobs = admit(vault, *NAMES)
        copy = tmp_path / "image"
        old = place.copy("old")
        purge(vault, jobs["letter"])
    # What a disk may hold: blocks of the old files of a keyring without a password, new ones.
    with copy.open("wb") as image:
        for folder in (old.folder, place.folder):
            for file in sorted(folder.rglob("*")):
                # The shard lies where it always lay.
                if file.is_file() and not (file.name == "shard" and folder == old.folder):
                    image.write(bytes(4096 - image.tell() % 4096) + file.read_bytes())
    report = challenged(place, copy)
    assert jobs["letter"] in report.opened_jobs
    assert report.deleted_opened == (jobs["letter"],)


def test_an_image_after_the_purge_opens_what_lives_and_nothing_else(
    place: Place, tmp_path: Path
) -> None:
    with closing(place.open()) as vault:
        jobs = admit(vault, *NAMES)
        old = place.copy("old")
        purge(vault, jobs["letter"])
    image = tmp_path / "image"
    with image.open("wb") as out:
        out.truncate(1 << 30)
        for number, folder in enumerate((old.folder, place.folder)):
            for file in sorted(folder.rglob("*")):
                # All that an image can hold but for the slot, which was overwritten in place.
                if file.is_file() and not (file.name == "shard" and folder == old.folder):
                    out.seek((number << 26) + (out.tell() | 0xFFF) + 1 + 512)
                    out.write(file.read_bytes())
    report = challenged(place, image)
    assert report.opened_jobs == tuple(sorted((jobs["contract"], jobs["scan"])))
    assert (report.deleted, report.deleted_opened) == (1, ())
    assert report.copy_epochs == (1, 2)
    assert KeySource.COPY_SHARD in report.sources


@pytest.mark.parametrize("switch_off", [keep_the_key_of_the_bucket, mark_no_bucket])
def test_a_bucket_that_keeps_its_key_is_found(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, switch_off
) -> None:
    """The control: today's keys of buckets are tried on what was deleted."""
    switch_off(monkeypatch)
    with closing(place.open()) as vault:
        jobs = admit(vault, *NAMES)
        copy = copied_data(place, tmp_path / "copy")
        purge(vault, jobs["letter"])
        report = challenged(place, copy)
    assert report.deleted_opened == (jobs["letter"],)


def test_a_copy_with_both_halves_of_its_time_opens_and_says_so(
    place: Place, tmp_path: Path
) -> None:
    with closing(place.open()) as vault:
        jobs = admit(vault, *NAMES)
        old = place.copy("old")
        purge(vault, jobs["letter"])
    report = challenged(place, old.folder)
    assert report.deleted_opened == (jobs["letter"],)
    assert report.opened == 6


def test_one_part_that_was_deleted_is_told(place: Place, tmp_path: Path) -> None:
    with closing(place.open()) as vault:
        (job,) = admit(vault, "letter").values()
        copy = copied_data(place, tmp_path / "copy")
        vault.purge([JobId(job)], frozenset({Part.SOURCE}), DeleteReason.USER, NOW)
        report = challenged(place, copy)
    assert (report.deleted, report.opened) == (1, 0)


def test_a_database_alone_is_a_copy_with_the_log_that_lies_beside_it(
    place: Place, tmp_path: Path
) -> None:
    with closing(place.open()) as vault:
        admit(vault, *NAMES)
        copy = copied_data(place, tmp_path / "copy")
        assert challenged(place, copy / "vault.db").opened == 6
        (copy / "vault.db-wal").unlink(missing_ok=True)


def test_nothing_is_changed_in_the_copy_or_in_the_vault(place: Place, tmp_path: Path) -> None:
    with closing(place.open()) as vault:
        admit(vault, *NAMES)
    copy = place.copy("copy").folder
    states = {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in _files(tmp_path)}
    for file in _files(copy):
        file.chmod(0o400)
    challenged(place, copy)
    assert {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in states} == states
    # SQLite makes these beside a database that it only reads.
    made = {file.relative_to(place.folder) for file in set(_files(tmp_path)) - set(states)}
    assert made <= {Path("data/vault.db-wal"), Path("data/vault.db-shm")}


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def test_what_is_no_copy_is_refused(place: Place, tmp_path: Path) -> None:
    with closing(place.open()) as vault:
        admit(vault, *NAMES)
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").write_bytes(b"no vault" * 9_000)
    with (tmp_path / "hole").open("wb") as file:
        file.truncate(1 << 30)
    for name in ("empty", "other", "hole", "missing"):
        with pytest.raises(CopyUnreadable):
            challenged(place, tmp_path / name)


def test_the_copy_of_another_vault_is_told_apart(place: Place, tmp_path: Path) -> None:
    other = Place(tmp_path / "other", place.home)
    other.folder.mkdir()
    for one in (place, other):
        with closing(one.open()) as vault:
            admit(vault, *NAMES)
    report = challenged(place, other.paths.database.parent)
    assert not report.vault_known
    assert (report.opened, report.deleted) == (0, 0)


def test_without_a_vault_today_the_copy_is_tried_all_the_same(place: Place, tmp_path: Path) -> None:
    with closing(place.open()) as vault:
        admit(vault, *NAMES)
        copy = copied_data(place, tmp_path / "copy")
    shutil.rmtree(place.paths.database.parent)
    report = challenged(place, copy)
    assert (report.vault_epoch, report.vault_opens, report.vault_known) == (None, None, False)
    assert report.nothing_opens


def test_a_wrong_passphrase_is_no_answer(tmp_path: Path) -> None:
    place = Place(tmp_path / "home", "passphrase")
    place.folder.mkdir()
    with closing(place.open()) as vault:
        admit(vault, *NAMES)
    wrong = Today(place.paths.database, place.paths.shard, None, "another word")
    with pytest.raises(PassphraseWrong):
        challenge(place.paths.database, wrong)


def test_with_very_many_halves_only_those_of_one_epoch_are_tried_together(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(place.open()) as vault:
        admit(vault, *NAMES)
    monkeypatch.setattr(trying, "_MOST_KEYS", 0)
    assert challenged(place, place.paths.database).opened == 6


def test_no_more_salts_are_tried_than_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(challenge_module, "_MOST_PASSPHRASE_TRIES", 1)
    one, other = (Place(tmp_path / name, "passphrase") for name in ("one", "other"))
    for place in (one, other):
        place.folder.mkdir()
        with closing(place.open()) as vault:
            admit(vault, *NAMES)
    report = challenged(one, other.folder)
    assert report.nothing_opens
    assert KeySource.COPY_PASSPHRASE not in report.sources


def test_a_vault_without_its_shard_or_its_row_is_said(place: Place, tmp_path: Path) -> None:
    with closing(place.open()) as vault:
        admit(vault, *NAMES)
    copy = copied_data(place, tmp_path / "copy")
    place.paths.shard.unlink()
    report = challenged(place, copy)
    assert (report.vault_opens, report.opened) == (False, 0)
    with closing(sqlite3.connect(place.paths.database)) as breaking:
        breaking.execute("DELETE FROM meta")
        breaking.commit()
    with pytest.raises(VaultDamaged):
        challenged(place, copy)


def test_a_keyring_file_that_is_sealed_is_counted(place: Place, tmp_path: Path) -> None:
    with closing(place.open()) as vault:
        admit(vault, *NAMES)
    copy = place.copy("copy").folder
    (copy / "login.keyring").write_bytes(b"GnomeKeyring\n\r\0\n" + bytes(500))
    assert challenged(place, copy).sealed_keyrings == 1


def test_a_vault_of_the_first_version_is_tried_too(tmp_path: Path) -> None:
    """Its data keys lie under the vault key itself."""
    fixture = Path(__file__).parent / "fixtures" / "version_1" / "keyring"
    shutil.copytree(fixture, tmp_path / "home")
    place = Place(tmp_path / "home", "keyring")
    report = challenged(place, place.paths.database)
    with closing(sqlite3.connect(place.paths.database)) as looking:
        ((keys,),) = looking.execute("SELECT count(*) FROM data_key")
    assert keys
    assert (report.wrapped, report.opened) == (keys, keys)
    assert report.vault_opens is None
