"""Before a destination is removed: what is erased here, and what stays in its bucket."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from mayfly.domain.destination_port import Unbound
from mayfly.domain.destinations import Destination, UploadState
from mayfly.ui.question import Question
from mayfly.ui.storage_texts import short_name
from mayfly.ui.wording import Tr, count_text

_THERE = (UploadState.STORED, UploadState.OWED, UploadState.LEFT)
_UNSENT = (UploadState.WAITING, UploadState.FAILED)


class RemoveQuestion(Question):
    """Asks once and says both; Cancel is the default."""

    def __init__(
        self,
        destination: Destination,
        counts: Mapping[UploadState, int],
        *,
        tr: Tr,
        parent: QWidget | None,
    ) -> None:
        title = tr("Remove “{name}”?").format(name=short_name(destination.name))
        super().__init__(title, accept=tr("Remove"), tr=tr, parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        erased = [
            tr("Its access key, in your keyring"),
            tr("Its name and address, and what is known of its objects"),
        ]
        unsent = sum(counts.get(state, 0) for state in _UNSENT)
        if unsent:
            text = count_text(
                tr,
                unsent,
                "{n} picture that waits to be sent is not sent",
                "{n} pictures that wait to be sent are not sent",
            )
            erased.append(text)
        self.add_section(tr("What is erased here"), erased)
        self.add_section(tr("What stays"), self._staying(tr, counts))
        self.column.addSpacing(4)
        self.add_text(
            tr("The bucket is left alone. It can be added again with its access key."),
            style="quiet",
        )
        self.add_buttons()

    def _staying(self, tr: Tr, counts: Mapping[UploadState, int]) -> list[str]:
        there = sum(counts.get(state, 0) for state in _THERE)
        owed = counts.get(UploadState.OWED, 0)
        if not there:
            return [tr("The bucket; nothing that Mayfly knows of lies in it")]
        lines = [count_text(tr, there, "{n} object in the bucket", "{n} objects in the bucket")]
        if owed:
            lines.append(
                count_text(
                    tr,
                    owed,
                    "{n} of them is still to be deleted there: nobody does that any more",
                    "{n} of them are still to be deleted there: nobody does that any more",
                )
            )
        return lines


def removed_text(tr: Tr, name: str, unbound: Unbound) -> str:
    """Return what came of removing a destination."""
    text = tr("“{name}” is removed and its access key is erased.").format(name=name)
    if not unbound.objects_left:
        return text
    stays = count_text(
        tr,
        unbound.objects_left,
        "{n} object stays in its bucket.",
        "{n} objects stay in its bucket.",
    )
    if not unbound.owed:
        return f"{text} {stays}"
    owed = count_text(
        tr,
        unbound.owed,
        "{n} of them was still to be deleted: do that at your provider.",
        "{n} of them were still to be deleted: do that at your provider.",
    )
    return f"{text} {stays} {owed}"
