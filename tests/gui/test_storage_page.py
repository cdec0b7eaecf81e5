"""The settings page of own storage: what it says, and verifying and removing from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from mayfly.domain.destinations import (
    VERIFIED_FOR,
    StepState,
    Traits,
    UploadState,
    VerifyStep,
    VersionNews,
)
from mayfly.domain.ids import new_job_id
from mayfly.ui.storage_page import StoragePage
from tests.gui.fake_storage import MINIO, SINCE, destination, upload
from tests.gui.seen import all_texts
from tests.gui.storage_desk import storage_desk  # noqa: F401 - a fixture
from tests.gui.test_accessibility import nameless

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(storage_desk):  # noqa: F811
    return storage_desk


@pytest.fixture
def page(desk):
    page = StoragePage(desk.watch, courier=desk.courier, **desk.looks)
    desk.qtbot.addWidget(page)
    page.show()
    return page


def lines(page) -> str:
    return " ".join(told.text for card in page.cards for told in card.lines)


def test_without_any_it_says_so_and_nothing_is_asked_while_it_is_locked(desk, page):
    assert page.none.isVisible() and page.cards == []
    desk.watch.ask()
    assert desk.storage.destinations.threads == set()


def test_it_says_how_each_one_stands(desk, page):
    desk.put(
        destination("A", verified_at=SINCE),
        destination("B", error_code="secret_wrong"),
        destination("C", verified_at=SINCE - VERIFIED_FOR),
        destination("D", MINIO, delete_with_job=False),
    )
    desk.wait(lambda: len(page.cards) == 4)
    a, b, c, d = (" ".join(told.text for told in card.lines) for card in page.cards)
    assert a.startswith("Verified: Today") and "deleted there when" in a
    assert "does not belong to this access key. Copy the secret again" in b
    assert "too long ago" in c
    assert "Not verified yet" in d and "Insecure" in d and "stay there" in d
    assert "scans" in page.cards[3].accessibleName()
    assert nameless(page) == []
    assert page.cards[0].remove_button.accessibleName() == "Remove: A"


@pytest.mark.parametrize(
    ("news", "words"),
    [
        (VersionNews.KEEPS_VERSIONS, "This bucket keeps old versions"),
        (VersionNews.LOCKS_OBJECTS, "This bucket locks objects"),
    ],
)
def test_a_bucket_that_keeps_what_is_deleted_is_named(desk, page, news, words):
    desk.storage.destinations.traits = Traits(versions=news)
    desk.put(destination("A"))
    desk.wait(lambda: bool(page.cards))
    dialog = page.verify(desk.watch.destinations[0])
    desk.wait(lambda: words in lines(page))
    desk.wait(lambda: words[5:20] in dialog.verdict.text())


def test_verifying_shows_every_step_as_it_goes(desk, page):
    one = destination("NAS", MINIO)
    desk.put(one)
    desk.storage.destinations.gate.clear()
    dialog = page.verify(one)
    desk.wait(lambda: dialog.ticks.state_of(VerifyStep.CONNECT) is StepState.RUNNING)
    assert not dialog.accept_button.isEnabled()
    assert dialog.ticks.state_of(VerifyStep.WRITE) is None
    desk.storage.destinations.gate.set()
    desk.wait(lambda: dialog.verdict.text().startswith("Verified"))
    assert dialog.ticks.state_of(VerifyStep.TLS) is StepState.SKIPPED
    assert "http://" in dialog.ticks.text_of(VerifyStep.TLS)
    states = {dialog.ticks.state_of(step) for step in VerifyStep}
    assert states == {StepState.DONE, StepState.SKIPPED}
    assert "See that it is gone, done" in dialog.ticks.accessibleDescription()
    desk.wait(lambda: "Verified: Today" in lines(page))
    assert nameless(dialog) == []


def test_a_step_that_fails_says_why_what_to_do_and_can_be_tried_again(desk, page):
    one = destination("NAS", MINIO)
    desk.put(one)
    fake = desk.storage.destinations
    fake.fails_at, fake.error_code = VerifyStep.DELETE, "may_not_delete"
    dialog = page.verify(one)
    desk.wait(lambda: "Not verified" in dialog.verdict.text())
    assert "Allow it s3:DeleteObject" in dialog.ticks.text_of(VerifyStep.DELETE)
    assert dialog.ticks.state_of(VerifyStep.GONE) is None
    desk.wait(lambda: "may not delete in the bucket" in lines(page))
    fake.fails_at = None
    desk.qtbot.keyClick(dialog.accept_button, Qt.Key.Key_Return)
    desk.wait(lambda: dialog.verdict.text() == "Verified. Pictures can be sent there.")
    assert dialog.ticks.text_of(VerifyStep.DELETE) == "Delete it, done"


def test_removing_says_what_is_erased_and_what_stays(desk, page):
    one = destination("NAS", MINIO)
    job = new_job_id()
    states = [UploadState.STORED] * 2 + [UploadState.OWED, UploadState.WAITING]
    desk.storage.uploads.put(
        *(upload(job, one.destination_id, n + 1, state) for n, state in enumerate(states))
    )
    desk.put(one)
    desk.wait(lambda: bool(page.cards) and desk.watch.total(UploadState.OWED) == 1)
    question = page.remove(one)
    texts = all_texts()
    assert "Its access key, in your keyring" in texts
    assert "1 picture that waits to be sent is not sent" in texts
    assert "3 objects in the bucket" in texts
    assert "1 of them is still to be deleted there: nobody does that any more" in texts
    assert question.cancel_button.isDefault() and nameless(question) == []
    question.accept_button.click()
    desk.wait(lambda: page.cards == [])
    assert "its access key is erased. 3 objects stay in its bucket." in page.message.text()
    assert "do that at your provider" in page.message.text()


def test_saving_verifies_at_once(desk, page):
    desk.put()
    one = destination("NAS", MINIO)
    desk.storage.destinations.put(one)
    page._take_saved(one)
    desk.wait(lambda: "Verified: Today" in lines(page))


def test_it_ages_while_one_looks_on(desk, page):
    desk.put(destination("A", verified_at=SINCE))
    assert desk.watch.usable() != ()
    desk.clock[0] += VERIFIED_FOR + timedelta(hours=1)
    assert desk.watch.usable() == ()
