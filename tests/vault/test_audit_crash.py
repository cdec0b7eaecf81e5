"""A process that is killed at any moment leaves one entry for each thing that happened, no more."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import pytest

from mayfly.domain.audit import AuditEntry, AuditKind
from mayfly.domain.jobs import Part, ReadOptions
from mayfly.domain.states import DeleteReason, JobState
from mayfly.domain.vault_port import Vault
from mayfly.vault.connection import Transaction
from mayfly.vault.opening import VaultPaths
from tests.fakes import BytesSource
from tests.vault.conftest import RULE, paths_in
from tests.vault.processes import Child, Tell, die_at_line
from tests.vault.test_crash import NOW, VAULT_CODE, lines_of, open_it

ALL = frozenset(Part)


def prepare(paths: VaultPaths) -> None:
    """A vault with three jobs; one is to stay."""
    vault = open_it(paths)
    batch = vault.add_batch(NOW)
    for name in ("first", "second", "stays"):
        vault.admit(batch, BytesSource(name, b"x"), ReadOptions(), RULE, NOW)
    vault.close()


def work(paths: VaultPaths) -> None:
    """Add one, delete two, as a process does that is then killed somewhere."""
    vault = open_it(paths)
    going = [job.job_id for job in vault.jobs(NOW) if job.name in ("first", "second")]
    vault.admit(vault.add_batch(NOW), BytesSource("new", b"x"), ReadOptions(), RULE, NOW)
    vault.mark_purging(going, DeleteReason.USER, NOW)
    vault.purge(going, ALL, DeleteReason.USER, NOW)


def restart(paths: VaultPaths) -> Vault:
    """Open the vault and sweep, as every start does."""
    vault = open_it(paths)
    for due in vault.due(NOW):
        vault.purge([due.job_id], due.parts, due.reason, NOW)
    vault.tidy()
    return vault


def check_told(vault: Vault, log: tuple[AuditEntry, ...]) -> None:
    """Each living job was added once, each deleted one deleted once, and no others were."""
    jobs = vault.jobs(NOW)
    counts = Counter((one.kind, one.job_id) for one in log if one.job_id is not None)
    for job in jobs:
        assert counts.pop((AuditKind.ADDED, job.job_id)) == 1
        if job.state is JobState.DELETED:
            assert counts.pop((AuditKind.DELETED, job.job_id)) == 1
    assert not counts


def kill_everywhere(folder: Path) -> set[int]:
    """Kill the work before every so many lines; return how many jobs were deleted after it."""
    whole = paths_in(folder / "whole")
    prepare(whole)
    total = lines_of(work, whole)
    deleted = set()
    # Not the very last lines: a run may have one line less than another.
    for number in range(0, total - 2, max(1, total // 60)):
        paths = paths_in(folder / str(number))
        prepare(paths)

        def die(tell: Tell, paths: VaultPaths = paths, number: int = number) -> None:
            die_at_line(number, VAULT_CODE)
            work(paths)

        code, _ = Child(die).end()
        assert code == -signal.SIGKILL

        vault = restart(paths)
        try:
            check_told(vault, vault.audit.entries())
            assert vault.audit.verify().findings == ()
            deleted.add(sum(job.state is JobState.DELETED for job in vault.jobs(NOW)))
        finally:
            vault.close()
    return deleted


@pytest.mark.slow
def test_killed_anywhere_each_deletion_has_exactly_one_entry(tmp_path: Path) -> None:
    # Killed before the mark nothing goes; after it both do.
    assert kill_everywhere(tmp_path) == {0, 2}


@pytest.mark.slow
def test_entries_written_after_the_commit_would_be_lost(tmp_path: Path, monkeypatch) -> None:
    """The control: it is the one transaction that makes it exactly one entry."""
    monkeypatch.setattr(Transaction, "at_end", Transaction.afterwards)

    with pytest.raises((AssertionError, KeyError)):
        kill_everywhere(tmp_path)


def test_between_mark_and_purge_the_restart_writes_the_entry(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    prepare(paths)

    def mark_and_die(tell: Tell) -> None:
        vault = open_it(paths)
        going = [job.job_id for job in vault.jobs(NOW) if job.name != "stays"]
        vault.mark_purging(going, DeleteReason.USER, NOW)
        die_at_line(0, VAULT_CODE)
        vault.purge(going, ALL, DeleteReason.USER, NOW)

    code, _ = Child(mark_and_die).end()
    assert code == -signal.SIGKILL

    for _ in range(3):
        vault = restart(paths)
        check_told(vault, vault.audit.entries())
        assert vault.audit.verify().findings == ()
        vault.close()


@pytest.mark.slow
def test_killed_while_it_is_trimmed_the_log_is_whole(tmp_path: Path) -> None:
    later = NOW.replace(year=NOW.year + 2)

    def trim(paths: VaultPaths) -> None:
        open_it(paths).audit.trim(later, later)

    whole = paths_in(tmp_path / "whole")
    prepare(whole)
    total = lines_of(trim, whole)
    firsts = set()
    for number in range(total * 2 // 3, total - 2, max(1, total // 60)):
        paths = paths_in(tmp_path / str(number))
        prepare(paths)

        def die(tell: Tell, paths: VaultPaths = paths, number: int = number) -> None:
            die_at_line(number, VAULT_CODE)
            trim(paths)

        code, _ = Child(die).end()
        assert code == -signal.SIGKILL

        vault = open_it(paths)
        assert vault.audit.verify().findings == ()
        firsts.add(vault.audit.verify().first_seq)
        vault.close()
    assert firsts == {1, 4}
