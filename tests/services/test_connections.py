"""Open buckets: one for each destination, asked for once, and none after the end."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mayfly.domain.destinations import Destination, new_destination_id
from mayfly.domain.errors import LaneClosed
from mayfly.domain.storage_errors import StorageUnreachable
from mayfly.services.connections import Connections
from mayfly.services.credentials import CredentialBox
from tests.fakes import MemorySecrets
from tests.fakes_storage import KEY, PLACE, MemoryStores

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


class SlowSecrets(MemorySecrets):
    """A keyring that asks its user, who takes time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.asking, self.answered = threading.Event(), threading.Event()

    def get(self, name: str) -> str | None:
        self.asked += 1
        self.asking.set()
        assert self.answered.wait(20)
        return super().get(name)


@pytest.fixture
def attic() -> Destination:
    return Destination(
        new_destination_id(), "Attic", PLACE, delete_with_job=False, added_at=NOW, verified_at=NOW
    )


def opened(secrets: MemorySecrets, *destinations: Destination) -> tuple[Connections, MemoryStores]:
    box, stores = CredentialBox(lambda: secrets), MemoryStores()
    for one in destinations:
        box.keep(one.destination_id, KEY)
    return Connections(stores, box), stores


def in_thread(work) -> tuple[threading.Thread, list]:
    """Do it on a thread; the list gets what it answers or raises."""
    answers: list = []

    def run() -> None:
        try:
            answers.append(work())
        except Exception as error:
            answers.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, answers


def test_keyring_is_asked_once_by_several_who_want_the_same(attic):
    secrets = SlowSecrets()
    connections, stores = opened(secrets, attic)
    first, one = in_thread(lambda: connections.open(attic))
    assert secrets.asking.wait(20)
    second, other = in_thread(lambda: connections.open(attic))

    secrets.answered.set()
    first.join(20)
    second.join(20)

    assert one == other == [connections.open(attic)]
    assert (secrets.asked, stores.server.opened) == (1, 1)


def test_keyring_that_answers_after_the_end_opens_nothing(attic):
    secrets = SlowSecrets()
    connections, _ = opened(secrets, attic)
    thread, answers = in_thread(lambda: connections.open(attic))
    assert secrets.asking.wait(20)

    # Does not wait for the keyring.
    connections.close()
    secrets.answered.set()
    thread.join(20)

    assert isinstance(answers[0], LaneClosed)
    assert not connections.is_open(attic.destination_id)


def test_prompt_for_one_destination_holds_up_no_other(attic):
    other = replace(attic, destination_id=new_destination_id(), name="Cellar")
    secrets = MemorySecrets()
    connections, _ = opened(secrets, attic, other)
    connections.open(other)
    slow = SlowSecrets()
    slow.held = secrets.held
    connections._box = CredentialBox(lambda: slow)
    thread, _ = in_thread(lambda: connections.open(attic))
    assert slow.asking.wait(20)

    assert connections.open(other) is connections.find(other)

    slow.answered.set()
    thread.join(20)


@pytest.mark.parametrize(
    "changes", [{"verified_at": None}, {"place": replace(PLACE, region="elsewhere")}]
)
def test_another_place_or_verification_is_another_bucket(attic, changes):
    connections, _ = opened(MemorySecrets(), attic)
    before = connections.open(attic)

    after = connections.open(replace(attic, **changes))

    assert after is not before
    with pytest.raises(StorageUnreachable):
        before.delete("anything")
