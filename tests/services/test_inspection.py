"""What doctor finds, with its grade."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mayfly.domain.defence import VaultLook
from mayfly.domain.document_errors import ReaderCrashed, RecogniserMissing
from mayfly.domain.errors import KeyringLocked, KeyringUnavailable, VaultDamaged
from mayfly.domain.inspection import Grade, Inspection, Promise
from mayfly.domain.ports import EngineInfo
from mayfly.services import inspection
from mayfly.services.inspection import Inspector, Looks, Surroundings
from tests.machines import SOUND
from tests.services.test_defence_findings import FILES, PROCESS, VAULT

INFO = EngineInfo(
    engine="Tesseract",
    version="5.5.0",
    program="/usr/bin/tesseract",
    languages=("deu", "eng"),
    scratch="/dev/shm",
    scratch_in_memory=True,
    isolation=("rlimits", "no core dumps", "landlock", "seccomp"),
)


class Describing:
    """The part of the Engine seam that doctor asks."""

    def __init__(self, answer: EngineInfo | Exception) -> None:
        self._answer = answer

    def describe(self) -> EngineInfo:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.fixture
def inspect(tmp_path: Path):
    def inspect(
        answer=INFO,
        *,
        backend="Secret Service",
        home="keyring",
        mode=0o700,
        fault=None,
        only_grade=False,
    ):
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)

        def ask() -> str:
            if isinstance(backend, Exception):
                raise backend
            return backend

        def find_home() -> str | None:
            if isinstance(home, Exception):
                raise home
            return home

        def look_at_vault() -> VaultLook:
            if fault is not None:
                raise fault
            return VAULT

        inspector = Inspector(
            engine=Describing(answer),
            surroundings=Surroundings(
                folders={"data": folder, "cache": tmp_path / "cache"},
                vault=folder / "vault.db",
                log=tmp_path / "log",
            ),
            looks=Looks(
                secret_backend=ask,
                key_home=find_home,
                vault=look_at_vault,
                machine=lambda: SOUND,
                process=lambda: PROCESS,
                files=lambda: FILES,
            ),
        )
        return inspector.grade() if only_grade else inspector.inspect()

    return inspect


def find(inspected, key: str):
    (found,) = [one for one in inspected.findings if one.key == key]
    return found


def test_a_sound_machine_is_healthy(inspect) -> None:
    inspected = inspect()
    assert inspected.healthy
    assert inspected.promise is Promise.FULL
    assert {one.grade for one in inspected.findings} == {Grade.GOOD}
    assert find(inspected, "languages").value == "deu eng"
    assert "not made yet" in find(inspected, "folder cache").value


@pytest.mark.parametrize(
    ("error", "key"), [(RecogniserMissing(), "tesseract"), (ReaderCrashed(), "reader")]
)
def test_reading_that_does_not_work_is_a_problem_with_a_remedy(inspect, error, key: str) -> None:
    inspected = inspect(error)
    assert not inspected.healthy
    assert find(inspected, key).remedy == error.remedy


def test_scratch_on_a_disk_and_missing_barriers_are_noticed(inspect) -> None:
    weak = replace(INFO, scratch_in_memory=False, isolation=())
    inspected = inspect(weak)
    assert inspected.healthy
    assert find(inspected, "scratch").grade is Grade.NOTICE
    assert find(inspected, "isolation").value == "nothing"


@pytest.mark.parametrize(
    ("backend", "home", "grade", "value"),
    [
        (KeyringUnavailable(), None, Grade.NOTICE, "none"),
        (KeyringUnavailable(), "passphrase", Grade.NOTICE, "none"),
        (KeyringUnavailable(), "keyring", Grade.PROBLEM, KeyringUnavailable.text),
        (KeyringLocked(), "passphrase", Grade.NOTICE, KeyringLocked.text),
    ],
)
def test_a_keyring_counts_only_where_it_is_needed(inspect, backend, home, grade, value) -> None:
    found = find(inspect(backend=backend, home=home), "keyring")
    assert (found.grade, found.value) == (grade, value)
    assert found.remedy


def test_a_folder_that_others_may_enter_is_a_problem(inspect) -> None:
    found = find(inspect(mode=0o755), "folder data")
    assert found.grade is Grade.PROBLEM
    assert "chmod 700" in found.remedy


def test_a_vault_that_cannot_be_looked_at_is_a_finding(inspect) -> None:
    inspected = inspect(fault=VaultDamaged())
    found = find(inspected, "look at the vault")
    assert (found.grade, found.value) == (Grade.PROBLEM, VaultDamaged.text)
    assert inspected.promise is Promise.UNKNOWN


def test_a_vault_whose_key_home_cannot_be_read_is_told_once(inspect) -> None:
    inspected = inspect(home=VaultDamaged())
    told = [one.key for one in inspected.findings if one.value == VaultDamaged.text]
    assert told == ["look at the vault"]


def test_the_grade_asks_no_reader_and_no_keyring(inspect) -> None:
    graded = inspect(ReaderCrashed(), backend=KeyringLocked(), only_grade=True)
    assert graded.promise is Promise.FULL
    assert graded.healthy
    whole = inspect()
    assert set(graded.findings) < set(whole.findings)
    assert graded.promise is whole.promise


def test_what_nobody_looked_at_promises_nothing() -> None:
    assert Inspection(()).promise is Promise.UNKNOWN


def test_an_installation_without_metadata_is_no_error(inspect, monkeypatch) -> None:
    def missing(_: str) -> str:
        raise inspection.PackageNotFoundError

    monkeypatch.setattr(inspection, "version", missing)
    assert find(inspect(), "mayfly").value == "unknown"
