"""A printed code stands in for the keyring's share, and for nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from mayfly.domain.errors import (
    KeyMissing,
    KeyringUnavailable,
    NotNow,
    RecoveryCodeMistyped,
    RecoveryCodeWrong,
    VaultDamaged,
    VaultLocked,
)
from mayfly.vault.opening import open_without_key
from mayfly.vault.recovery_code import CODE_BYTES, format_code, parse_code
from mayfly.vault.vault import SqliteVault
from tests.vault.attack import Loot
from tests.vault.rotating import NOW, WORD, Place, admit, check_alive, purge
from tests.vault.test_key_homes import change, make

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def lose_keyring(place: Place) -> None:
    for secret in (place.folder / "keyring").iterdir():
        secret.unlink()


def put_back(place: Place, code: str) -> None:
    vault = open_without_key(place.paths, lambda: place.secrets)
    try:
        vault.key_changes.ask_recovery().put_back(code)
    finally:
        vault.close()


# --- the code itself -----------------------------------------------------------------------


@given(st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES))
def test_a_code_comes_back_however_it_is_typed(secret: bytes) -> None:
    code = format_code(secret)
    assert [len(group) for group in code.split("-")] == [4] * 7
    read = code.lower().replace("0", "o").replace("1", "l").replace("-", "  ")
    for typed in (code, code.replace("-", ""), read, f"\t{code}\n"):
        assert parse_code(typed) == secret


def test_a_slip_is_told_apart_from_another_code() -> None:
    code = format_code(bytes(range(CODE_BYTES)))
    slips = [
        code[:at] + symbol + code[at + 1 :]
        for at, right in enumerate(code)
        for symbol in SYMBOLS
        if right != "-" and symbol != right
    ]
    swaps = [
        code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        for at in range(len(code) - 1)
        if "-" not in code[at : at + 2] and code[at] != code[at + 1]
    ]
    missed = 0
    for typed in slips + swaps:
        try:
            parse_code(typed)
            missed += 1
        except RecoveryCodeMistyped:
            pass
    # Twelve bits of check: about one of 4,096 slips passes, and then opens nothing.
    assert missed <= 3


@pytest.mark.parametrize("typed", ["", "1234", "U" * 28, "Ä" * 28, "0" * 28, "0" * 27, "0" * 29])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(RecoveryCodeMistyped):
        parse_code(typed)


# --- the vault -----------------------------------------------------------------------------


@pytest.mark.parametrize("home", ["keyring", "both"])
def test_the_code_brings_back_what_the_keyring_lost(home: str, tmp_path: Path) -> None:
    place = make(tmp_path / "today", home)
    vault = place.open()
    jobs = admit(vault, "goes", "stays")
    assert not vault.key_changes.has_recovery_code()
    code = vault.key_changes.make_recovery_code()
    assert vault.key_changes.has_recovery_code()
    check_alive(vault, jobs)
    # The vault key changes after that, and the code is not at hand.
    purge(vault, jobs.pop("goes"))
    vault.close()
    lose_keyring(place)
    with pytest.raises(KeyMissing):
        place.open()

    put_back(place, code.lower())

    vault = place.open()
    check_alive(vault, jobs)
    assert vault.key_changes.has_recovery_code()
    vault.close()


def test_another_or_an_older_code_brings_back_nothing(keyring_place: Place) -> None:
    vault = keyring_place.open()
    admit(vault, "letter")
    older = vault.key_changes.make_recovery_code()
    newer = vault.key_changes.make_recovery_code()
    vault.close()
    lose_keyring(keyring_place)
    for code in (older, format_code(bytes(16))):
        with pytest.raises(RecoveryCodeWrong):
            put_back(keyring_place, code)
    with pytest.raises(RecoveryCodeMistyped):
        put_back(keyring_place, newer[:-1])
    assert keyring_place.lines() == []
    put_back(keyring_place, newer)
    keyring_place.open().close()


def test_a_dropped_code_opens_nothing(keyring_place: Place) -> None:
    vault = keyring_place.open()
    jobs = admit(vault, "letter")
    vault.key_changes.drop_recovery_code()
    code = vault.key_changes.make_recovery_code()
    vault.key_changes.drop_recovery_code()
    assert not vault.key_changes.has_recovery_code()
    check_alive(vault, jobs)
    vault.close()
    with pytest.raises(RecoveryCodeWrong):
        put_back(keyring_place, code)


def test_a_vault_without_a_keyring_has_no_code(tmp_path: Path) -> None:
    place = make(tmp_path / "today", "both")
    vault = place.open()
    vault.key_changes.make_recovery_code()

    change(vault, "passphrase", WORD)

    assert not vault.key_changes.has_recovery_code()
    with pytest.raises(NotNow):
        vault.key_changes.make_recovery_code()
    vault.key_changes.drop_recovery_code()
    vault.close()


def test_a_code_outlives_a_passphrase_beside_the_keyring(keyring_place: Place) -> None:
    vault = keyring_place.open()
    jobs = admit(vault, "letter")
    code = vault.key_changes.make_recovery_code()
    change(vault, "both", WORD)
    vault.close()
    lose_keyring(keyring_place)
    put_back(keyring_place, code)
    vault = replace(keyring_place, home="both").open()
    check_alive(vault, jobs)
    vault.close()


def test_making_one_takes_the_key_and_using_one_takes_none(
    vault: SqliteVault, place: Place
) -> None:
    vault.lock.lock(NOW)
    with pytest.raises(VaultLocked):
        vault.key_changes.make_recovery_code()
    assert not vault.key_changes.has_recovery_code()
    with pytest.raises(RecoveryCodeWrong):
        vault.key_changes.ask_recovery().put_back(format_code(bytes(16)))


def test_without_a_keyring_the_share_goes_nowhere(keyring_place: Place) -> None:
    vault = keyring_place.open()
    code = vault.key_changes.make_recovery_code()
    vault.close()
    bare = open_without_key(keyring_place.paths)
    with pytest.raises(KeyringUnavailable):
        bare.key_changes.ask_recovery().put_back(code)
    bare.close()


# --- attacks -------------------------------------------------------------------------------


def share_by_code(database: Path, code: str) -> set[tuple[int, bytes]]:
    """What a code opens in this file; written from docs/vault-format.md."""
    secret = (int.from_bytes(_symbols(code), "big") >> 12).to_bytes(16, "big")
    with closing(sqlite3.connect(database)) as looking:
        ((vault_id,),) = looking.execute("SELECT vault_id FROM meta")
        rows = looking.execute("SELECT epoch, sealed FROM recovery").fetchall()
    private = X25519PrivateKey.from_private_bytes(
        _hkdf(secret, b"mayfly/1/recovery-key" + vault_id)
    )
    found = set()
    for epoch, sealed in rows:
        theirs, ours = sealed[:32], private.public_key().public_bytes_raw()
        shared = private.exchange(X25519PublicKey.from_public_bytes(theirs))
        key = _hkdf(shared, b"mayfly/1/recovery-seal" + vault_id + theirs + ours)
        bound = b"mayfly/1/recovery-share" + vault_id + epoch.to_bytes(8, "big")
        found.add((epoch, AESGCM(key).decrypt(bytes(12), sealed[32:], bound)))
    return found


def _symbols(code: str) -> bytes:
    number = 0
    for symbol in code.replace("-", ""):
        number = number * 32 + SYMBOLS.index(symbol)
    return number.to_bytes(18, "big")


def _hkdf(secret: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=info).derive(secret)


def test_the_code_and_the_disk_without_the_shard_open_nothing(keyring_place: Place) -> None:
    vault = keyring_place.open()
    jobs = admit(vault, "letter")
    code = vault.key_changes.make_recovery_code()
    vault.close()
    shares = share_by_code(keyring_place.paths.database, code)

    without_shard = Loot(shares=shares, slots={bytes(16_320)})
    assert keyring_place.opened_with(without_shard) == set()

    # The control: it is the share, and with the shard it opens everything.
    with_shard = Loot(shares=shares, slots=keyring_place.loot().slots)
    assert keyring_place.opened_with(with_shard) == set(jobs.values())


def test_an_older_code_with_an_older_copy_opens_nothing_with_todays_halves(
    keyring_place: Place,
) -> None:
    vault = keyring_place.open()
    jobs = admit(vault, "letter")
    code = vault.key_changes.make_recovery_code()
    copy = keyring_place.copy("copy")
    shares = share_by_code(copy.paths.database, code)
    slots = copy.loot().slots
    assert copy.opened_with(Loot(shares=shares, slots=slots)) == set(jobs.values())

    vault.key_changes.drop_recovery_code()
    vault.close()

    today = keyring_place.loot()
    shares |= today.shares
    assert copy.opened_with(Loot(shares=shares, slots=today.slots)) == set()


def test_nobody_gets_the_next_share_sealed_to_a_code_of_their_own(keyring_place: Place) -> None:
    """Whoever can write the file puts their own code's row there, before the key changes."""
    vault = keyring_place.open()
    jobs = admit(vault, "goes", "stays")
    vault.key_changes.make_recovery_code()
    theirs = X25519PrivateKey.generate().public_key().public_bytes_raw()
    with closing(sqlite3.connect(keyring_place.paths.database)) as tampering, tampering:
        tampering.execute("UPDATE recovery SET public = ?", (bytes(12) + theirs + bytes(16),))

    purge(vault, jobs.pop("goes"))

    assert not vault.key_changes.has_recovery_code()
    check_alive(vault, jobs)
    vault.close()


def test_a_share_of_another_length_is_damage(keyring_place: Place) -> None:
    from mayfly.vault import recovery

    code = bytes(range(16))
    public = recovery.public_of(code, b"v" * 16)
    sealed = recovery._seal(b"short", public, b"v" * 16, 3)
    with pytest.raises(VaultDamaged):
        recovery.Recovery(b"v" * 16, 3, sealed, lambda: keyring_place.secrets).put_back(
            format_code(code)
        )


def test_a_code_that_was_looked_at_too_early_takes_no_newer_share_away(
    keyring_place: Place,
) -> None:
    """A keyring that asks its user takes minutes, and another process may change the key."""
    vault = keyring_place.open()
    jobs = admit(vault, "letter", "goes")
    code = vault.key_changes.make_recovery_code()
    early = vault.key_changes.ask_recovery()
    purge(vault, jobs.pop("goes"))

    early.put_back(code)

    purge(vault, *admit(vault, "another").values())
    vault.close()
    vault = keyring_place.open()
    check_alive(vault, jobs)
    vault.close()
    assert keyring_place.epochs_left() == ([4], [4])
