"""How many words of a result are doubtful: what a last look at the document is for."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass

from mayfly.domain.errors import InternalError
from mayfly.domain.ids import JobId
from mayfly.domain.pages import PageState
from mayfly.domain.ports import Clock, Lane
from mayfly.domain.vault_port import Vault

_PAGES_AT_ONCE = 8
"""Pages to show and deletions go on in between."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """The doubtful words of one result, and the first page that has one; None without any."""

    words: int = 0
    first_page: int | None = None


class Doubting:
    """Opens the pages of a result in small pieces on the vault lane, and keeps nothing of them."""

    def __init__(self, vault: Vault, vault_lane: Lane, *, clock: Clock) -> None:
        self._vault = vault
        self._lane = vault_lane
        self._clock = clock

    def count(self, job_id: JobId) -> Future[Doubts]:
        """Count the doubtful words of a job; fails as showing a page of it would."""
        answer: Future[Doubts] = Future()
        self._go_on(job_id, 0, Doubts(), answer)
        return answer

    def _go_on(self, job_id: JobId, after: int, so_far: Doubts, answer: Future[Doubts]) -> None:
        def piece() -> None:
            try:
                self._count_piece(job_id, after, so_far, answer)
            except BaseException as error:  # noqa: BLE001 - as a lane does: whoever asked gets it
                answer.set_exception(error)

        try:
            self._lane.submit(piece)
        except InternalError as error:
            answer.set_exception(error)

    def _count_piece(
        self, job_id: JobId, after: int, so_far: Doubts, answer: Future[Doubts]
    ) -> None:
        now = self._clock.now()
        summaries = self._vault.page_summaries(job_id, now)
        left = [
            one.number for one in summaries if one.number > after and one.state is PageState.READ
        ]
        words, first = so_far.words, so_far.first_page
        for number in left[:_PAGES_AT_ONCE]:
            here = self._vault.page(job_id, number, now).doubtful
            words += here
            if here and first is None:
                first = number
        found = Doubts(words, first)
        if len(left) > _PAGES_AT_ONCE:
            self._go_on(job_id, left[_PAGES_AT_ONCE - 1], found, answer)
        else:
            answer.set_result(found)
