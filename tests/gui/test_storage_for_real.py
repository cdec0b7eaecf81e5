"""The window on the real services and a real server: register, send, link, delete, remove."""

from __future__ import annotations

import urllib.request
from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from mayfly.domain.destinations import Provider
from mayfly.domain.images import ImageId
from mayfly.export.s3_stores import S3Stores
from mayfly.services.sending import Sending
from mayfly.system.clock import SystemClock
from mayfly.ui.own_storage import OwnStorage
from mayfly.ui.storage_page import StoragePage
from mayfly.ui.verify_dialog import VerifyDialog
from tests.fakes_engine import ScriptPage
from tests.gui.seen import all_texts
from tests.s3_servers import BUCKET
from tests.services.storage_house import Storage

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
PREFIX = "window-test/"


@pytest.fixture
def storage(desk):
    storage = Storage(desk.house, stores=S3Stores(SystemClock()))
    desk.house.intake._sending = Sending(desk.house.vault, clock=desk.house.clock)
    desk.on_ended.append(storage.uploads.ended)
    return storage


@pytest.fixture
def own(desk, storage):
    services = {"destinations": storage.destinations, "uploads": storage.uploads}
    own = OwnStorage(
        desk.window,
        replace(desk.mayfly, **services),
        preferences=desk.keeper,
        courier=desk.courier,
        tr=str,
        theme=desk.theme,
        icons=desk.icons,
    )
    desk.open()
    storage.uploads.start()
    yield own
    own.watch.forget()


@pytest.fixture
def page(desk, own):
    page = StoragePage(own.watch, courier=desk.courier, tr=str, theme=desk.theme, icons=desk.icons)
    desk.qtbot.addWidget(page)
    page.show()
    return page


def fill(form, server, *, secret: str) -> None:
    """Type in the server's bucket."""
    form.provider.setCurrentIndex(form.provider.findData(Provider.OTHER.value))
    for field, text in (
        (form.name, "Attic"),
        (form.endpoint, server.place.endpoint),
        (form.bucket, BUCKET),
        (form.prefix, PREFIX),
        (form.key_id, server.credentials.key_id),
        (form.secret, secret.replace(" ", "-")),
    ):
        field.setText(text)
    form.delete_with_job.setChecked(True)
    form._check()


def keys_in(server) -> list[str]:
    found = server.client().list_objects_v2(Bucket=BUCKET, Prefix=PREFIX)
    return [one["Key"] for one in found.get("Contents", [])]


def test_a_bucket_s_whole_life(desk, own, page, storage, seaweed_server):
    server = seaweed_server
    dialog = page.add_one()
    fill(dialog.form, server, secret="not the secret of this key at all")
    dialog.accept_button.click()
    desk.wait(lambda: page.findChild(VerifyDialog) is not None)
    verify = page.findChild(VerifyDialog)
    desk.wait(verify.accept_button.isEnabled)
    assert "does not belong to this access key" in verify.ticks.accessibleDescription()
    verify.close()

    # The secret is corrected, and every step succeeds.
    desk.wait(lambda: bool(page.cards))
    page.cards[0].edit_button.click()
    dialog = page.findChild(type(dialog))
    dialog.form.key_id.setText(server.credentials.key_id)
    dialog.form.secret.setText(server.credentials.secret)
    dialog.form._check()
    dialog.accept_button.click()
    desk.wait(lambda: any("Verified: Today" in line.text for line in page.cards[0].lines))
    for open_one in page.findChildren(VerifyDialog):
        open_one.close()
    assert server.credentials.secret not in all_texts()

    # What is added next is sent there once it is read, and its row says so.
    own.button.fill()
    next(one for one in own.button.menu().actions() if one.text() == "Attic").trigger()
    row = desk.add("letter.pdf", ScriptPage("words", images=2))
    texts, now = desk.window.model.texts, desk.house.clock.now()
    desk.wait(lambda: "· 2 pictures sent" in texts.second(row, now))
    assert len(keys_in(server)) == 2 and "letter" not in "".join(keys_in(server))

    # A link gives the picture to whoever has it.
    own.links.show_job(row.job.job_id)
    desk.wait(lambda: bool(own.links.state_of(ImageId(1, 1))))
    menu = QMenu(desk.window)
    assert own.links.add_to_menu(menu, ImageId(1, 1))
    menu.actions()[0].menu().actions()[0].trigger()
    desk.wait(lambda: QGuiApplication.clipboard().text().startswith("http://127.0.0.1"))
    with urllib.request.urlopen(QGuiApplication.clipboard().text(), timeout=10) as answer:
        assert answer.read(4) == b"\x89PNG"

    # It goes there, too, when it is deleted here, and nothing is owed at the end.
    assert own.fates_of() == ["2 pictures at “Attic” are deleted there, too"]
    desk.window.deleting.delete([row])
    desk.wait(lambda: keys_in(server) == [])
    desk.wait(lambda: own.fates_of() == [] and own.chip.isHidden())

    # Removing erases the key and leaves the bucket alone.
    page.remove(own.watch.destinations[0]).accept_button.click()
    desk.wait(lambda: page.cards == [])
    assert not any(server.credentials.secret in one for one in storage.secrets.held.values())
    server.client().head_bucket(Bucket=BUCKET)
