"""The second line of defence: what is right is good, and each thing that is wrong is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mayfly.domain.defence import FilesLook, ProcessLook, VaultLook
from mayfly.domain.inspection import Grade, Promise
from mayfly.domain.network_port import NetworkLook
from mayfly.services.defence_findings import files_findings, process_findings, vault_findings

GOOD, NOTICE, PROBLEM = Grade
FULL, LIMITED, UNKNOWN, WEAK = Promise

VAULT = VaultLook(
    sqlite="3.40.1",
    refused_settings=(),
    journal_mode="wal",
    incremental_vacuum=True,
    virtual_tables=0,
    log_bytes=0,
    is_open=False,
    key_owed=False,
    unfinished=0,
    overdue=0,
)
PROCESS = ProcessLook(core_bytes=1, dumpable=False, umask=0o077, network=NetworkLook(True, True))
FILES = FilesLook(
    looked=9, wide=(), scratch_left=0, odd_log_lines=0, settings_left=(), noted_recent=False
)
JUDGES = {VaultLook: vault_findings, ProcessLook: process_findings, FilesLook: files_findings}


def judge(look):
    return {one.key: one for one in JUDGES[type(look)](look)}


@pytest.mark.parametrize(
    "look",
    [
        VAULT,
        replace(VAULT, log_bytes=9, is_open=True),
        PROCESS,
        replace(PROCESS, core_bytes=0),
        FILES,
    ],
)
def test_what_is_as_it_should_be_is_good(look):
    judged = judge(look).values()
    assert {(one.grade, one.bound) for one in judged} == {(GOOD, FULL)}


@pytest.mark.parametrize(
    ("look", "key", "grade", "bound"),
    [
        (replace(VAULT, refused_settings=("secure_delete",)), "SQLite settings", PROBLEM, WEAK),
        (replace(VAULT, journal_mode="delete"), "way of writing", PROBLEM, LIMITED),
        (replace(VAULT, incremental_vacuum=False), "way of writing", PROBLEM, LIMITED),
        (replace(VAULT, log_bytes=9), "log of writes", NOTICE, FULL),
        (replace(VAULT, log_bytes=9, is_open=None), "log of writes", NOTICE, FULL),
        (replace(VAULT, virtual_tables=1), "search index", PROBLEM, WEAK),
        (replace(VAULT, key_owed=True), "deletions", NOTICE, LIMITED),
        (replace(VAULT, unfinished=1), "deletions", NOTICE, LIMITED),
        (replace(VAULT, overdue=1), "deletions", NOTICE, LIMITED),
        (replace(VAULT, owed_objects=3), "own storage", NOTICE, LIMITED),
        (replace(PROCESS, core_bytes=1 << 63), "core dumps", NOTICE, LIMITED),
        (replace(PROCESS, dumpable=True), "core dumps", NOTICE, LIMITED),
        (replace(PROCESS, core_bytes=None, dumpable=None), "core dumps", NOTICE, LIMITED),
        (replace(PROCESS, umask=0o022), "new files", NOTICE, FULL),
        (replace(PROCESS, network=NetworkLook(True, False)), "connections", NOTICE, FULL),
        (replace(PROCESS, network=NetworkLook(False, False)), "connections", PROBLEM, FULL),
        (replace(FILES, wide=("/x (644)",)), "modes", PROBLEM, FULL),
        (replace(FILES, scratch_left=1), "left by readers", NOTICE, LIMITED),
        (replace(FILES, odd_log_lines=1), "content of the log", NOTICE, LIMITED),
        (replace(FILES, settings_left=("/x.conf",)), "notes of names", NOTICE, LIMITED),
        (replace(FILES, noted_recent=True), "notes of names", NOTICE, LIMITED),
    ],
)
def test_what_is_wrong_is_told_with_what_follows(look, key, grade, bound):
    found = judge(look)[key]
    assert (found.grade, found.bound) == (grade, bound)
    assert found.meaning


def test_a_umask_that_cannot_be_seen_is_not_guessed():
    assert "new files" not in judge(replace(PROCESS, umask=None))
