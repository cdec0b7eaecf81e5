"""A reader that was written from docs/vault-format.md alone finds what the program finds."""

from __future__ import annotations

import ast
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part, ReadOptions
from mayfly.domain.states import DeleteReason
from mayfly.vault.migrations import newest_version
from mayfly.vault.opening import KeyAccess, open_vault
from mayfly.vault.vault import SqliteVault
from tests import independent_reader
from tests.conftest import ROOT
from tests.fakes import BytesSource, MemorySecrets
from tests.independent_reader import Reader
from tests.vault.conftest import CHEAP, RULE, paths_in, reading
from tests.vault.rotating import NOW
from tests.vault.storage import destination

LONG = bytes(range(256)) * 10_000
PHRASE = "Flußpferd café"


class Home:
    """A vault and what opens it, for the program and for the reader."""

    def __init__(self, folder: Path, passphrase: str | None) -> None:
        self.paths = paths_in(folder)
        self.secrets = None if passphrase else MemorySecrets()
        self.passphrase = passphrase
        self.vault = self.open()

    def open(self) -> SqliteVault:
        return open_vault(self.paths, KeyAccess(self.secrets, self.passphrase), argon=CHEAP)

    def reader(self) -> Reader:
        lines = list(self.secrets.held.values()) if self.secrets else [None]
        return Reader(
            self.paths.database, self.paths.shard, share=lines[0], passphrase=self.passphrase
        )

    def add(self, name: str, data: bytes) -> JobId:
        batch = self.vault.add_batch(NOW)
        options = ReadOptions(("deu", "eng"), recognise_anyway=True)
        source = BytesSource(name, data, path=f"/home/ada/{name}")
        job_id = self.vault.admit(batch, source, options, RULE, NOW)
        self.vault.claim_next(NOW)
        self.vault.need_password(job_id, "password_needed")
        self.vault.give_password(job_id, "Sesam öffne dich")
        self.vault.claim_next(NOW)
        self.vault.set_pages(job_id, 2)
        for page in (1, 2):
            self.vault.save_page(job_id, reading(page, name, f"page {page}", "ŵörds", images=page))
        self.vault.finish(job_id, NOW)
        return job_id


@pytest.fixture(params=[None, PHRASE], ids=["keyring", "passphrase"])
def home(request: pytest.FixtureRequest, tmp_path: Path):
    made = Home(tmp_path, request.param)
    yield made
    made.vault.close()


def check_same(home: Home) -> None:
    """All that the program shows, and all that it does not, the reader finds so, too."""
    reader, vault = home.reader(), home.vault
    listed = list(reader.jobs())
    jobs = vault.jobs(NOW)
    assert [(one.job_id, one.batch_id, one.name, one.pages) for one in listed] == [
        (job.job_id, job.batch_id, job.name, job.pages) for job in jobs
    ]
    assert [one.state for one in listed] == [job.state for job in jobs]
    for job in jobs:
        job_id = job.job_id
        if not job.source_present:
            assert reader.document(job_id) is reader.path(job_id) is None
            assert reader.options(job_id) is reader.password(job_id) is None
            assert reader.picture(job_id, 1) is None
            assert reader.images(job_id, 1) == []
        else:
            check_same_images(reader, vault, job_id)
            chunks = range(vault.source_chunk_count(job_id))
            whole = b"".join(vault.source_chunk(job_id, number) for number in chunks)
            assert reader.document(job_id) == whole
            assert reader.path(job_id) == f"/home/ada/{job.name}"
            assert reader.password(job_id) == vault.password(job_id)
            options = vault.options(job_id)
            assert reader.options(job_id) == {
                "languages": list(options.languages),
                "recognise_anyway": options.recognise_anyway,
            }
        for page in (1, 2):
            if not job.result_present:
                assert reader.words(job_id, page) is None
                continue
            words = vault.page(job_id, page, NOW).words
            assert reader.words(job_id, page) == [word.text for word in words]
    reader.close()


def check_same_images(reader: Reader, vault: SqliteVault, job_id: JobId) -> None:
    for page in (1, 2):
        blocks = [one for one in vault.images(job_id, NOW) if one.image_id.page == page]
        found = reader.images(job_id, page)
        assert [image[0] for image, _ in found] == [one.image_id.number for one in blocks]
        for block, (image, data) in zip(blocks, found, strict=True):
            assert image[1:3] == [block.box.left, block.box.top]
            assert image[-2:] == [block.image_type.value, block.size_bytes]
            assert vault.image(job_id, block.image_id, NOW).data == data


