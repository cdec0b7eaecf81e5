"""A second checker of logs and receipts, written from docs/receipts.md and docs/vault-format.md.

It imports nothing of Mayfly's; the tests below only make the files that it checks.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# --- the checker ---------------------------------------------------------------------------


class Bad(Exception):
    """What was checked does not hold."""


def check_signature(public: bytes, signature: bytes, message: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature as error:
        raise Bad("signature") from error


def check_log(vault: bytes, public: bytes, rows: Iterator[tuple[int, bytes, bytes, bytes]]) -> int:
    """Follow the chain and check the signatures; return how many entries there were."""
    chain, expected, count, signed = hashlib.sha256(b"mayfly/1/audit" + vault).digest(), 1, 0, 0
    for seq, record, stored, signature in rows:
        shape = json.loads(record)
        number = seq.to_bytes(8, "big")
        if count == 0 and shape["kind"] == "log_trimmed":
            chain = bytes.fromhex(shape["detail"]["chain"])
            check_signature(public, signature, b"mayfly/1/audit-trim" + vault + number + record)
        else:
            if seq != expected:
                raise Bad("number")
            chain = hashlib.sha256(chain + record).digest()
            if signature is not None:
                message = b"mayfly/1/audit-chain" + vault + number + chain
                check_signature(public, signature, message)
        if shape["seq"] != seq or stored != chain:
            raise Bad("chain")
        if signature is not None:
            signed = seq
        expected, count = seq + 1, count + 1
    if signed != expected - 1:
        raise Bad("the end is not signed")
    return count


def check_exported_log(data: bytes) -> int:
    first, *lines = (json.loads(line) for line in data.splitlines())
    if (first["type"], first["version"]) != ("mayfly-audit-log", 1):
        raise Bad("type")
    rows = (
        (
            one["seq"],
            one["record"].encode("ascii"),
            bytes.fromhex(one["chain"]),
            bytes.fromhex(one["signature"]) if one["signature"] else None,
        )
        for one in lines
    )
    count = check_log(bytes.fromhex(first["vault"]), bytes.fromhex(first["public_key"]), rows)
    if count != first["entries"]:
        raise Bad("count")
    return count


def check_database(path: str) -> int:
    connection = sqlite3.connect(path)
    try:
        (vault,) = connection.execute("SELECT vault_id FROM meta").fetchone()
        (public,) = connection.execute("SELECT public FROM audit_key").fetchone()
        rows = connection.execute("SELECT seq, record, chain, signature FROM audit ORDER BY seq")
        return check_log(vault, public, iter(rows.fetchall()))
    finally:
        connection.close()


def check_receipt(data: bytes) -> dict:
    """Return the entry of a receipt that holds."""
    receipt = json.loads(data)
    if (receipt["type"], receipt["version"]) != ("mayfly-deletion-receipt", 1):
        raise Bad("type")
    record = receipt["record"].encode("ascii")
    entry = json.loads(record)
    if entry != receipt["entry"] or entry["kind"] != "deleted":
        raise Bad("entry")
    chain = hashlib.sha256(bytes.fromhex(receipt["chain_before"]) + record).digest()
    if chain.hex() != receipt["chain"]:
        raise Bad("chain")
    message = (
        b"mayfly/1/audit-chain"
        + bytes.fromhex(receipt["vault"])
        + entry["seq"].to_bytes(8, "big")
        + chain
    )
    public, signature = (bytes.fromhex(receipt[one]) for one in ("public_key", "signature"))
    check_signature(public, signature, message)
    return entry


# --- what it is given ----------------------------------------------------------------------


@pytest.fixture
def filled(desk):
    from mayfly.domain.jobs import Part
    from mayfly.domain.states import DeleteReason

    jobs = [desk.done_job() for _ in range(4)]
    desk.vault.purge(jobs[:3], frozenset(Part), DeleteReason.USER, desk.clock.now())
    desk.gone = jobs[:3]
    return desk


def exported(desk) -> bytes:
    from mayfly.export.audit_lines import log_lines

    return log_lines(desk.vault.audit.copy())


def receipt_of(desk, job_id: str) -> bytes:
    from mayfly.export.receipts import receipt_json

    return receipt_json(desk.vault.audit.receipt(job_id))


def test_a_log_holds_in_the_database_and_exported(filled) -> None:
    assert check_database(filled.paths.database) == 9
    assert check_exported_log(exported(filled)) == 9


def test_a_trimmed_log_holds_too(filled) -> None:
    filled.clock.advance(days=30)
    filled.admit()
    now = filled.clock.now()
    assert filled.vault.audit.trim(now, now) == 9

    assert check_database(filled.paths.database) == 2
    assert check_exported_log(exported(filled)) == 2


def test_every_receipt_holds(filled) -> None:
    for job_id in filled.gone:
        entry = check_receipt(receipt_of(filled, job_id))
        assert entry["job"] == job_id
        assert entry["detail"] == {"pages": 2, "reason": "user", "what": "job"}


@pytest.mark.parametrize(
    ("before", "after"),
    [(b'\\"user\\"', b'\\"backstop\\"'), (b'09:30:00Z\\"', b'09:30:01Z\\"')],
)
def test_what_was_altered_does_not_hold(filled, before: bytes, after: bytes) -> None:
    """The control: the checker is not one that believes anything."""
    data = exported(filled)
    assert before in data

    with pytest.raises(Bad):
        check_exported_log(data.replace(before, after, 1))
    with pytest.raises(Bad):
        check_exported_log(b"\n".join(data.splitlines()[:4]))
    receipt = receipt_of(filled, filled.gone[0])
    for one in (receipt.replace(before, after), receipt.replace(b'"user"', b'"backstop"')):
        assert one != receipt
        with pytest.raises(Bad):
            check_receipt(one)
