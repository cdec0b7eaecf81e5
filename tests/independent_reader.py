"""A second reader of the vault, written from docs/vault-format.md alone.

It imports nothing of Mayfly. What it cannot read from that page is missing there.

usage: python independent_reader.py VAULT.DB SHARD (--share LINE | --passphrase TEXT)...
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sqlite3
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = 10
SLOT = 16_384
PART = {"source": b"\x01", "result": b"\x02"}
DOCUMENT, SOURCE_NAME, OPTIONS, PASSWORD, PAGE_IMAGE, RESULT_NAME, PAGE_WORDS, TARGET = range(1, 9)
IMAGE_DATA, IMAGE_LIST = 9, 10


def number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def hkdf(key: bytes, *, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=salt, info=info).derive(key)


def unwrap(key: bytes, wrapped: bytes, bound: bytes) -> bytes:
    """Open “nonce (12) | AES-256-GCM(...)”; InvalidTag when it is not exactly that."""
    return AESGCM(key).decrypt(wrapped[:12], wrapped[12:], bound)


def slot_of(shard: bytes, vault_id: bytes, epoch: int) -> bytes:
    """Return the random bytes of the epoch's slot."""
    slot = shard[epoch % 2 * SLOT :][:SLOT]
    head, digest, random = slot[:32], slot[32:64], slot[64:]
    if head != b"MAYFLYS1" + vault_id + number(epoch, 8):
        raise ValueError("the slot holds another epoch, or nothing")
    if hashlib.sha256(head + random).digest() != digest:
        raise ValueError("the slot is torn")
    return random


def share_in(line: str, epoch: int) -> bytes:
    """Return the epoch's share from the keyring's line."""
    word, *pairs = line.split(" ")
    if word != "mayfly1":
        raise ValueError("not a line of Mayfly's")
    shares = dict(pair.split(":") for pair in pairs)
    return base64.urlsafe_b64decode(shares[str(epoch)])


@dataclass(frozen=True)
class ListedJob:
    """One row, with the name under whichever part lives."""

    job_id: str
    batch_id: str
    state: str
    name: str | None
    pages: int | None


