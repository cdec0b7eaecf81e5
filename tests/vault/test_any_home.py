"""Any order of homes, locks, codes and deletions: what lives opens, and only with its key."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mayfly.domain.errors import NotNow, VaultLocked
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part
from mayfly.domain.states import DeleteReason, JobState
from mayfly.vault.opening import is_lock_wished, needed_key, open_without_key
from mayfly.vault.vault import SqliteVault
from tests.profiles import effort
from tests.vault.rotating import NOW, Place, admit, check_alive, check_settled, sweep

WORDS = ("first words", "second words", "third words")
ALL = frozenset(Part)


class AnyHome(RuleBasedStateMachine):
    """Two processes on one vault, of which the second only follows."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        today = Path(self.folder.name) / "today"
        today.mkdir()
        self.place = Place(today, "keyring", WORDS[0])
        self.alive: dict[str, JobId] = {}
        self.gone: list[JobId] = []
        self.code: str | None = None
        self.locked = False
        self.vault, self.other = self.place.open(), self.place.open()

    def teardown(self) -> None:
        self.vault.close()
        self.other.close()
        self.folder.cleanup()

    # --- what people do --------------------------------------------------------------

    @precondition(lambda self: not self.locked)
    @rule()
    def add(self) -> None:
        self.alive |= admit(self.vault, f"job {len(self.alive) + len(self.gone)}")

    @precondition(lambda self: self.alive)
    @rule(pick=st.integers(0, 9))
    def delete(self, pick: int) -> None:
        name = sorted(self.alive)[pick % len(self.alive)]
        job = self.alive.pop(name)
        self.vault.mark_purging([job], DeleteReason.USER, NOW)
        self.vault.purge([job], ALL, DeleteReason.USER, NOW)
        self.gone.append(job)

    @precondition(lambda self: not self.locked)
    @rule(home=st.sampled_from(("keyring", "passphrase", "both")), word=st.sampled_from(WORDS))
    def move(self, home: str, word: str) -> None:
        if home == "keyring":
            self.vault.key_changes.remove_passphrase()
        else:
            self.vault.key_changes.set_passphrase(word, with_keyring=home == "both")
            self.place.word = word
        if home == "passphrase":
            self.code = None
        self.place.home = home

    @precondition(lambda self: not self.locked)
    @rule(drop=st.booleans())
    def change_code(self, drop: bool) -> None:
        try:
            if drop:
                self.vault.key_changes.drop_recovery_code()
                self.code = None
            else:
                self.code = self.vault.key_changes.make_recovery_code()
        except NotNow:
            assert self.place.home == "passphrase"

    @precondition(lambda self: not self.locked and self.code)
    @rule()
    def lose_the_keyring(self) -> None:
        self.vault.close()
        self.other.close()
        for secret in (self.place.folder / "keyring").glob("vault-*"):
            secret.unlink()
        bare = open_without_key(self.place.paths, lambda: self.place.secrets)
        bare.key_changes.ask_recovery().put_back(self.code or "")
        bare.close()
        self.vault, self.other = self.place.open(), self.place.open()

    @rule()
    def lock(self) -> None:
        self.vault.lock.lock(NOW)
        self.locked = True

    @precondition(lambda self: self.locked)
    @rule()
    def unlock(self) -> None:
        self._take(self.vault)
        sweep(self.vault)
        self.vault.lock.clear()
        self.locked = False

    @rule()
    def start_anew(self) -> None:
        self.vault.close()
        self.other.close()
        self.vault, self.other = self.place.open(), self.place.open()
        if self.locked:
            self.vault.lock.drop()
            self.other.lock.drop()

    def _take(self, vault: SqliteVault) -> None:
        word = None if self.place.home == "keyring" else self.place.word
        vault.lock.take(vault.lock.ask().fetch(word))

    # --- what must be so -------------------------------------------------------------

    @invariant()
    def what_lives_opens_and_nothing_else(self) -> None:
        assert is_lock_wished(self.place.paths) is self.locked
        assert needed_key(self.place.paths) == self.place.home
        assert self.vault.key_changes.has_recovery_code() is (self.code is not None)
        assert self.vault.counts()[JobState.DELETED] == len(self.gone)
        for vault in (self.vault, self.other):
            if self.locked:
                self._opens_nothing(vault)
            else:
                self._follow(vault)
                check_alive(vault, self.alive)
        if not self.locked:
            self.vault.tidy()
            ((epoch,),) = self.place.ask("SELECT epoch FROM meta")
            check_settled(self.place, epoch)

    def _opens_nothing(self, vault: SqliteVault) -> None:
        try:
            vault.jobs(NOW)
        except VaultLocked:
            return
        raise AssertionError("a locked vault told its jobs")

    def _follow(self, vault: SqliteVault) -> None:
        """Do as a process does whose user is asked when it cannot follow by itself."""
        try:
            vault.jobs(NOW)
        except VaultLocked:
            self._take(vault)


TestAnyHome = AnyHome.TestCase
TestAnyHome.settings = effort(examples=8, steps=15)
