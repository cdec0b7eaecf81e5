"""“mayfly audit”: the log and its receipts through the real program."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mayfly.cli.exit_status import ExitStatus
from mayfly.system.paths import paths_in
from tests.cli.conftest import Ended, Program, with_cheap_vault
from tests.cli.papers import write_pdf
from tests.vault.test_audit_reader import check_exported_log, check_receipt

NAME = "Quittenhain.pdf"


class Filed:
    """A vault with a job that was deleted and one that lives."""

    def __init__(self, folder: Path) -> None:
        self.program = with_cheap_vault(folder)
        write_pdf(folder / NAME)
        added = self.program.run("add", folder / NAME, folder / NAME, "--json").json
        self.gone, self.living = (job["job"] for job in added)
        assert self.program.run("delete", self.gone).status == ExitStatus.DONE
        self.out = folder / "out"
        self.out.mkdir()

    def audit(self, *words: str | Path) -> Ended:
        return self.program.run("audit", *words)

    def sql(self, statement: str) -> None:
        with closing(sqlite3.connect(paths_in(self.program.home).database)) as open_, open_:
            open_.execute(statement)


@pytest.fixture
def filed(tmp_path: Path) -> Filed:
    return Filed(tmp_path)


def test_the_log_is_listed_oldest_first_without_a_name(filed: Filed) -> None:
    listed = filed.audit("list")

    head, *lines = listed.out.splitlines()
    assert head.split() == ["ENTRY", "WHEN", "WHAT", "JOB", "DETAIL"]
    assert [line.split()[3] for line in lines] == [
        "vault_made",
        "added",
        "added",
        "deleted",
        "key_rotated",
    ]
    assert "Quittenhain" not in listed.out
    entries = filed.audit("list", "--json").json
    assert entries[3]["detail"] == {"reason": "user", "what": "job"}
    assert set(entries[3]) == {"seq", "at", "kind", "job", "batch", "detail"}
    assert [one["seq"] for one in filed.audit("list", "--most", "2", "--json").json] == [4, 5]
    of_one = filed.audit("list", "--job", filed.gone[:8], "--json").json
    assert [one["kind"] for one in of_one] == ["added", "deleted"]
    assert filed.audit("list", "--job", "0000").status == ExitStatus.NO_SUCH_JOB


def test_a_whole_log_and_a_changed_one(filed: Filed) -> None:
    whole = filed.audit("verify")
    assert (whole.status, whole.out) == (ExitStatus.DONE, "The audit log is whole: 5 entries.\n")

    filed.sql("DELETE FROM audit WHERE seq = 4")

    changed = filed.audit("verify")
    assert changed.status == ExitStatus.FAILED
    assert "Entry 4 is missing." in changed.out.splitlines()
    assert "not as Mayfly wrote it" in changed.err
    told = filed.audit("verify", "--json").json
    assert (told["intact"], told["entries"], told["first"], told["last"]) == (False, 4, 1, 5)
    assert told["findings"] == [{"seq": 4, "fault": "removed"}]


def test_a_receipt_is_written_and_verified(filed: Filed) -> None:
    written = filed.audit("receipt", filed.gone[:8], "--out", filed.out)

    receipt, page = (filed.out / f"receipt-{filed.gone[:8]}.{one}" for one in ("json", "html"))
    assert written.out.splitlines() == [str(receipt), str(page)]
    assert check_receipt(receipt.read_bytes())["job"] == filed.gone
    assert b"Quittenhain" not in receipt.read_bytes() + page.read_bytes()
    checked = filed.audit("verify-receipt", receipt, "--json")
    assert (checked.status, checked.json["verdict"]) == (ExitStatus.DONE, "genuine")
    assert filed.audit("receipt", filed.gone, "--out", filed.out).status == ExitStatus.FAILED
    assert "already there" in filed.audit("receipt", filed.gone, "--out", filed.out).err
    living = filed.audit("receipt", filed.living, "--out", filed.out)
    assert living.status == ExitStatus.NO_SUCH_JOB


def test_a_receipt_elsewhere_and_an_altered_one(filed: Filed, tmp_path: Path) -> None:
    filed.audit("receipt", filed.gone, "--out", filed.out)
    receipt = filed.out / f"receipt-{filed.gone[:8]}.json"
    key = json.loads(receipt.read_bytes())["public_key"]
    (tmp_path / "elsewhere").mkdir()
    auditor = Program(tmp_path / "elsewhere")

    alone = auditor.run("audit", "verify-receipt", receipt, "--json")
    assert (alone.status, alone.json["verdict"]) == (ExitStatus.FAILED, "other_vault")
    told = auditor.run("audit", "verify-receipt", receipt).out
    assert told.startswith("Whole in itself. There is no vault here")
    known = auditor.run("audit", "verify-receipt", receipt, "--public-key", key, "--json")
    assert (known.status, known.json["verdict"]) == (ExitStatus.DONE, "signed")
    other = auditor.run("audit", "verify-receipt", receipt, "--public-key", "00" * 32, "--json")
    assert (other.status, other.json["verdict"]) == (ExitStatus.FAILED, "other_vault")
    assert not paths_in(auditor.home).database.exists()

    receipt.write_bytes(receipt.read_bytes().replace(b"user", b"backstop"))
    altered = filed.audit("verify-receipt", receipt)
    assert altered.status == ExitStatus.FAILED
    assert altered.out.startswith("Altered:")


def test_what_is_no_receipt_is_refused(filed: Filed, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b" " * (2 << 20))

    for file in (tmp_path / NAME, tmp_path / "big"):
        refused = filed.audit("verify-receipt", file, "--json")
        assert (refused.status, refused.json["error"]["code"]) == (3, "receipt_unreadable")
    missing = filed.audit("verify-receipt", tmp_path / "none", "--json")
    assert missing.json["error"]["code"] == "file_missing"
    folder = filed.audit("verify-receipt", tmp_path, "--json")
    assert folder.json["error"]["code"] == "is_a_folder"
    assert filed.audit("verify-receipt", "a", "--public-key", "xy").status == ExitStatus.USAGE


def test_the_whole_log_can_be_taken_along(filed: Filed) -> None:
    target = filed.out / "log.jsonl"

    assert filed.audit("export", "--out", target, "--json").json == {"files": [str(target)]}

    assert check_exported_log(target.read_bytes()) == 5
    assert filed.audit("export", "--out", target).status == ExitStatus.FAILED
    nowhere = filed.audit("export", "--out", filed.out / "no" / "log", "--json")
    assert nowhere.json["error"]["code"] == "target_missing"


def test_a_locked_vault_shows_its_log(filed: Filed) -> None:
    filed.program.run("lock")

    assert filed.audit("list", "--json").json[-1]["kind"] == "locked"
    of_one = filed.audit("list", "--job", filed.gone[:8], "--json").json
    assert [one["kind"] for one in of_one] == ["added", "deleted"]
    verdict = filed.audit("verify", "--json")
    assert (verdict.status, verdict.json["intact"]) == (ExitStatus.DONE, True)
    assert verdict.json["findings"] == [{"seq": 6, "fault": "unsigned"}]
    receipt = filed.audit("receipt", filed.gone, "--out", filed.out)
    # This entry has a signature of its own, so the receipt takes no key.
    assert receipt.status == ExitStatus.DONE


def test_without_a_vault_there_is_no_log(program: Program, tmp_path: Path) -> None:
    assert program.run("audit", "list", "--json").json == []
    assert "No entries." in program.run("audit", "list").err
    assert program.run("audit", "list", "--job", "1234").status == ExitStatus.NO_SUCH_JOB
    assert program.run("audit", "verify").status == ExitStatus.FAILED
    assert program.run("audit", "export", "--out", tmp_path / "x").status == ExitStatus.FAILED
    receipt = program.run("audit", "receipt", "1234", "--out", tmp_path)
    assert receipt.status == ExitStatus.NO_SUCH_JOB
    assert program.run("audit").status == ExitStatus.USAGE
    assert not paths_in(program.home).database.exists()
