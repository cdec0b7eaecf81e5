"""Pictures of everything about own storage, on fake services. Not a test.

python -m tests.gui.screenshots_storage FOLDER [light|dark] [LANGUAGE]
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QLocale, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from mayfly.bootstrap import Foundation
from mayfly.domain.destinations import Traits, UploadState, VerifyStep, VersionNews
from mayfly.services.bus import EventBus
from mayfly.services.lane import ThreadLane
from mayfly.ui.app import make_application
from mayfly.ui.courier import Courier
from mayfly.ui.icons import Icons
from mayfly.ui.settings_dialog import SettingsDialog
from mayfly.ui.storage_page import StoragePage
from mayfly.ui.storage_watch import StorageWatch
from mayfly.ui.theme import Theme
from tests.conftest import ROOT
from tests.gui.fake_storage import MINIO, SINCE, FakeStorage, destination, upload


class Studio:
    """Services, a window to stand on, and a camera."""

    def __init__(self, folder: Path, theme: str, language: str) -> None:
        self.app = make_application()
        self.folder, self.suffix = folder, theme
        foundation = Foundation(folder / "home")
        self.tr = foundation.translator(language)
        QLocale.setDefault(QLocale(language))
        self.lane, bus = ThreadLane("storage"), EventBus()
        self.courier = Courier()
        bus.subscribe(self.courier.hear)
        self.theme = Theme(self.app, theme)
        self.icons = Icons(ROOT / "resources" / "icons", self.theme)
        self.storage = FakeStorage(self.lane, bus)
        self.window = QWidget()
        self.watch = StorageWatch(
            self.storage.services,
            now=lambda: SINCE + timedelta(hours=3),
            courier=self.courier,
            parent=self.window,
        )
        self.looks = {"tr": self.tr, "theme": self.theme, "icons": self.icons}

    def fill(self) -> None:
        old = Traits(versions=VersionNews.KEEPS_VERSIONS)
        verified = SINCE + timedelta(hours=1)
        archive = destination(verified_at=verified)
        home = destination(
            "NAS im Keller", MINIO, verified_at=verified, traits=old, delete_with_job=False
        )
        broken = destination("Backup", error_code="secret_wrong")
        self.storage.destinations.put(archive, home, broken, destination("Neu"))
        rows = [
            upload(f"{n % 4:032x}", archive.destination_id, n, state)
            for n, state in enumerate(
                [UploadState.STORED] * 23 + [UploadState.WAITING] * 14 + [UploadState.OWED] * 3
            )
        ]
        self.storage.uploads.put(*rows)
        self.watch.begin()

    def take(self, widget: QWidget, name: str, *, wait_ms: int = 350) -> None:
        # Not QTest.qWait: it lets no other thread run.
        loop = QEventLoop()
        QTimer.singleShot(wait_ms, loop.quit)
        loop.exec()
        widget.grab().save(str(self.folder / f"{name}-{self.suffix}.png"))


def pictures(studio: Studio) -> None:
    dialog = SettingsDialog(tr=studio.tr, parent=None)
    page = StoragePage(studio.watch, courier=studio.courier, **studio.looks)
    for name in ("General", "Keeping", "Locking", "Background", "Vault key"):
        dialog.tabs.addTab(QWidget(), studio.tr(name))
    dialog.add_page(studio.tr("Own storage"), page)
    dialog.tabs.setCurrentIndex(5)
    dialog.show()
    studio.take(dialog, "page-empty")
    adding = page.add_one()
    studio.take(adding, "add-s3")
    form = adding.form
    form.provider.setCurrentIndex(1)
    QTest.keyClicks(form.account, "12ab")
    QTest.keyClicks(form.bucket, "My Bucket")
    QTest.keyClicks(form.key_id, "AKIA EXAMPLE")
    studio.take(adding, "add-wrong")
    form.provider.setCurrentIndex(6)
    QTest.keyClicks(form.endpoint, "http://192.168.1.20:9000")
    QTest.keyClicks(form.name, "NAS")
    form.shown.setChecked(True)
    QTest.keyClicks(form.secret, "not a secret")
    studio.take(adding, "add-other")
    adding.reject()
    studio.fill()
    studio.take(dialog, "page", wait_ms=600)
    one = studio.watch.destinations[0]
    verify = page.verify(one)
    studio.take(verify, "verify-done")
    verify.close()
    studio.storage.destinations.fails_at = VerifyStep.DELETE
    studio.storage.destinations.error_code = "may_not_delete"
    verify = page.verify(one)
    studio.take(verify, "verify-failed")
    verify.close()
    question = page.remove(studio.watch.destinations[0])
    studio.take(question, "remove")
    question.reject()
    dialog.close()


def main() -> int:
    folder, theme = Path(sys.argv[1]), (sys.argv[2:] or ["light"])[0]
    folder.mkdir(parents=True, exist_ok=True)
    studio = Studio(folder, theme, (sys.argv[3:] or ["en"])[0])
    pictures(studio)
    studio.lane.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
