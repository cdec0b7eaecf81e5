"""Any order of calls: the ledger of uploads agrees with a model of a page about every row."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mayfly.domain.destinations import DestinationId, Upload, UploadState
from mayfly.domain.errors import JobError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part, ReadOptions
from mayfly.domain.states import DeleteReason
from mayfly.vault.opening import KeyAccess, open_vault
from tests.fakes import BytesSource
from tests.profiles import effort
from tests.vault.conftest import CHEAP, RULE, paths_in, reading
from tests.vault.storage import NOW, destination, ledger_of, refs

States = UploadState
UNWRITTEN = {States.WAITING, States.FAILED}
OUTCOMES = {
    States.WAITING: (States.WAITING, States.STORED, States.FAILED, States.STOPPED),
    States.OWED: (States.OWED, States.DELETED),
}
PLACES = ((1, 1), (1, 2), (2, 1))
WHAT = (
    *("add", "take", "begin", "settle", "cancel", "carry") * 4,
    *("retry", "purge", "purge page") * 2,
    *("mark", "remove", "pause", "dismiss", "restart"),
)
"""What is repeated comes more often."""
NUMBER, WHICH = st.sampled_from(range(3)), st.sampled_from(range(2))
Key = tuple[JobId, DestinationId, tuple[int, int]]


@dataclass
class Row:
    """What must be true of an upload; hand: changes when whoever carries it is to let go."""

    state: UploadState = States.WAITING
    begun: bool = False
    again: bool = False
    hand: int = 0

    def turn(self, state: UploadState, hand: int) -> None:
        self.state, self.hand = state, hand
        self.again = False


class AnyOrder(RuleBasedStateMachine):
    """Two destinations, of which one has objects deleted; the process ends now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.rows: dict[Key, Row] = {}
        self.living: dict[JobId, set[Part]] = {}
        self.marked: set[JobId] = set()
        self.deletes: dict[DestinationId, bool] = {}
        self.paused, self.turns = False, 0
        self.hands: list[tuple[Upload, int]] = []
        self.open()
        self.places = [self.new_place(wish) for wish in (True, False)]

    def open(self) -> None:
        paths = paths_in(Path(self.folder.name))
        self.vault = open_vault(paths, KeyAccess(None, "any"), argon=CHEAP)
        self.ledger = ledger_of(self.vault)

    def teardown(self) -> None:
        self.vault.close()
        self.folder.cleanup()

    def new_place(self, wish: bool) -> DestinationId:
        one = destination(str(len(self.deletes)), delete_with_job=wish)
        self.vault.destinations.add(one)
        self.deletes[one.destination_id] = wish
        return one.destination_id

    def next_hand(self) -> int:
        self.turns += 1
        return self.turns

    def of(self, *jobs: JobId) -> dict[Key, Row]:
        return {key: row for key, row in self.rows.items() if key[0] in jobs}

    def is_open(self, job_id: JobId) -> bool:
        return Part.SOURCE in self.living[job_id] and job_id not in self.marked

    @rule(
        what=st.sampled_from(WHAT),
        number=NUMBER,
        which=WHICH,
        places=st.sets(st.sampled_from(PLACES), min_size=1),
        pick=st.sampled_from(range(12)),
    )
    def step(
        self, what: str, number: int, which: int, places: set[tuple[int, int]], pick: int
    ) -> None:
        """One rule for all: hypothesis leaves whole rules out of most runs."""
        job_id = self.jobs[number % len(self.jobs)]
        parts = (frozenset(Part), *(frozenset({part}) for part in Part))
        steps = {
            "add": lambda: self.add(job_id, which, places),
            "take": lambda: self.hands.extend(self.take(pick)),
            "begin": lambda: self.begin(self.hands[pick % len(self.hands)]),
            "settle": lambda: self.settle(self.hands[pick % len(self.hands)], number),
            "carry": lambda: self.carry(pick, number),
            "cancel": lambda: self.cancel(job_id if pick else None),
            "retry": lambda: self.retry(job_id if pick else None),
            "purge": lambda: self.purge(job_id, parts[number]),
            "purge page": lambda: self.purge_page(job_id),
            "mark": lambda: self.mark(job_id),
            "remove": lambda: self.remove(which),
            "pause": self.pause,
            "dismiss": self.dismiss,
            "restart": self.restart,
        }
        if self.hands or what not in ("begin", "settle"):
            steps[what]()

    # --- what is wanted ------------------------------------------------------------------

    @property
    def jobs(self) -> list[JobId]:
        """The jobs that something may happen to: two that live, and one that may not."""
        while sum(map(self.is_open, self.living)) < 2:
            self.admit()
        return [one for one in self.living if self.is_open(one)][-2:] + list(self.living)[-3:-2]

    def admit(self) -> JobId:
        source = BytesSource("a", b"a")
        job_id = self.vault.admit(self.vault.add_batch(NOW), source, ReadOptions(), RULE, NOW)
        self.vault.claim_next(NOW)
        self.vault.set_pages(job_id, 2)
        for page in (1, 2):
            self.vault.save_page(job_id, reading(page, "word"))
        self.vault.finish(job_id, NOW)
        self.living[job_id] = set(Part)
        return job_id

    def add(self, job_id: JobId, which: int, places: set[tuple[int, int]]) -> None:
        added = 0
        try:
            added = self.ledger.add(refs(job_id, *places), self.places[which], NOW)
        except JobError:
            assert not self.is_open(job_id)
            return
        assert self.is_open(job_id)
        expected = 0
        for place in places:
            key = (job_id, self.places[which], place)
            row = self.rows.setdefault(key, Row(States.DELETED))
            if row.state is States.OWED:
                expected += not row.again
                row.again = True
            elif row.state not in (States.WAITING, States.STORED):
                expected += 1
                row.turn(States.WAITING, self.next_hand())
        assert added == expected

    def cancel(self, job_id: JobId | None) -> None:
        self.ledger.cancel(None if job_id is None else [job_id], NOW)
        for row in self.of(*(self.living if job_id is None else [job_id])).values():
            row.again = False
            if row.state in UNWRITTEN:
                row.turn(States.OWED if row.begun else States.STOPPED, self.next_hand())

    def retry(self, job_id: JobId | None) -> None:
        self.ledger.retry(None if job_id is None else [job_id], NOW)
        for key, row in self.of(*(self.living if job_id is None else [job_id])).items():
            if row.state is States.FAILED and self.is_open(key[0]):
                row.turn(States.WAITING, self.next_hand())

    def pause(self) -> None:
        self.paused = not self.paused
        self.ledger.set_paused(self.paused)

    # --- what is done --------------------------------------------------------------------

    def take(self, pick: int) -> list[tuple[Upload, int]]:
        taken = self.ledger.take(NOW, 999)
        wanted = {
            key
            for key, row in self.rows.items()
            if row.state is States.OWED
            or (row.state is States.WAITING and not self.paused and self.is_open(key[0]))
        }
        assert {self.key_of(one) for one in taken} == wanted
        states = [one.state for one in taken]
        assert states == sorted(states, key=[States.OWED, States.WAITING].index)
        if not taken:
            return []
        one = taken[pick % len(taken)]
        return [(one, self.rows[self.key_of(one)].hand)]

    def key_of(self, upload: Upload) -> Key:
        place = (upload.image_id.page, upload.image_id.number)
        return upload.job_id, upload.destination_id, place

    def held(self, held: tuple[Upload, int]) -> Row | None:
        """The row, unless it was turned since it was taken."""
        upload, hand = held
        row = self.rows.get(self.key_of(upload))
        is_same = row is not None and (row.hand, row.state) == (hand, upload.state)
        return row if is_same else None

    def carry(self, pick: int, outcome: int) -> None:
        """What a thread does that nobody comes between."""
        for held in self.take(pick):
            self.begin(held)
            self.settle(held, outcome)

    def begin(self, held: tuple[Upload, int]) -> None:
        row, upload = self.held(held), held[0]
        may = row is not None and (upload.state is States.OWED or self.is_open(upload.job_id))
        assert self.ledger.begin(upload, NOW) is may
        if may:
            row.begun = True

    def settle(self, held: tuple[Upload, int], pick: int) -> None:
        row, upload = self.held(held), held[0]
        outcomes = OUTCOMES[upload.state]
        state = outcomes[pick % len(outcomes)]
        assert self.ledger.settle(upload, state, NOW) is (row is not None)
        if row is None:
            return
        if state is States.DELETED and row.again:
            row.turn(States.WAITING, self.next_hand())
            row.begun = False
        elif state is States.STOPPED and row.begun:
            row.turn(States.OWED, self.next_hand())
        else:
            row.state = state
            row.begun |= state is States.STORED
        self.forget_what_is_gone(upload)

    def forget_what_is_gone(self, upload: Upload) -> None:
        """Rows that were seen to be gone wait for the last one of their job."""
        if upload.state is not States.OWED:
            return
        pair = (upload.job_id, upload.destination_id)
        of_pair = {key: row for key, row in self.rows.items() if key[:2] == pair}
        if not any(row.state is States.OWED for row in of_pair.values()):
            for key, row in of_pair.items():
                if row.state is States.DELETED:
                    del self.rows[key]

    # --- what goes -----------------------------------------------------------------------

    def mark(self, job_id: JobId) -> None:
        self.vault.mark_purging([job_id], DeleteReason.USER, NOW)
        if self.living[job_id]:
            self.marked.add(job_id)

    def purge(self, job_id: JobId, parts: frozenset[Part]) -> None:
        self.vault.purge([job_id], parts, DeleteReason.USER, NOW)
        going = self.living[job_id] & parts
        self.living[job_id] -= parts
        if going and not self.living[job_id]:
            for key, row in self.of(job_id).items():
                if not row.begun and row.state is not States.OWED:
                    del self.rows[key]
            self.turn(self.of(job_id), {*UNWRITTEN, States.STORED, States.LEFT})
        elif Part.SOURCE in going:
            self.turn(self.of(job_id), UNWRITTEN)

    def purge_page(self, job_id: JobId) -> None:
        answer = self.vault.purge_page_images(job_id, 1, NOW)
        if answer.outcome.value == "deleted":
            rows = {key: row for key, row in self.of(job_id).items() if key[2][0] == 1}
            self.turn(rows, {*UNWRITTEN, States.STORED, States.LEFT})

    def turn(self, rows: dict[Key, Row], states: set[UploadState]) -> None:
        for (_, place, _), row in rows.items():
            row.again = False
            if row.state in states:
                kept = States.OWED if self.deletes[place] else States.LEFT
                row.turn(kept if row.begun else States.STOPPED, self.next_hand())

    def dismiss(self) -> None:
        left = [key for key, row in self.rows.items() if row.state is States.LEFT]
        assert self.ledger.dismiss(None) == len(left)
        for key in left:
            del self.rows[key]

    def remove(self, which: int) -> None:
        gone = self.places[which]
        rows = [row for key, row in self.rows.items() if key[1] == gone and row.begun]
        rows = [row for row in rows if row.state is not States.DELETED]
        answer = self.vault.destinations.remove(gone, NOW)
        owed = sum(row.state is States.OWED for row in rows)
        assert (answer.objects_left, answer.owed) == (len(rows), owed)
        self.rows = {key: row for key, row in self.rows.items() if key[1] != gone}
        self.places[which] = self.new_place(self.deletes[gone])

    def restart(self) -> None:
        self.vault.close()
        self.open()

    @invariant()
    def every_row_is_as_the_model_says(self) -> None:
        found = {
            (self.key_of(one)): (one.state, one.was_begun)
            for job_id in self.living
            for one in self.ledger.of_job(job_id)
        }
        assert found == {key: (row.state, row.begun) for key, row in self.rows.items()}
        assert sum(self.ledger.counts().values()) == len(found)


AnyOrder.TestCase.settings = effort(examples=15, steps=50)
TestAnyOrderOfUploads = AnyOrder.TestCase
