"""Listing the pictures of a document, with the caption beside each while its words live, too."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from mayfly.domain.errors import LaneClosed, NotFinished, ResultGone, TimeInDoubt, VaultDamaged
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageBlock
from mayfly.domain.pages import PageResult
from mayfly.domain.ports import Clock, Lane
from mayfly.domain.vault_port import Vault

Captions = Callable[[PageResult, Sequence[ImageBlock]], Sequence[str | None]]
"""Finds the words beside each picture of a page that say what it is; None where there are none."""


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture of a document. alternative is the caption beside it, as long as that lives."""

    block: ImageBlock
    alternative: str | None


class PictureList:
    """Lists the pictures of one job, a page at a time: others may use the lane in between."""

    def __init__(
        self, vault: Vault, vault_lane: Lane, job_id: JobId, *, clock: Clock, captions: Captions
    ) -> None:
        self._vault = vault
        self._lane = vault_lane
        self._job_id = job_id
        self._clock = clock
        self._captions = captions
        self._left: deque[list[ImageBlock]] = deque()
        self._views: list[PictureView] = []
        self._has_words = True
        self._answer: Future[tuple[PictureView, ...]] = Future()

    def look(self) -> Future[tuple[PictureView, ...]]:
        """Begin; the answer has the pictures in order. Called once."""
        self._answer.set_running_or_notify_cancel()
        self._go_on(self._list)
        return self._answer

    def _go_on(self, work: Callable[[], None]) -> None:
        try:
            self._lane.submit(work, urgent=True).add_done_callback(self._ended)
        except LaneClosed as error:
            self._answer.set_exception(error)

    def _ended(self, step: Future[None]) -> None:
        error = step.exception()
        if error is not None:
            self._answer.set_exception(error)
        elif self._left:
            self._go_on(self._add_page)
        else:
            self._answer.set_result(tuple(self._views))

    def _list(self) -> None:
        pages: dict[int, list[ImageBlock]] = defaultdict(list)
        for block in self._vault.images(self._job_id, self._clock.now()):
            pages[block.image_id.page].append(block)
        self._left.extend(pages.values())

    def _add_page(self) -> None:
        blocks = self._left.popleft()
        page = self._words(blocks[0].image_id.page)
        captions = [None] * len(blocks) if page is None else self._captions(page, blocks)
        self._views += [PictureView(*one) for one in zip(blocks, captions, strict=True)]

    def _words(self, number: int) -> PageResult | None:
        if not self._has_words:
            return None
        try:
            return self._vault.page(self._job_id, number, self._clock.now())
        except (NotFinished, VaultDamaged):
            return None
        except (ResultGone, TimeInDoubt):
            self._has_words = False
            return None
