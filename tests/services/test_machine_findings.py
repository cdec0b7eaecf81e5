"""Each fact of a machine: how it is graded, and how far it lets the promise go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mayfly.domain.inspection import PROMISES, Grade, Inspection, Promise
from mayfly.domain.machine import KeyringLock, MachineFacts, Place, SwapKind
from mayfly.services.machine_findings import machine_findings
from tests.machines import GOOD_PLACE, SOUND

GOOD, NOTICE, PROBLEM = Grade
FULL, LIMITED, UNKNOWN, WEAK = Promise


def judge(facts: MachineFacts, key_home: str | None = "keyring") -> Inspection:
    return Inspection(tuple(machine_findings(facts, key_home)))


def shard(**changes) -> MachineFacts:
    return replace(SOUND, shard=replace(GOOD_PLACE, **changes))


def vault(**changes) -> MachineFacts:
    return replace(SOUND, vault=replace(GOOD_PLACE, **changes))


def test_a_machine_on_which_everything_holds():
    judged = judge(SOUND)
    assert {one.grade for one in judged.findings} == {GOOD}
    assert judged.promise is FULL
    assert judged.sentence == PROMISES[FULL]


WEAKER = {
    # what was found: key of the finding, grade, how far the promise still goes
    "copy on write": (
        shard(file_system="btrfs", no_copy_on_write=False),
        ("key file", PROBLEM, WEAK),
    ),
    "copy on write, no file yet": (
        shard(file_system="btrfs", no_copy_on_write=None),
        ("key file", NOTICE, UNKNOWN),
    ),
    "zfs": (shard(file_system="zfs", no_copy_on_write=None), ("key file", PROBLEM, WEAK)),
    "log-structured": (shard(file_system="f2fs"), ("key file", PROBLEM, WEAK)),
    "a snapshot of it": (
        shard(file_system="btrfs", no_copy_on_write=True, shared_blocks=True),
        ("key file", PROBLEM, WEAK),
    ),
    "a clone of it": (shard(file_system="xfs", shared_blocks=True), ("key file", PROBLEM, WEAK)),
    "journalled data": (shard(journals_data=True), ("key file", PROBLEM, WEAK)),
    "journalling unseen": (shard(journals_data=None), ("key file", NOTICE, UNKNOWN)),
    "never measured": (shard(file_system="jfs"), ("key file", NOTICE, LIMITED)),
    "layers": (shard(file_system="overlay"), ("key file", NOTICE, UNKNOWN)),
    "another fuse": (shard(file_system="fuse.cryfs"), ("key file", NOTICE, UNKNOWN)),
    "not in the table": (replace(SOUND, shard=Place()), ("key file", NOTICE, UNKNOWN)),
    "network": (shard(file_system="nfs4"), ("key file", PROBLEM, WEAK)),
    "network by fuse": (shard(file_system="fuse.sshfs"), ("key file", PROBLEM, WEAK)),
    "memory": (shard(file_system="tmpfs"), ("key file", NOTICE, FULL)),
    "vault in memory": (vault(file_system="tmpfs"), ("vault file", NOTICE, FULL)),
    "vault on the network": (vault(file_system="cifs"), ("vault file", NOTICE, FULL)),
    "snapshots": (shard(snapshots=("snapper",)), ("snapshots", NOTICE, LIMITED)),
    "snapshots of the vault": (vault(snapshots=("LVM snapshot",)), ("snapshots", NOTICE, LIMITED)),
    "virtual, unnamed": (replace(SOUND, virtual=""), ("snapshots", NOTICE, LIMITED)),
    "virtual": (replace(SOUND, virtual="QEMU"), ("snapshots", NOTICE, LIMITED)),
    "plain rotating disk": (
        replace(SOUND, shard=replace(GOOD_PLACE, encrypted=False, flash=False)),
        ("disk encryption", NOTICE, FULL),
    ),
    "plain flash disk": (shard(encrypted=False), ("disk", NOTICE, LIMITED)),
    "key file synced": (shard(synced_by="Dropbox"), ("synced folder", PROBLEM, WEAK)),
    "vault synced": (vault(synced_by="Syncthing"), ("synced folder", PROBLEM, LIMITED)),
    "backups": (replace(SOUND, backups=("Déjà Dup",)), ("backups", NOTICE, LIMITED)),
    "no mark for backups": (shard(passed_over=False), ("backup marks", NOTICE, FULL)),
    "plain swap": (
        replace(SOUND, swap=(SwapKind.ENCRYPTED, SwapKind.PLAIN)),
        ("swap", NOTICE, LIMITED),
    ),
    "swap of some kind": (replace(SOUND, swap=(SwapKind.UNKNOWN,)), ("swap", NOTICE, LIMITED)),
    "swap unseen": (replace(SOUND, swap=None), ("swap", NOTICE, LIMITED)),
    "hibernation": (
        replace(SOUND, swap=(SwapKind.PLAIN,), hibernates=True),
        ("hibernation", NOTICE, LIMITED),
    ),
    "keyring open to all, disk encrypted": (
        replace(SOUND, keyring_lock=KeyringLock.NOTHING),
        ("keyring password", NOTICE, FULL),
    ),
    "keyring unseen": (
        replace(SOUND, keyring_lock=KeyringLock.UNKNOWN),
        ("keyring password", NOTICE, FULL),
    ),
    "no look on this system": (
        MachineFacts(looked=False, system="Darwin"),
        ("this system", NOTICE, UNKNOWN),
    ),
}


@pytest.mark.parametrize("case", WEAKER)
def test_what_weakens_it_is_told_with_what_follows(case):
    facts, (key, grade, bound) = WEAKER[case]
    judged = judge(facts)
    found = judged.find(key)
    assert (found.grade, found.bound) == (grade, bound)
    assert found.meaning or found.value == "not known"
    assert found.remedy or bound in (FULL, LIMITED, UNKNOWN)
    assert judged.promise is max((bound, judged.promise), key=tuple(Promise).index)
    assert (judged.promise is FULL) == all(one.bound is FULL for one in judged.findings)


ENOUGH = {
    "btrfs that was told not to copy": shard(file_system="btrfs", no_copy_on_write=True),
    "xfs": shard(file_system="xfs"),
    "rotating disk": shard(flash=False),
    "disk of an unknown kind": shard(flash=None),
    "no vault yet": shard(passed_over=None),
    "no swap": replace(SOUND, swap=()),
    "swap in memory": replace(SOUND, swap=(SwapKind.MEMORY,)),
    "no hibernation": replace(SOUND, hibernates=False),
    "hibernation unseen": replace(SOUND, hibernates=None),
    "two disks": shard(volume="8:1"),
}


@pytest.mark.parametrize("case", ENOUGH)
def test_what_does_not_weaken_it_is_good(case):
    judged = judge(ENOUGH[case])
    assert {one.grade for one in judged.findings} == {GOOD}
    assert judged.promise is FULL


def test_a_keyring_that_anybody_can_read_is_a_problem_on_a_plain_disk():
    facts = replace(
        SOUND,
        shard=replace(GOOD_PLACE, encrypted=False, flash=False),
        keyring_lock=KeyringLock.NOTHING,
    )
    found = judge(facts).find("keyring password")
    assert found.grade is PROBLEM
    assert found.bound is FULL


def test_the_keyring_does_not_matter_where_a_passphrase_opens_the_vault():
    facts = replace(SOUND, keyring_lock=KeyringLock.NOTHING)
    assert judge(facts, "passphrase").find("keyring password") is None


def test_the_worst_finding_bounds_the_promise():
    facts = replace(shard(journals_data=None), swap=(SwapKind.PLAIN,))
    assert judge(facts).promise is UNKNOWN
    worse = replace(facts, shard=replace(GOOD_PLACE, synced_by="Dropbox", journals_data=None))
    assert judge(worse).promise is WEAK
