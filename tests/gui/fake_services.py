"""Services that answer when the test says so, at the interfaces of the real ones."""

from __future__ import annotations

from concurrent.futures import Future

from mayfly.domain.proof import ProofReport, ProofStep


class FakeProof:
    """The check with a canary: the test tells its steps and gives its report."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object, Future[ProofReport]]] = []
        self.clipboard = None

    def run(self, tell=lambda _: None, clipboard=None) -> Future[ProofReport]:
        self.clipboard = clipboard
        return self._ask("run", tell)

    def test_itself(self, tell=lambda _: None) -> Future[ProofReport]:
        return self._ask("test_itself", tell)

    def tell(self, step: ProofStep) -> None:
        self.asked[-1][1](step)

    def answer(self, report: ProofReport) -> None:
        self.asked[-1][2].set_result(report)

    def fail(self, error: Exception) -> None:
        self.asked[-1][2].set_exception(error)

    def _ask(self, what, tell) -> Future[ProofReport]:
        self.asked.append((what, tell, Future()))
        return self.asked[-1][2]
