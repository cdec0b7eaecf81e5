"""Pictures of everything about own storage, on services that send nothing. Not a test.

    python -m tests.gui.screenshots_storage FOLDER [light|dark] [LANGUAGE]

Its own script, so that a look at these does not take the time of all others.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from mayfly.domain.destinations import Traits, UploadState, VerifyStep, VersionNews
from mayfly.domain.states import JobState
from mayfly.services.bus import EventBus
from mayfly.services.lane import ThreadLane
from mayfly.ui.own_storage import OwnStorage
from mayfly.ui.settings_dialog import SettingsDialog
from mayfly.ui.storage_page import StoragePage
from mayfly.ui.storage_watch import StorageServices
from tests.gui.fake_storage import MINIO, FakeStorage, destination, upload
from tests.gui.screenshots import Photographer, _after, _documents, _row, photograph
from tests.gui.screenshots_exports import drawn

_S = UploadState


class StoragePhotographer(Photographer):
    """Puts own storage that is invented into a real window."""

    def _script(self):
        window = self._session.window
        window.commands.choose_theme(self._theme)
        self._furnish(window)
        yield _after(0.3)
        with tempfile.TemporaryDirectory() as name:
            window.add_paths([*_documents(Path(name))[:3], *drawn(Path(name))])
            yield lambda: window.model.counts[JobState.DONE] == 4
        yield from self._settings(window)
        yield from self._sending(window)
        yield from self._uploads(window)
        yield from self._pictures(window)
        self._lane.close()

    def _furnish(self, window) -> None:
        session = self._session
        bus = EventBus()
        bus.subscribe(session._courier.hear)
        self._lane = ThreadLane("storage")
        self._now = window.model.now
        fake = self._storage = FakeStorage(self._lane, bus, self._now)
        self._looks = {
            "courier": session._courier,
            "tr": session._tr,
            "theme": session._theme,
            "icons": session._icons,
        }
        self._own = window.findChild(OwnStorage)
        self._own.watch.services = StorageServices(fake.destinations, fake.uploads)
        self._own.watch.ask()

    def _settings(self, window):
        tr, fake = self._session._tr, self._storage.destinations
        dialog = SettingsDialog(tr=tr, parent=window)
        for name in ("General", "Keeping", "Locking", "Background", "Vault key"):
            dialog.add_page(tr(name), StoragePage(self._own.watch, **self._looks))
        page = StoragePage(self._own.watch, **self._looks)
        dialog.add_page(tr("Own storage"), page)
        dialog.tabs.setCurrentIndex(5)
        dialog.open()
        yield _after(0.3)
        self._take(dialog, "storage-none")
        adding = page.add_one()
        form = adding.form
        yield _after(0.3)
        self._take(adding, "storage-add")
        form.provider.setCurrentIndex(1)
        QTest.keyClicks(form.account, "12.ab")
        QTest.keyClicks(form.bucket, "My Bucket")
        QTest.keyClicks(form.key_id, "AKIA EXAMPLE")
        yield _after(0.3)
        self._take(adding, "storage-add-wrong")
        form.provider.setCurrentIndex(6)
        for field, text in ((form.endpoint, "http://192.168.1.20:9000"), (form.name, "NAS")):
            QTest.keyClicks(field, text)
        form.shown.setChecked(True)
        QTest.keyClicks(form.secret, "not-a-secret")
        yield _after(0.3)
        self._take(adding, "storage-add-other")
        adding.reject()
        self._fill()
        yield lambda: len(page.cards) == 4
        yield _after(0.3)
        self._take(dialog, "storage-page")
        one = page.cards[0].destination
        verify = page.verify(one)
        yield verify.accept_button.isEnabled
        self._take(verify, "storage-verified")
        verify.close()
        fake.fails_at, fake.error_code = VerifyStep.DELETE, "may_not_delete"
        verify = page.verify(page.cards[1].destination)
        yield verify.accept_button.isEnabled
        self._take(verify, "storage-not-verified")
        verify.close()
        question = page.remove(one)
        yield _after(0.3)
        self._take(question, "storage-remove")
        question.reject()
        dialog.close()

    def _fill(self) -> None:
        now = self._now()
        old = Traits(versions=VersionNews.KEEPS_VERSIONS)
        self._archive = destination(verified_at=now)
        self._cellar = destination(
            "Cellar", MINIO, verified_at=now, traits=old, delete_with_job=False
        )
        broken = destination("Backup", error_code="secret_wrong")
        self._storage.destinations.put(self._archive, self._cellar, broken, destination("New"))
        job = _row(self._session.window, "Spring meeting.png").job.job_id
        other = _row(self._session.window, "Plum cake.jpg").job.job_id
        archive, cellar = self._archive.destination_id, self._cellar.destination_id
        due, far = now + timedelta(minutes=2), f"{7:032x}"
        owed = {"not_before": due, "error_code": "object_stays"}
        self._storage.uploads.put(
            *(upload(job, archive, n, _S.STORED) for n in range(1, 13)),
            *(upload(job, archive, n, _S.WAITING) for n in range(13, 21)),
            *(upload(far, archive, n, _S.OWED, **owed) for n in range(3)),
            *(upload(other, cellar, n, _S.STORED) for n in range(1, 4)),
            *(upload(other, cellar, n, _S.FAILED, error_code="may_not_write") for n in (4, 5)),
            upload(other, broken.destination_id, 1, _S.WAITING),
        )

    def _sending(self, window):
        self._session._keeper.choose_destination(self._archive.destination_id)
        window.jobs.choose(_row(window, "Spring meeting.png"))
        yield lambda: window.pages.page is not None
        yield _after(0.5)
        self._take(window, "storage-window")
        button = self._own.button
        button.menu().popup(button.mapToGlobal(button.rect().bottomLeft()))
        yield _after(0.2)
        self._take(button.menu(), "storage-send-next")
        button.menu().close()
        menu = QMenu(window)
        self._own.commands.fill(menu)
        menu.popup(window.mapToGlobal(window.rect().center()))
        yield _after(0.2)
        self._take(menu, "storage-send-menu")
        menu.close()
        window.resize(window.minimumSize())
        yield _after(0.3)
        self._take(window, "storage-window-small")
        window.resize(1280, 800)
        question = window.delete_commands.ask_everything()
        yield _after(0.3)
        self._take(question, "storage-delete-everything")
        question.reject()

    def _uploads(self, window):
        dialog = self._own.uploads
        dialog.come_forward()
        yield _after(0.5)
        self._take(dialog, "storage-uploads")
        dialog.accept()

    def _pictures(self, window):
        """The Images tab with pictures that lie somewhere, and an export that leads there."""
        row = _row(window, "Garden report.pdf")
        archive, cellar = self._archive.destination_id, self._cellar.destination_id
        self._storage.uploads.put(
            upload(row.job.job_id, archive, 1, _S.STORED),
            upload(row.job.job_id, cellar, 1, _S.FAILED, error_code="may_not_write"),
        )
        window.jobs.choose(row)
        images = window.pages.images
        window.pages.tabs.setCurrentWidget(images)
        yield lambda: len(images.model.views) == 2
        yield _after(0.8)
        images._choose([0])
        yield _after(0.3)
        self._take(window, "storage-images")
        menu = images.menu_of_chosen()
        menu.popup(window.mapToGlobal(window.rect().center()))
        yield _after(0.2)
        self._take(menu, "storage-images-menu")
        menu.close()
        window.resize(window.minimumSize())
        yield _after(0.3)
        self._take(window, "storage-images-small")
        window.resize(1280, 800)
        dialog = window.exports.open([row])
        yield _after(0.4)
        self._take(dialog, "storage-export")
        dialog.reject()


if __name__ == "__main__":
    sys.exit(photograph(StoragePhotographer))