class Reader:
    """An opened vault."""

    def __init__(
        self, database: Path, shard: Path, *, share: str | None, passphrase: str | None
    ) -> None:
        # Looking writes nothing; the log of recent writes belongs to the database.
        self._rows = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        ((version,),) = self._rows.execute("PRAGMA user_version")
        if version != FORMAT:
            raise ValueError(f"format {version}")
        ((self._vault_id, home, self._epoch),) = self._rows.execute(
            "SELECT vault_id, key_home, epoch FROM meta"
        )
        half = b""
        if home in ("keyring", "both"):
            half += share_in(share or "", self._epoch)
        if home in ("passphrase", "both"):
            half += self._sealed_share(passphrase or "")
        self._vault_key = hkdf(
            half + slot_of(shard.read_bytes(), self._vault_id, self._epoch),
            salt=None,
            info=b"mayfly/1/vault-key" + self._vault_id + number(self._epoch, 8),
        )

    def close(self) -> None:
        self._rows.close()

    # --- what there is -------------------------------------------------------------------

    def jobs(self) -> Iterator[ListedJob]:
        sql = "SELECT seq, id, batch, state, pages FROM job ORDER BY seq"
        for seq, job_id, batch, state, pages in self._rows.execute(sql).fetchall():
            name = self._name(seq, job_id)
            yield ListedJob(job_id.hex(), batch.hex(), state, name, pages)

    def document(self, job_id: str) -> bytes | None:
        return self._stream(job_id, "source", DOCUMENT, 0)

    def path(self, job_id: str) -> str | None:
        data = self._stream(job_id, "source", SOURCE_NAME, 0)
        return None if data is None else json.loads(data).get("path")

    def options(self, job_id: str) -> dict[str, Any] | None:
        data = self._stream(job_id, "source", OPTIONS, 0)
        return None if data is None else json.loads(data)

    def password(self, job_id: str) -> str | None:
        data = self._stream(job_id, "source", PASSWORD, 0)
        return None if data is None else data.decode()

    def words(self, job_id: str, page: int) -> list[str] | None:
        data = self._stream(job_id, "result", PAGE_WORDS, page)
        if data is None:
            return None
        shape = json.loads(data)
        if (shape["v"], shape["number"]) != (1, page):
            raise ValueError("words of another page or form")
        return [word[0] for word in shape["words"]]

    def picture(self, job_id: str, page: int) -> tuple[int, int, bytes] | None:
        data = self._stream(job_id, "source", PAGE_IMAGE, page)
        if data is None:
            return None
        return int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big"), data[8:]

    def images(self, job_id: str, page: int) -> list[tuple[list[Any], bytes]]:
        """Return what the list says of each picture found on the page, and the picture."""
        listed = self._stream(job_id, "source", IMAGE_LIST, page)
        found = []
        for image in json.loads(listed)["images"] if listed is not None else []:
            data = self._stream(job_id, "source", IMAGE_DATA, page * 1024 + image[0])
            if data is None or len(data) != image[-1]:
                raise ValueError("a picture is not as its list says")
            found.append((image, data))
        return found

    def destinations(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The id and the settings of each destination."""
        rows = self._rows.execute("SELECT id, epoch, sealed FROM destination ORDER BY id")
        for raw, epoch, sealed in rows.fetchall():
            bound = b"mayfly/1/destination" + self._vault_id + raw + number(epoch, 8)
            data = unwrap(self._vault_key, sealed, bound)
            length = int.from_bytes(data[:4], "big")
            if len(data) % 1024 or data[4 + length :].strip(b"\0"):
                raise ValueError("not padded as it should be")
            yield raw.hex(), json.loads(data[4:][:length])

    def objects(self, job_id: str) -> list[tuple[str, str, str]]:
        """Destination, name of the object and state of each upload of a job."""
        raw = bytes.fromhex(job_id)
        prefixes = {one: settings["prefix"] for one, settings in self.destinations()}
        rows = self._rows.execute(
            "SELECT destination, page, number, type, upload.state FROM upload"
            " JOIN job ON job.seq = upload.job WHERE job.id = ? ORDER BY page, number",
            (raw,),
        )
        suffix = {"image/png": "png", "image/jpeg": "jpg"}
        return [
            (
                place.hex(),
                f"{prefixes[place.hex()]}{job_id}/page-{page}-image-{image}.{suffix[kind]}",
                state,
            )
            for place, page, image, kind, state in rows
        ]

    # --- keys, from the top down ---------------------------------------------------------

    def _sealed_share(self, passphrase: str) -> bytes:
        ((salt, memory_kib, iterations, lanes, sealed),) = self._rows.execute(
            "SELECT salt, memory_kib, iterations, lanes, sealed FROM passphrase_share"
            " WHERE epoch = ?",
            (self._epoch,),
        )
        stretched = Argon2id(
            salt=salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory_kib
        ).derive(unicodedata.normalize("NFC", passphrase).encode())
        bound = b"mayfly/1/share" + self._vault_id + number(self._epoch, 8)
        return unwrap(stretched, sealed, bound)

    def _data_key(self, seq: int, job_id: bytes, part: str) -> bytes | None:
        row = self._rows.execute(
            "SELECT bucket, epoch, wrapped FROM data_key WHERE job = ? AND part = ?", (seq, part)
        ).fetchone()
        if row is None:
            return None
        bucket, epoch, wrapped = row
        bound = self._vault_id + job_id + PART[part]
        if bucket is None:
            bound = b"mayfly/1/data-key" + bound + number(epoch, 8)
            return unwrap(self._vault_key, wrapped, bound)
        bound = b"mayfly/2/data-key" + bound + number(bucket, 8) + number(epoch, 8)
        return unwrap(self._bucket_key(bucket), wrapped, bound)

    def _bucket_key(self, bucket: int) -> bytes:
        ((born, epoch, wrapped),) = self._rows.execute(
            "SELECT born, epoch, wrapped FROM key_bucket WHERE id = ?", (bucket,)
        )
        bound = self._vault_id + number(bucket, 8) + number(born, 8) + number(epoch, 8)
        return unwrap(self._vault_key, wrapped, b"mayfly/1/bucket-key" + bound)

    # --- streams -------------------------------------------------------------------------

    def _name(self, seq: int, job_id: bytes) -> str | None:
        for part, kind in (("result", RESULT_NAME), ("source", SOURCE_NAME)):
            data = self._open(seq, job_id, part, kind, 0)
            if data is not None:
                name = json.loads(data)["name"]
                assert isinstance(name, str)
                return name
        return None

    def _stream(self, job_id: str, part: str, kind: int, page: int) -> bytes | None:
        raw = bytes.fromhex(job_id)
        ((seq,),) = self._rows.execute("SELECT seq FROM job WHERE id = ?", (raw,))
        return self._open(seq, raw, part, kind, page)

    def _open(self, seq: int, job_id: bytes, part: str, kind: int, page: int) -> bytes | None:
        data_key = self._data_key(seq, job_id, part)
        row = self._rows.execute(
            "SELECT id, salt, chunk_count, wrapped FROM stream"
            " WHERE job = ? AND part = ? AND kind = ? AND page = ?",
            (seq, part, kind, page),
        ).fetchone()
        if data_key is None or row is None:
            return None
        stream, salt, count, wrapped = row
        place = job_id + number(kind, 1) + number(page, 4)
        if wrapped is None:
            key = hkdf(data_key, salt=salt, info=b"mayfly/1/stream" + place)
        else:
            key = unwrap(data_key, wrapped, b"mayfly/1/stream-key" + place + salt)
        return b"".join(self._chunks(stream, key, place, count))

    def _chunks(self, stream: int, key: bytes, place: bytes, count: int) -> Iterator[bytes]:
        for index in range(count):
            ((sealed,),) = self._rows.execute(
                "SELECT data FROM chunk WHERE stream = ? AND number = ?", (stream, index)
            )
            nonce = number(index, 11) + number(int(index == count - 1), 1)
            bound = number(1, 1) + place + number(index, 8)
            yield AESGCM(key).decrypt(nonce, sealed, bound)


def main() -> None:
    """List the jobs of a vault, with their names and the first words of each page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("database", type=Path)
    parser.add_argument("shard", type=Path)
    parser.add_argument("--share", help="the keyring's line")
    parser.add_argument("--passphrase")
    given = parser.parse_args()
    reader = Reader(given.database, given.shard, share=given.share, passphrase=given.passphrase)
    for job in reader.jobs():
        print(job.job_id, job.state, job.name)
        for page in range(1, (job.pages or 0) + 1):
            print("   ", page, " ".join((reader.words(job.job_id, page) or [])[:8]))
    reader.close()


if __name__ == "__main__":
    main()
