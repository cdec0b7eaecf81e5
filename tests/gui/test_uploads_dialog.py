"""The uploads window and its button in the foot: counts, failures, what is still owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mayfly.domain.destinations import UploadState
from mayfly.domain.ids import new_job_id
from mayfly.ui.uploads_chip import UploadsChip
from mayfly.ui.uploads_dialog import UploadsDialog
from tests.gui.fake_storage import MINIO, SINCE, destination, upload
from tests.gui.storage_desk import storage_desk  # noqa: F401 - a fixture
from tests.gui.test_accessibility import nameless

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
STORED, WAITING, FAILED, OWED = (
    UploadState.STORED,
    UploadState.WAITING,
    UploadState.FAILED,
    UploadState.OWED,
)
JOB = new_job_id()


@pytest.fixture
def desk(storage_desk):  # noqa: F811
    desk = storage_desk
    desk.chip = UploadsChip(desk.watch, parent=desk.window, **desk.looks)
    desk.dialog = UploadsDialog(desk.watch, courier=desk.courier, tr=str, parent=desk.window)
    desk.window.resize(1_200, 100)
    desk.window.show()
    return desk


def show(desk, one, *states: UploadState, **more):
    """Have objects in these states at one destination, and look."""
    rows = [
        upload(JOB, one.destination_id, n + 1, state, **({} if state is STORED else more))
        for n, state in enumerate(states)
    ]
    desk.storage.uploads.put(*rows)
    desk.put(one)
    desk.dialog.come_forward()
    desk.wait(lambda: one.destination_id in desk.dialog.cards and not desk.watch._waiting)
    return desk.dialog.cards[one.destination_id]


def test_nothing_is_said_while_there_is_nothing(desk):
    desk.put(destination())
    assert desk.chip.isHidden()
    desk.dialog.come_forward()
    assert "Nothing was sent" in desk.dialog.none.text()
    assert not any(
        button.isEnabled()
        for button in (
            desk.dialog.pause_button,
            desk.dialog.retry_button,
            desk.dialog.cancel_button,
        )
    )


def test_counts_and_progress_by_destination(desk):
    card = show(desk, destination(verified_at=SINCE), STORED, STORED, WAITING)
    assert card.counts.text() == "2 stored · 1 waiting"
    assert (card.bar.value(), card.bar.maximum()) == (2, 3)
    assert desk.chip.isVisible() and desk.chip.text() == "1 to send"
    assert "2 stored" in card.accessibleName()
    assert nameless(desk.dialog) == [] and nameless(desk.window) == []


def test_a_narrow_window_says_less_and_its_tooltip_the_rest(desk):
    show(desk, destination(verified_at=SINCE), STORED, WAITING, OWED)
    assert desk.chip.text() == "1 to send · 1 to delete there"
    desk.window.resize(760, 100)
    desk.wait(lambda: desk.chip.text() == "2 open")
    assert "1 to send · 1 to delete there" in desk.chip.toolTip()
    assert "1 to send · 1 to delete there" in desk.chip.accessibleName()


def test_pausing_and_going_on(desk):
    show(desk, destination(verified_at=SINCE), WAITING)
    desk.dialog.pause_button.click()
    desk.wait(lambda: desk.chip.text() == "Paused · 1 to send")
    assert desk.dialog.pause_button.text() == "Go on"
    assert "Sending is paused" in desk.dialog.none.text()
    desk.dialog.pause_button.click()
    desk.wait(lambda: desk.dialog.pause_button.text() == "Pause")
    assert not desk.storage.uploads.paused


def test_a_failure_says_why_and_what_to_do_and_is_tried_again(desk):
    card = show(desk, destination(verified_at=SINCE), FAILED, FAILED, error_code="bucket_missing")
    assert card.failures.text().startswith("2 pictures were not sent. There is no bucket")
    assert "Check the bucket's name" in card.failures.text()
    assert desk.chip.text() == "2 not sent"
    desk.dialog.retry_button.click()
    desk.wait(lambda: card.counts.text() == "2 waiting")
    assert not card.failures.isVisible()
    desk.dialog.cancel_button.click()
    desk.wait(lambda: ("cancel", None) in desk.storage.uploads.asked)
    desk.wait(desk.chip.isHidden)


def test_what_is_owed_stays_until_it_is_paid(desk):
    one = destination(verified_at=SINCE)
    due = SINCE + timedelta(minutes=2)
    card = show(desk, one, OWED, OWED, not_before=due, error_code="object_stays")
    assert card.owed.text().startswith(
        "2 objects still to be deleted at Archive, next try in 2 min. An object is still"
    )
    assert desk.chip.text() == "2 to delete there"
    assert desk.dialog.retry_button.isEnabled() and not desk.dialog.cancel_button.isEnabled()
    rows = desk.storage.uploads.rows
    desk.storage.uploads.put(*(replace(row, state=UploadState.DELETED) for row in rows))
    desk.wait(desk.chip.isHidden)
    assert not card.owed.isVisible()


def test_what_waits_for_another_try_says_why_and_can_be_tried_at_once(desk):
    one = destination(verified_at=SINCE)
    due = SINCE + timedelta(minutes=2)
    card = show(desk, one, WAITING, not_before=due, error_code="storage_unreachable")
    desk.wait(lambda: card.waits.text().startswith("The storage server cannot be reached. Look at"))
    assert card.waits.text().endswith("Next try in 2 min.")
    desk.dialog.retry_button.click()
    desk.wait(lambda: ("retry", None) in desk.storage.uploads.asked)


def test_what_waits_for_verifying_says_so_and_offers_it(desk):
    one = destination("NAS", MINIO, error_code="access_key_wrong")
    card = show(desk, one, WAITING)
    assert "has to be verified again. The server does not know this access key" in card.waits.text()
    wanted = []
    desk.dialog.verify_wanted.connect(wanted.append)
    card.verify_button.click()
    assert wanted == [one]


def test_a_destination_that_is_removed_leaves_it(desk):
    one = destination(verified_at=SINCE)
    show(desk, one, STORED)
    desk.storage.destinations.remove(one.destination_id)
    desk.wait(lambda: desk.dialog.cards == {})


def test_what_was_left_there_is_shown_and_can_be_forgotten(desk):
    card = show(desk, destination(verified_at=SINCE), STORED, UploadState.LEFT, UploadState.LEFT)
    assert card.counts.text() == "1 stored · 2 left there, their documents gone"
    # It is nothing that one has to do something about.
    assert desk.chip.isHidden()
    desk.dialog.forget_button.click()
    desk.wait(lambda: card.counts.text() == "1 stored")
    assert desk.dialog.forget_button.isHidden()
