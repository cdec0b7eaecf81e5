"""Sending the pictures of documents that are here: a menu for chosen jobs and batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from mayfly.domain.destinations import Destination, DestinationId, UploadState
from mayfly.domain.ids import JobId
from mayfly.domain.states import JobState
from mayfly.ui.courier import Courier
from mayfly.ui.curtain import Documents
from mayfly.ui.job_rows import JobRow
from mayfly.ui.storage_texts import menu_name
from mayfly.ui.storage_watch import StorageWatch
from mayfly.ui.wording import Tr, number_text

_NEVER = (JobState.FAILED, JobState.CANCELLED, JobState.DELETED)


class SendCommands(QObject):
    """Offers verified destinations only; every other one leads to what is missing."""

    verify_wanted = Signal(object)
    """A Destination."""
    settings_wanted = Signal()

    def __init__(
        self,
        watch: StorageWatch,
        documents: Documents,
        *,
        courier: Courier,
        tr: Tr,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._watch = watch
        self._documents = documents
        self._courier = courier
        self._tr = tr

    def may_send(self, rows: Sequence[JobRow]) -> list[JobRow]:
        """Return those that have pictures to send, now or when they are read."""
        return [
            row
            for row in rows
            if row.alive and row.job.source_present and row.job.state not in _NEVER
        ]

    def add_menu(self, menu: QMenu) -> QMenu:
        """Add the ways to send the chosen documents' pictures to a menu."""
        tr = self._tr
        sub = menu.addMenu(tr("Send pictures to"))
        sub.setAccessibleName(tr("Send pictures to"))
        self.fill(sub)
        return sub

    def fill(self, menu: QMenu) -> None:
        """Offer every destination for the documents that are chosen now."""
        tr, menu_rows = self._tr, self.may_send(self._documents.jobs.chosen_jobs())
        menu.clear()
        ids = tuple(row.job.job_id for row in menu_rows)
        usable = self._watch.usable()
        for one in self._watch.destinations:
            action = menu.addAction(menu_name(tr, one, usable=one in usable))
            if one in usable:
                action.setEnabled(bool(ids))
                action.triggered.connect(partial(self._send, ids, one.destination_id, one.name))
            else:
                action.triggered.connect(partial(self._want_verified, one))
        if not self._watch.destinations:
            menu.addAction(tr("Set up own storage…")).triggered.connect(self.settings_wanted)
        elif not ids:
            menu.addAction(tr("Pictures go with their document; no such is chosen.")).setEnabled(
                False
            )

        self._add_second_thoughts(menu)

    def _add_second_thoughts(self, menu: QMenu) -> None:
        """Offer to stop or repeat what was wished of the chosen documents before."""
        chosen = [row.job.job_id for row in self._documents.jobs.chosen_jobs()]
        uploads, counts = self._watch.services.uploads, self._watch.by_job
        menu.addSeparator()
        for text, states, act in (
            (self._tr("Try again"), (UploadState.FAILED,), uploads.retry),
            (
                self._tr("Send nothing more of these"),
                (UploadState.WAITING, UploadState.FAILED),
                uploads.cancel,
            ),
        ):
            ids = [
                job_id
                for job_id in chosen
                if any(n and state in states for (_, state), n in counts.get(job_id, {}).items())
            ]
            if ids:
                menu.addAction(text).triggered.connect(partial(self._ask, act, ids))

    def _ask(
        self,
        act: Callable[[Sequence[JobId]], Future[int]],
        job_ids: Sequence[JobId],
        _checked: bool = False,
    ) -> None:
        self._courier.ask(
            self,
            act(job_ids),
            then=lambda _: self._watch.ask(),
            failed=self._documents.trouble.show_error,
        )

    def _want_verified(self, destination: Destination, _checked: bool = False) -> None:
        self.verify_wanted.emit(destination)

    def _send(
        self,
        job_ids: tuple[JobId, ...],
        destination_id: DestinationId,
        name: str,
        _checked: bool = False,
    ) -> None:
        self._courier.ask(
            self,
            self._watch.services.uploads.send_jobs(job_ids, destination_id),
            then=lambda taken: self._tell(taken, name),
            failed=self._documents.trouble.show_error,
        )

    def _tell(self, taken: Sequence[JobId], name: str) -> None:
        self._watch.ask()
        tr, n = self._tr, len(taken)
        text = tr(
            "Pictures of {n} document are sent to {name}"
            if n == 1
            else "Pictures of {n} documents are sent to {name}"
        ).format(n=number_text(n), name=name)
        if not n:
            text = tr("Nothing to send: the documents are gone.")
        self._documents.status.show_message(text)
