"""“mayfly prove” and “mayfly verify-purge”: what they print and how they end."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import pytest

from mayfly.cli.challenge_command import _lines
from mayfly.cli.proof_command import _page, _size, _verdict, proof_shape
from mayfly.domain.proof import (
    ChallengeReport,
    KeySource,
    Place,
    PlaceNote,
    PlaceScan,
    ProofReport,
    ProofStep,
)
from tests.cli.conftest import Program
from tests.cli.papers import write_pdf


@pytest.mark.timeout(120)
def test_a_canary_goes_through_the_real_program_and_leaves_nothing(furnished: Program) -> None:
    ended = furnished.run("prove", "--json")
    assert ended.status == 0
    assert ended.json["clean"]
    assert ended.json["hits"] == 0
    assert ended.json["steps"] == ["add", "read", "show", "export", "delete", "search"]
    places = {one["place"]: one for one in ended.json["places"]}
    assert set(places) == {place.value for place in Place}
    assert places["vault"]["bytes"] > 1_000
    assert places["open_files"]["files"] >= 3
    assert places["clipboard"]["note"] == "no_clipboard"
    (tombstone,) = furnished.run("list", "--json").json
    assert tombstone["job"] == ended.json["job"]
    assert tombstone["state"] == "deleted"


def test_the_search_shows_that_it_sees(furnished: Program) -> None:
    ended = furnished.run("prove", "--self-test")
    assert ended.status == 0
    assert "Everything that was planted was found (13 places" in ended.out
    shape = furnished.run("prove", "--self-test", "--json").json
    assert (shape["clean"], shape["blind"], shape["job"]) == (True, [], None)
    assert all(one["hits"] for one in shape["places"])


def test_while_reading_is_paused_nothing_can_be_proved(furnished: Program) -> None:
    furnished.run("pause")
    ended = furnished.run("prove", "--json")
    assert ended.status == 3
    assert ended.json["error"]["code"] == "queue_paused"


def test_a_copy_opens_before_a_deletion_and_not_after_it(furnished: Program) -> None:
    copy, paper = furnished.folder / "copy", furnished.folder / "letter.pdf"
    write_pdf(paper)
    added, kept = furnished.run("add", paper, paper, "--json").json
    shutil.copytree(furnished.home / "data", copy)

    before = furnished.run("verify-purge", copy, "--json")
    assert before.status == 3
    assert before.json["opened_jobs"] == sorted([added["job"], kept["job"]])

    furnished.run("delete", added["job"])
    after = furnished.run("verify-purge", copy, "--json")
    assert after.status == 0
    assert after.json["nothing_opens"]
    assert after.json["vault_opens"]
    assert (after.json["deleted"], after.json["deleted_opened"]) == (1, [])
    told = furnished.run("verify-purge", copy)
    assert told.out.splitlines()[-1].startswith("Nothing in the copy opens")

    # And: today's keys are known to be right also when no document is left to try them on
    furnished.run("delete", kept["job"])
    last = furnished.run("verify-purge", copy, "--json").json
    assert (last["nothing_opens"], last["vault_opens"], last["deleted"]) == (True, True, 2)

    assert furnished.run("verify-purge", furnished.folder / "nowhere").status == 4


def test_a_vault_with_a_passphrase_is_not_challenged_without_it(furnished: Program) -> None:
    without = Program(furnished.folder)
    ended = without.run("verify-purge", furnished.home / "data")
    assert ended.status == 5


# --- words -------------------------------------------------------------------------------

FOUND = ProofReport(
    datetime(2026, 1, 5, tzinfo=UTC),
    2.04,
    (ProofStep.SEARCH,),
    (
        PlaceScan(Place.VAULT, True, 3, 5 << 20, 0),
        PlaceScan(Place.LOG, True, 1, 900, 2, PlaceNote.PARTLY_UNREADABLE),
        PlaceScan(Place.CLIPBOARD, False, 0, 0, 0, PlaceNote.NO_CLIPBOARD),
    ),
)


def test_the_page_tells_what_was_found_and_what_was_not_searched() -> None:
    _, vault, log, clipboard = _page(FOUND)
    assert vault.split()[-4:] == ["3", "5.0", "MiB", "nothing"]
    assert log.endswith("900 B  2 (some of it may not be read)")
    assert clipboard.endswith("not searched: only the window has one")
    assert _verdict(FOUND, self_test=False).startswith("FOUND: 2 traces")
    assert _verdict(FOUND, self_test=True).startswith("BLIND: what was planted was not found")
    assert proof_shape(FOUND, self_test=True)["blind"] == ["vault"]
    assert proof_shape(FOUND, self_test=False)["clean"] is False
    assert [_size(one) for one in (5, 5 << 10, 7 << 30, 3 << 40, 9 << 50)] == [
        "5 B",
        "5.0 KiB",
        "7.0 GiB",
        "3.0 TiB",
        "9216.0 TiB",
    ]


def report(**others) -> ChallengeReport:
    values = {
        "vault_known": True,
        "copy_epochs": (1,),
        "vault_epoch": 2,
        "sources": (KeySource.KEYRING,),
        "keys_tried": 1,
        "jobs": 2,
        "wrapped": 4,
        "opened": 4,
        "opened_jobs": ("a" * 32,),
    }
    return ChallengeReport(**{**values, **others})


def test_each_outcome_of_a_challenge_has_its_sentence() -> None:
    def last(one: ChallengeReport) -> str:
        return list(_lines(one))[-1]

    assert last(report(opened=0, opened_jobs=())).startswith("Nothing in the copy opens")
    strange = report(opened=0, opened_jobs=(), vault_known=False)
    assert last(strange).startswith("Nothing in the copy opens with what is here.")
    assert "of another vault" in next(iter(_lines(strange)))
    wrong = report(opened=0, opened_jobs=(), vault_opens=False)
    assert "this means nothing" in last(wrong)
    nowhere = report(opened=0, opened_jobs=(), vault_known=False, vault_epoch=None)
    assert "of a vault," in next(iter(_lines(nowhere)))
    assert last(report()).startswith("The copy opens with today's keys. Delete something")
    assert last(report(deleted=1)).startswith("Nothing that was deleted opens.")
    assert last(report(deleted=1, deleted_opened=("a" * 32,))).startswith(
        "STILL OPENS: 1 deleted document"
    )
    sealed = "\n".join(_lines(report(sealed_keyrings=2, vault_epoch=None, sources=())))
    assert "2 keyring files in the copy not tried" in sealed
    assert "there is no vault" in sealed
    assert "from nowhere" in sealed
