"""Death at every step of a change of what opens a vault: old or new opens it, never neither."""

from __future__ import annotations

import signal
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from mayfly.domain.errors import PassphraseNeeded, PassphraseWrong
from mayfly.vault.opening import needed_key
from tests.fakes import FileSecrets
from tests.vault.attack import Loot
from tests.vault.processes import Child, Tell
from tests.vault.rotating import Place, admit, check_alive, check_settled, purge
from tests.vault.steps import SEAMS, WHEN, WITHIN, die_at
from tests.vault.test_key_homes import OTHER, change, epoch_of, make

ROADS = (
    ("keyring", "passphrase"),
    ("keyring", "both"),
    ("passphrase", "keyring"),
    ("passphrase", "passphrase"),
    ("passphrase", "both"),
    ("both", "keyring"),
    ("both", "passphrase"),
)


FORGETS = ((FileSecrets, "remove"),)
"""Dies at the keyring's forgetting, too."""


def check_after_death(before: Place, place: Place, after: str, jobs: dict) -> bool:
    """Exactly one of old and new opens it, with everything; tell whether it is the new one."""
    (old, new) = place, replace(place, home=after, word=OTHER)
    is_new = epoch_of(place) > epoch_of(before)
    assert needed_key(place.paths) == (new if is_new else old).home
    opens, refused = (new, old) if is_new else (old, new)
    if opens.home != "keyring":
        with pytest.raises((PassphraseWrong, PassphraseNeeded)):
            refused.open()
    vault = opens.open()
    check_alive(vault, jobs)
    # It goes on as if nothing had been: a purge, and the change once more
    jobs = dict(jobs)
    purge(vault, jobs.pop("goes"))
    change(vault, after)
    check_alive(vault, jobs)
    vault.close()
    check_settled(new, epoch_of(place))
    stolen = before.loot()
    today = Loot(shares=stolen.shares | new.loot().shares, slots=new.loot().slots)
    assert before.opened_with(today) == set()
    return is_new


@pytest.mark.slow
@pytest.mark.parametrize(("home", "after"), ROADS)
def test_death_at_any_step_leaves_a_vault_that_opens_with_old_or_new(
    home: str, after: str, tmp_path: Path
) -> None:
    before = make(tmp_path / "before", home)
    vault = before.open()
    jobs = admit(vault, "goes", "stays")
    vault.close()
    passed: list[str] = []
    seen: set[bool] = set()
    for step in count():
        place = before.copy(f"at {step}")

        def work(tell: Tell, place: Place = place, step: int = step) -> None:
            vault = place.open()
            die_at(step, tell, also=FORGETS)
            change(vault, after)

        code, told = Child(work).end()
        seen.add(check_after_death(before, place, after, jobs))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        passed.append(told[0][0])
    assert seen == {True, False}
    steps = {"write_slot", "erase_slot", "run", "drop_leftovers"} & {name for _, name in SEAMS}
    expected = {WITHIN, *(f"{when} {name}" for name in steps for when in WHEN)}
    assert expected <= set(passed)
    assert ("before put" in passed) == (after != "passphrase")
    assert ("before remove" in passed) == (home != "passphrase" and after == "passphrase")
