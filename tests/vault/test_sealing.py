"""The STREAM construction: what goes in comes out, and nothing else opens."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from mayfly.domain.errors import VaultDamaged, VaultLocked
from mayfly.domain.jobs import Part
from mayfly.vault.keys import VaultKeys, derive_vault_key
from mayfly.vault.sealing import (
    CHUNK_BYTES,
    PART_OF,
    Kind,
    StreamCipher,
    StreamId,
    derive_stream_key,
    unwrap_stream_key,
    wrap_stream_key,
)
from mayfly.vault.wrapping import WrappedBucket, WrappedKey

JOB, OTHER_JOB = b"j" * 16, b"o" * 16
KEY, SALT = b"k" * 32, b"s" * 16


def cipher(
    job: bytes = JOB, kind: Kind = Kind.DOCUMENT, page: int = 0, *, key=KEY, salt=SALT
) -> StreamCipher:
    stream_id = StreamId(job, kind, page)
    return StreamCipher(derive_stream_key(key, salt, stream_id), stream_id)


def sealed_of(data: bytes, pieces: int = 1000) -> list[bytes]:
    parts = (data[start : start + pieces] for start in range(0, len(data), pieces))
    return list(cipher().seal(parts))


def opened_of(sealed: list[bytes], of: StreamCipher | None = None) -> bytes:
    of = of or cipher()
    return b"".join(of.open(chunk, number, len(sealed)) for number, chunk in enumerate(sealed))


THREE = sealed_of(b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES + b"c")


@given(size=st.integers(0, 3), extra=st.integers(-1, 1), piece=st.integers(200_000, 3 << 20))
def test_any_size_in_any_pieces_comes_back(size: int, extra: int, piece: int) -> None:
    data = bytes(max(0, size * CHUNK_BYTES + extra))

    sealed = sealed_of(data, piece)

    assert opened_of(sealed) == data
    assert len(sealed) == max(1, -(-len(data) // CHUNK_BYTES))


def test_a_changed_bit_anywhere_is_noticed() -> None:
    (chunk,) = sealed_of(b"short")
    for position in range(len(chunk)):
        forged = bytearray(chunk)
        forged[position] ^= 1
        with pytest.raises(VaultDamaged):
            cipher().open(bytes(forged), 0, 1)


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param([THREE[1], THREE[0], THREE[2]], id="swapped"),
        pytest.param([THREE[0], THREE[2]], id="dropped within"),
        pytest.param(THREE[:2], id="last one cut"),
        pytest.param(THREE[:1], id="all but one cut"),
        pytest.param([*THREE, THREE[2]], id="last one twice"),
        pytest.param([THREE[0], THREE[0], THREE[2]], id="repeated"),
        pytest.param([b"", *THREE[1:]], id="emptied"),
    ],
)
def test_chunks_cannot_be_swapped_dropped_or_cut(forged: list[bytes]) -> None:
    with pytest.raises(VaultDamaged):
        opened_of(forged)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(cipher(job=OTHER_JOB), id="another job"),
        pytest.param(cipher(kind=Kind.PAGE_IMAGE), id="another kind"),
        pytest.param(cipher(page=1), id="another page"),
        pytest.param(cipher(salt=b"t" * 16), id="another stream"),
        pytest.param(cipher(key=b"l" * 32), id="another key"),
    ],
)
def test_a_chunk_opens_in_its_own_place_only(other: StreamCipher) -> None:
    with pytest.raises(VaultDamaged):
        other.open(THREE[0], 0, 3)


def test_no_repr_shows_a_key() -> None:
    assert "kkkk" not in repr(cipher())
    assert "kkkk" not in repr(keys())


def test_every_kind_belongs_to_a_part() -> None:
    assert set(PART_OF) == set(Kind)


def no_load(tx: object, epoch: int) -> bytearray:
    raise AssertionError("no other key is needed here")


def keys(vault_id: bytes = b"v" * 16, epoch: int = 1, key: bytes = KEY) -> VaultKeys:
    return VaultKeys(vault_id, epoch=epoch, key=bytearray(key), load=no_load)


def test_a_wrapped_key_opens_for_its_own_job_part_vault_and_bucket_only() -> None:
    held = keys()
    bucket = held.new_bucket(3)
    data_key, wrapped = held.new_data_key(JOB, Part.SOURCE, bucket)

    assert keys().unwrap(wrapped, JOB, Part.SOURCE) == data_key
    for vault_keys, job, part in (
        (keys(), OTHER_JOB, Part.SOURCE),
        (keys(), JOB, Part.RESULT),
        (keys(vault_id=b"w" * 16), JOB, Part.SOURCE),
        (keys(key=b"l" * 32), JOB, Part.SOURCE),
        (keys(epoch=2), JOB, Part.SOURCE),
    ):
        with pytest.raises(VaultDamaged):
            vault_keys.unwrap(wrapped, job, part)
    for changed in (
        wrapped._replace(epoch=2),
        wrapped._replace(bucket=held.new_bucket(4)),
        wrapped._replace(bucket=None),
        wrapped._replace(wrapped=b"cut"),
    ):
        with pytest.raises(VaultDamaged):
            held.unwrap(changed, JOB, Part.SOURCE)


@pytest.mark.parametrize("name", ["id", "born", "epoch", "wrapped"])
def test_a_bucket_opens_as_it_was_written_only_even_while_its_key_is_in_memory(name: str) -> None:
    held = keys()
    bucket = held.new_bucket(3)
    value = b"cut" if name == "wrapped" else 9

    assert held.open_bucket(WrappedBucket(*bucket)) == keys().open_bucket(bucket)
    with pytest.raises(VaultDamaged):
        held.open_bucket(bucket._replace(**{name: value}))


def test_a_stream_key_that_outlives_its_data_key_opens_in_its_own_place_only() -> None:
    stream_id = StreamId(JOB, Kind.PAGE_IMAGE, 2)
    wrapped = wrap_stream_key(b"s" * 32, KEY, SALT, stream_id)

    assert unwrap_stream_key(wrapped, KEY, SALT, stream_id) == b"s" * 32
    for key, salt, other in (
        (b"l" * 32, SALT, stream_id),
        (KEY, b"t" * 16, stream_id),
        (KEY, SALT, StreamId(JOB, Kind.PAGE_IMAGE, 3)),
        (KEY, SALT, StreamId(OTHER_JOB, Kind.PAGE_IMAGE, 2)),
    ):
        with pytest.raises(VaultDamaged):
            unwrap_stream_key(wrapped, key, salt, other)


def test_forgotten_keys_open_nothing_and_are_overwritten() -> None:
    held = keys()
    bucket = held.new_bucket(3)
    _, wrapped = held.new_data_key(JOB, Part.SOURCE, bucket)
    in_memory = [held.key(), held.open_bucket(bucket)]

    held.forget()

    assert in_memory == [bytes(32), bytes(32)]
    with pytest.raises(VaultLocked):
        held.unwrap(wrapped, JOB, Part.SOURCE)


def test_the_vault_key_hangs_on_every_part_of_both_halves() -> None:
    share, shard = b"h" * 32, b"r" * 16_320
    parts = {"vault_id": b"v" * 16, "epoch": 1}
    key = derive_vault_key(share, shard, **parts)

    assert len(key) == 32
    assert key == derive_vault_key(share, shard, **parts)
    assert key != derive_vault_key(b"i" + share[1:], shard, **parts)
    assert key != derive_vault_key(share, shard[:-1] + b"s", **parts)
    assert key != derive_vault_key(share, shard, vault_id=b"w" * 16, epoch=1)
    assert key != derive_vault_key(share, shard, vault_id=b"v" * 16, epoch=2)


def test_the_bytes_of_the_format_are_these() -> None:
    """Made by hand from docs/vault-format.md with the primitives alone."""
    data_key, vault_id, epoch = b"k" * 32, b"v" * 16, 7
    bound = JOB + b"\x05" + b"\x00\x00\x00\x09"
    subkey = HKDF(hashes.SHA256(), 32, SALT, b"mayfly/1/stream" + bound).derive(data_key)
    first = AESGCM(subkey).encrypt(
        bytes(11) + b"\x00", b"a" * CHUNK_BYTES, b"\x01" + bound + bytes(8)
    )
    last = AESGCM(subkey).encrypt(
        bytes(10) + b"\x01\x01", b"b", b"\x01" + bound + bytes(7) + b"\x01"
    )
    stream = cipher(kind=Kind.PAGE_IMAGE, page=9)
    assert list(stream.seal([b"a" * CHUNK_BYTES, b"b"])) == [first, last]

    share, shard = b"h" * 32, b"r" * 16_320
    info = b"mayfly/1/vault-key" + vault_id + bytes(7) + b"\x07"
    vault_key = HKDF(hashes.SHA256(), 32, None, info).derive(share + shard)
    assert derive_vault_key(share, shard, vault_id=vault_id, epoch=epoch) == vault_key

    def box(key: bytes, secret: bytes, bound: bytes) -> bytes:
        return b"n" * 12 + AESGCM(key).encrypt(b"n" * 12, secret, bound)

    def number(value: int) -> bytes:
        return bytes(7) + bytes([value])

    held = keys(vault_id, epoch, vault_key)
    bound = b"mayfly/1/bucket-key" + vault_id + number(3) + number(5) + number(epoch)
    bucket = WrappedBucket(3, 5, epoch, box(vault_key, b"b" * 32, bound))
    assert held.open_bucket(bucket) == b"b" * 32
    bound = b"mayfly/2/data-key" + vault_id + JOB + b"\x02" + number(3) + number(5)
    wrapped = WrappedKey(5, box(b"b" * 32, data_key, bound), bucket)
    assert held.unwrap(wrapped, JOB, Part.RESULT) == data_key
    bound = b"mayfly/1/data-key" + vault_id + JOB + b"\x02" + number(epoch)
    loose = WrappedKey(epoch, box(vault_key, data_key, bound))
    assert held.unwrap(loose, JOB, Part.RESULT) == data_key
    bound = b"mayfly/1/stream-key" + JOB + b"\x05" + bytes(3) + b"\x09" + SALT
    own_key = box(data_key, b"s" * 32, bound)
    stream_id = StreamId(JOB, Kind.PAGE_IMAGE, 9)
    assert unwrap_stream_key(own_key, data_key, SALT, stream_id) == b"s" * 32
