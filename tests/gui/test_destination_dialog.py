"""Adding and changing a destination: what is asked, what is wrong, and where the secret goes."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit

from mayfly.domain.destinations import Addressing, Provider
from mayfly.ui.destination_dialog import DestinationDialog
from mayfly.ui.place_rules import bucket_fault, endpoint_fault, prefix_fault
from tests.gui.fake_storage import MINIO, R2, destination
from tests.gui.seen import all_texts
from tests.gui.storage_desk import storage_desk  # noqa: F401 - a fixture
from tests.gui.test_accessibility import nameless

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
SECRET = "zebracanarysecret9"


@pytest.fixture
def desk(storage_desk):  # noqa: F811
    return storage_desk


def open_dialog(desk, before=None) -> DestinationDialog:
    dialog = DestinationDialog(
        desk.storage.destinations, before=before, courier=desk.courier, tr=str, parent=desk.window
    )
    dialog.open()
    return dialog


def choose(dialog, provider: Provider) -> None:
    box = dialog.form.provider
    box.setCurrentIndex(box.findData(provider.value))


def type_in(desk, field: QLineEdit, text: str) -> None:
    field.selectAll()
    desk.qtbot.keyClicks(field, text)


def type_keys(desk, dialog) -> None:
    type_in(desk, dialog.form.key_id, "AKEXAMPLE")
    type_in(desk, dialog.form.secret, SECRET)


@pytest.mark.parametrize(
    ("provider", "typed", "endpoint", "addressing"),
    [
        (
            Provider.AMAZON_S3,
            {"region": "eu-north-1"},
            "https://s3.eu-north-1.amazonaws.com",
            Addressing.VIRTUAL,
        ),
        (
            Provider.CLOUDFLARE_R2,
            {"account": "a1" * 16},
            f"https://{'a1' * 16}.r2.cloudflarestorage.com",
            Addressing.PATH,
        ),
        (Provider.GOOGLE_CLOUD, {}, "https://storage.googleapis.com", Addressing.PATH),
        (
            Provider.OTHER,
            {"endpoint": "https://s3.example.org:8443/", "region": "here"},
            "https://s3.example.org:8443",
            Addressing.PATH,
        ),
    ],
)
def test_the_provider_fills_in_what_it_can(desk, provider, typed, endpoint, addressing):
    dialog = open_dialog(desk)
    choose(dialog, provider)
    for name, text in {**typed, "name": "Mine", "bucket": "pictures"}.items():
        type_in(desk, getattr(dialog.form, name), text)
    assert not dialog.accept_button.isEnabled()
    type_keys(desk, dialog)
    assert dialog.accept_button.isEnabled()
    place = dialog.form.place
    assert (place.endpoint, place.addressing) == (endpoint, addressing)
    assert (place.bucket, place.prefix, place.provider) == ("pictures", "", provider)


def test_what_is_wrong_is_said_as_it_is_typed_and_not_before(desk):
    dialog = open_dialog(desk)
    choose(dialog, Provider.MINIO)
    form = dialog.form
    assert form.bucket_row.fault == form.endpoint_row.fault == ""
    type_in(desk, form.bucket, "My Bucket")
    assert "letters, digits" in form.bucket_row.fault
    assert "letters, digits" in form.bucket.accessibleDescription()
    type_in(desk, form.bucket, "my-bucket")
    assert form.bucket_row.fault == ""
    type_in(desk, form.endpoint, "http://s3.example.org")
    assert "Without TLS only" in form.endpoint_row.fault
    type_in(desk, form.endpoint, "http://192.168.1.20:9000")
    assert form.endpoint_row.fault.startswith("Insecure")
    type_in(desk, form.endpoint, "https://nas.example.org")
    assert form.endpoint_row.fault == ""
    type_in(desk, form.key_id, "AKIA X")
    assert "copied with it" in form.key_row.fault
    assert not dialog.accept_button.isEnabled()


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (endpoint_fault, "s3.example.org"),
        (endpoint_fault, "https://user@s3.example.org"),
        (endpoint_fault, "https://s3.example.org/bucket"),
        (endpoint_fault, "https://s3.example.org:port"),
        (bucket_fault, "a"),
        (bucket_fault, "bucket/prefix"),
        (prefix_fault, "a/../b"),
        (prefix_fault, "a//b"),
    ],
)
def test_what_cannot_be_right(check, wrong):
    assert check(str, wrong)


def test_a_secret_is_hidden_kept_in_the_keyring_alone_and_forgotten_by_the_window(desk):
    dialog = open_dialog(desk)
    choose(dialog, Provider.OTHER)
    form = dialog.form
    for field, text in (
        (form.name, "NAS"),
        (form.endpoint, "http://127.0.0.1:8333"),
        (form.bucket, "pictures"),
        (form.prefix, "a/b"),
    ):
        type_in(desk, field, text)
    type_keys(desk, dialog)
    assert form.secret.echoMode() is QLineEdit.EchoMode.Password
    form.shown.setChecked(True)
    assert form.secret.echoMode() is QLineEdit.EchoMode.Normal
    form.delete_with_job.setChecked(True)
    saved = []
    dialog.saved.connect(lambda one: saved.append((one, form.secret.text(), form.key_id.text())))
    dialog.accept_button.click()
    desk.wait(lambda: bool(saved))
    ((one, *left),) = saved
    assert left == ["", ""]
    assert one.delete_with_job and one.place.prefix == "a/b/" and one.verified_at is None
    assert desk.storage.destinations.keys[one.destination_id] == ("AKEXAMPLE", SECRET)
    assert desk.storage.destinations.threads == {"storage"}
    assert SECRET not in all_texts()


def test_closing_forgets_what_was_typed(desk):
    dialog = open_dialog(desk)
    type_keys(desk, dialog)
    assert SECRET in all_texts()
    dialog.reject()
    assert SECRET not in all_texts()


def test_a_dialog_that_waits_forgets_it_when_a_locking_window_hides_it(desk):
    gate = threading.Event()
    desk.lane.submit(lambda: gate.wait(10))
    dialog = open_dialog(desk)
    choose(dialog, Provider.GOOGLE_CLOUD)
    type_in(desk, dialog.form.bucket, "pictures")
    type_keys(desk, dialog)
    dialog.accept_button.click()
    assert SECRET in all_texts()
    # As Curtain does it: one that waits refuses to close.
    dialog.close()
    dialog.hide()
    assert SECRET not in all_texts()
    gate.set()
    desk.wait(lambda: bool(desk.storage.destinations.kept))


def test_an_edit_leaves_the_secret_as_it_is(desk):
    one = destination("NAS", MINIO)
    desk.put(one)
    desk.storage.destinations.keys[one.destination_id] = ("OLD", "old")
    dialog = open_dialog(desk, one)
    form = dialog.form
    assert form.secret.text() == form.key_id.text() == ""
    assert form.secret.placeholderText() == "unchanged"
    assert (form.bucket.text(), form.endpoint.text()) == ("scans", "http://192.168.1.20:9000")
    assert dialog.accept_button.isEnabled()
    type_in(desk, form.key_id, "NEW")
    assert not dialog.accept_button.isEnabled()
    assert "belongs to it" in form._faults()[form.secret_row]
    form.key_id.clear()
    type_in(desk, form.name, "Cellar")
    dialog.accept_button.click()
    desk.wait(lambda: desk.storage.destinations.kept[one.destination_id].name == "Cellar")
    assert desk.storage.destinations.keys[one.destination_id] == ("OLD", "old")


def test_the_account_of_an_edit_is_read_from_its_address(desk):
    dialog = open_dialog(desk, destination("R2", R2))
    assert dialog.form.account.text() == "a1" * 16
    assert dialog.form.place == R2
    choose(dialog, Provider.MINIO)
    assert dialog.form.endpoint.text() == ""
    choose(dialog, Provider.CLOUDFLARE_R2)
    assert dialog.form.place == R2


def test_an_address_of_its_own_is_kept_by_an_edit(desk):
    dual = "https://s3.dualstack.eu-central-1.amazonaws.com"
    place = replace(R2, provider=Provider.AMAZON_S3, endpoint=dual, region="eu-central-1")
    dialog = open_dialog(desk, destination("Both stacks", place))
    assert dialog.form.place == place
    assert not dialog.form.endpoint.isReadOnly()


def test_the_account_of_a_jurisdiction_is_read_whole(desk):
    place = replace(R2, endpoint=f"https://{'a1' * 16}.eu.r2.cloudflarestorage.com")
    dialog = open_dialog(desk, destination("R2 in Europe", place))
    assert dialog.form.account.text() == f"{'a1' * 16}.eu"
    assert dialog.form.place == place
    assert dialog.form.endpoint.isReadOnly()


def test_a_name_that_is_taken_is_told_in_the_dialog(desk):
    desk.put(destination("NAS"))
    dialog = open_dialog(desk)
    choose(dialog, Provider.GOOGLE_CLOUD)
    type_in(desk, dialog.form.name, "nas")
    type_in(desk, dialog.form.bucket, "pictures")
    type_keys(desk, dialog)
    dialog.accept_button.click()
    desk.wait(lambda: "already" in dialog.trouble.text())
    # The secret need not be fetched again for a second try.
    assert dialog.isVisible()
    assert dialog.form.secret.text() == SECRET
    type_in(desk, dialog.form.name, "Other")
    dialog.accept_button.click()
    desk.wait(lambda: len(desk.storage.destinations.kept) == 2)
    desk.wait(lambda: SECRET not in all_texts())


def test_the_certificate_is_a_whole_path(desk):
    dialog = open_dialog(desk)
    choose(dialog, Provider.OTHER)
    type_in(desk, dialog.form.ca_file, "ca.pem")
    assert "whole path" in dialog.form.ca_row.fault
    dialog.form.choose_ca.click()
    (chooser,) = dialog.form.findChildren(QFileDialog)
    # The desktop's own chooser would note what was chosen.
    assert chooser.testOption(QFileDialog.Option.DontUseNativeDialog)
    chooser.filesSelected.emit(["/etc/ssl/ca.pem"])
    chooser.close()
    assert dialog.form.ca_row.fault == ""
    type_in(desk, dialog.form.endpoint, "https://s3.example.org")
    type_in(desk, dialog.form.bucket, "pictures")
    assert dialog.form.place.ca_file == "/etc/ssl/ca.pem"


def test_every_control_has_a_name(desk):
    dialog = open_dialog(desk, destination("NAS", MINIO))
    assert nameless(dialog) == []


def test_the_tab_key_goes_down_the_form(desk):
    dialog = open_dialog(desk)
    choose(dialog, Provider.OTHER)
    form = dialog.form
    here, reached = form.provider, []
    while len(reached) < 13:
        if here.focusPolicy() & Qt.FocusPolicy.TabFocus and here.isVisibleTo(dialog):
            reached.append(here.accessibleName() or here.text())
        here = here.nextInFocusChain()
    assert reached == [
        "Provider",
        "Name",
        "Region",
        "Address (endpoint)",
        "Bucket stands",
        "Bucket",
        "Prefix (optional)",
        "Access key id",
        "Secret access key",
        "Show the secret",
        "Own certificate authority (optional)",
        "Choose the certificate file",
        "Delete objects there when the document is deleted here",
    ]