def test_it_finds_the_users_own_storage_and_what_is_there_of_a_job(home: Home) -> None:
    one = destination("Ŝtorage", ca_file="/etc/ca.pem")
    home.vault.destinations.add(one)
    job_id = home.add("a.pdf", b"document")
    home.vault.uploads.wish([job_id], one.destination_id, NOW)
    for upload in home.vault.uploads.take(NOW, 2):
        home.vault.uploads.begin(upload, NOW)
    home.vault.key_changes.set_passphrase(PHRASE, with_keyring=False)
    home.secrets, home.passphrase = None, PHRASE
    home.vault.purge([job_id], frozenset(Part), DeleteReason.USER, NOW)

    reader, place = home.reader(), one.place
    ((found, settings),) = reader.destinations()
    assert (found, settings["name"]) == (one.destination_id, "Ŝtorage")
    page = (ROOT / "docs" / "vault-format.md").read_text(encoding="utf-8")
    example = page.partition("## Own storage")[2].partition("```json")[2].partition("```")[0]
    assert list(json.loads(example)) == list(settings)
    wanted = ("provider", "endpoint", "region", "bucket", "prefix", "addressing", "ca_file")
    assert [settings[name] for name in wanted] == [getattr(place, name) for name in wanted]
    uploads = home.vault.uploads.of_job(job_id)
    assert len(uploads) == 2
    assert reader.objects(job_id) == [
        (each.destination_id, each.key(place.prefix), "owed") for each in uploads
    ]
    reader.close()


def test_it_imports_nothing_of_mayfly() -> None:
    tree = ast.parse(Path(independent_reader.__file__).read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported & {"mayfly", "tests"} == set()


def test_it_finds_what_the_program_finds(home: Home) -> None:
    long = home.add("long ünïcode.pdf", LONG)
    home.add("short.pdf", b"%PDF")
    check_same(home)
    assert home.reader().picture(long, 2) == (500, 700, reading(2).image.data)


def test_it_finds_the_same_after_every_kind_of_deletion(home: Home) -> None:
    jobs = [home.add(f"{number}.pdf", b"document %d" % number) for number in range(5)]
    user = DeleteReason.USER
    home.vault.purge(jobs[:1], frozenset(Part), user, NOW)
    home.vault.purge(jobs[1:2], frozenset({Part.SOURCE}), user, NOW)
    home.vault.purge(jobs[2:3], frozenset({Part.RESULT}), user, NOW)
    home.vault.purge_page_images(jobs[3], 1, NOW)

    check_same(home)

    assert home.reader().picture(jobs[3], 1) is None
    assert home.reader().picture(jobs[3], 2) is not None
    ((epoch,),) = sqlite3.connect(home.paths.database).execute("SELECT epoch FROM meta").fetchall()
    assert epoch == 5


def test_it_reads_a_vault_that_needs_keyring_and_passphrase(tmp_path: Path) -> None:
    home = Home(tmp_path, None)
    home.add("a.pdf", b"document")
    home.vault.key_changes.set_passphrase(PHRASE, with_keyring=True)
    home.passphrase = PHRASE

    check_same(home)

    with pytest.raises(InvalidTag):
        home.passphrase = "another"
        home.reader()
    home.vault.close()


def test_neither_half_alone_opens_anything(home: Home, tmp_path: Path) -> None:
    home.add("a.pdf", b"document")
    shard = home.paths.shard.read_bytes()
    other = tmp_path / "other shard"
    other.write_bytes(shard[:64] + bytes(len(shard) - 64))

    with pytest.raises(ValueError, match=r"torn|another epoch"):
        Reader(
            home.paths.database,
            other,
            share=next(iter(home.secrets.held.values())) if home.secrets else None,
            passphrase=home.passphrase,
        )


def test_it_can_be_run(home: Home) -> None:
    home.add("a.pdf", b"document")
    what = (
        ["--passphrase", home.passphrase]
        if home.passphrase
        else ["--share", next(iter(home.secrets.held.values()))]
    )

    answer = subprocess.run(
        [sys.executable, independent_reader.__file__, home.paths.database, home.paths.shard, *what],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONUTF8": "1"},
    )

    assert "done a.pdf" in answer.stdout
    assert "2 a.pdf page 2 ŵörds" in answer.stdout


def test_page_and_reader_are_of_the_format_that_is_written() -> None:
    """A new step of the schema belongs on the page, and what a reader must know of it here."""
    page = (ROOT / "docs" / "vault-format.md").read_text(encoding="utf-8")
    assert newest_version() == independent_reader.FORMAT
    assert f"The format is version {newest_version()} (" in page
