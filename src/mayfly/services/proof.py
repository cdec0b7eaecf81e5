"""“Check it”: a canary goes the whole road, and then every place is searched for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from mayfly.domain.errors import InternalError
from mayfly.domain.proof import ProofReport


class Proof:
    """Shows that nothing stays of a deleted document, and that the search would find it."""

    def run(self, tell: Callable[[str], None] = lambda _: None) -> Future[ProofReport]:
        """Add, read, show, export and delete a canary, then search; tell hears of each step.

        tell is called on a thread of the proof's own, with a stable key of the step.
        """
        raise InternalError("not built yet")

    def test_itself(self, tell: Callable[[str], None] = lambda _: None) -> Future[ProofReport]:
        """Plant a canary in each place and search; a place with no hit is a blind one."""
        raise InternalError("not built yet")
