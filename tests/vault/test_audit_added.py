"""Entries added at the end as a locked vault adds them, which docs/threat-model.md names; trims."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from mayfly.domain.audit import AuditEntry, AuditFault, AuditKind, ReceiptVerdict
from mayfly.domain.audit_record import encode_entry, link
from mayfly.vault.opening import open_without_key
from tests.vault.rotating import NOW, Place, admit


@pytest.fixture
def forged(keyring_place: Place) -> tuple[Place, str]:
    """A vault with an entry of a deletion that never was, put there without any key."""
    vault = keyring_place.open()
    job_id = admit(vault, "lives")["lives"]
    vault.close()
    with closing(sqlite3.connect(keyring_place.paths.database)) as writing, writing:
        sql = "SELECT seq, chain FROM audit ORDER BY seq DESC LIMIT 1"
        seq, chain = writing.execute(sql).fetchone()
        detail = {"what": "job", "reason": "user"}
        record = encode_entry(AuditEntry(seq + 1, NOW, AuditKind.DELETED, job_id, None, detail))
        row = (seq + 1, record, link(chain, record))
        writing.execute("INSERT INTO audit (seq, record, chain) VALUES (?, ?, ?)", row)
    return keyring_place, job_id


def test_it_is_named_as_unsigned_until_the_next_signature(forged: tuple[Place, str]) -> None:
    place, _ = forged
    vault = open_without_key(place.paths)
    faults = [one.fault for one in vault.audit.verify().findings]
    vault.close()
    assert faults == [AuditFault.UNSIGNED]


def test_afterwards_it_passes_for_one_of_a_locked_vault(forged: tuple[Place, str]) -> None:
    place, job_id = forged
    vault = place.open()
    admit(vault, "another")
    assert vault.audit.verify().findings == ()
    assert vault.audit.check(vault.audit.receipt(job_id)) is ReceiptVerdict.GENUINE
    # What shows it is the vault itself.
    assert vault.job(job_id, NOW).deleted_at is None
    vault.close()


def test_an_entry_that_was_changed_is_not_trimmed_away(keyring_place: Place) -> None:
    """Or whoever waits until its time has come would have the evidence removed."""
    vault = keyring_place.open()
    admit(vault, "one", "two")
    with closing(sqlite3.connect(keyring_place.paths.database)) as writing, writing:
        (record,) = writing.execute("SELECT record FROM audit WHERE seq = 2").fetchone()
        changed = record.replace(b'"source_hours":1', b'"source_hours":2')
        writing.execute("UPDATE audit SET record = ? WHERE seq = 2", (changed,))
    later = NOW + timedelta(days=400)
    faults = vault.audit.verify().findings

    # The one before it may go.
    assert vault.audit.trim(later, later) == 1

    assert len(faults) == 1
    assert vault.audit.verify().findings == faults
    vault.close()
