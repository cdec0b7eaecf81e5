"""One destination in the uploads window: how much is how far, what failed, what is owed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from mayfly.domain.destinations import Destination, Upload, UploadState
from mayfly.domain.error_codes import error_of
from mayfly.ui.paragraph import WrappedLabel
from mayfly.ui.storage_texts import WISHED, counts_text
from mayfly.ui.times import span_text
from mayfly.ui.wording import Tr, count_text, number_text


class UploadCard(QFrame):
    """Changed in place, so that a progress bar that moves takes no focus away."""

    verify_wanted = Signal(object)

    def __init__(self, destination: Destination, *, tr: Tr, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.destination = destination
        self._tr = tr
        name = QLabel(destination.name, self)
        name.setTextFormat(Qt.TextFormat.PlainText)
        name.setObjectName("sentence")
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Sent to {name}").format(name=destination.name))
        self.counts = WrappedLabel("", self, style="quiet")
        self.waits = WrappedLabel("", self, style="lockTrouble")
        self.verify_button = QPushButton(tr("Verify"), self)
        self.verify_button.setAutoDefault(False)
        self.verify_button.setAccessibleName(f"{tr('Verify')}: {destination.name}")
        self.verify_button.clicked.connect(lambda: self.verify_wanted.emit(self.destination))
        self.failures = WrappedLabel("", self)
        self.owed = WrappedLabel("", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(7)
        for widget in (name, self.bar, self.counts, self.waits):
            column.addWidget(widget)
        column.addWidget(self.verify_button, 0, Qt.AlignmentFlag.AlignLeft)
        for label in (self.failures, self.owed):
            column.addWidget(label)

    def show_state(
        self,
        destination: Destination,
        counts: Mapping[UploadState, int],
        *,
        failures: Sequence[Upload],
        owed: Sequence[Upload],
        tried: Sequence[Upload],
        now: datetime,
    ) -> None:
        """Show how it stands; failures, owed and what waits for another try are of it."""
        self.destination = destination
        wished = sum(counts.get(state, 0) for state in WISHED)
        stored = counts.get(UploadState.STORED, 0)
        going = counts.get(UploadState.WAITING, 0) > 0
        self.bar.setVisible(going)
        self.bar.setRange(0, max(1, wished))
        self.bar.setValue(stored)
        self._say(self.counts, counts_text(self._tr, counts) or self._tr("Nothing is there."))
        is_usable = destination.may_be_used(now)
        held = (going or counts.get(UploadState.OWED, 0) > 0) and not is_usable
        why = self._waits_text(destination) if held else self._tried_text(tried, now)
        self._say(self.waits, why)
        self.verify_button.setVisible(held)
        self._say(self.failures, self._failures_text(counts, failures))
        self._say(self.owed, self._owed_text(counts, owed, now))
        lines = (self.counts, self.waits, self.failures, self.owed)
        spoken = [destination.name, *(label.text() for label in lines if label.text())]
        self.setAccessibleName(". ".join(spoken))

    def _say(self, label: QLabel, text: str) -> None:
        if text != label.text():
            label.setText(text)
        label.setVisible(bool(text))

    def _waits_text(self, destination: Destination) -> str:
        tr = self._tr
        text = tr("It all waits: this destination has to be verified again.")
        if destination.error_code is None:
            return text
        error = error_of(destination.error_code)
        return f"{text} {tr(error.text)} {tr(error.remedy)}"

    def _tried_text(self, tried: Sequence[Upload], now: datetime) -> str:
        if not tried:
            return ""
        tr, error = self._tr, error_of(tried[0].error_code or "")
        text = f"{tr(error.text)} {tr(error.remedy)}"
        ahead = [one.not_before for one in tried if one.not_before and one.not_before > now]
        if not ahead:
            return text
        span = span_text(tr, (min(ahead) - now).total_seconds())
        return f"{text} {tr('Next try in {span}.').format(span=span)}"

    def _failures_text(self, counts: Mapping[UploadState, int], failures: Sequence[Upload]) -> str:
        """Return a line for each kind of failure, the most frequent first."""
        total = counts.get(UploadState.FAILED, 0)
        if not total:
            return ""
        tr = self._tr
        codes = Counter(one.error_code or "" for one in failures)
        if not codes:
            return count_text(tr, total, "{n} picture was not sent.", "{n} pictures were not sent.")
        lines = []
        for code, n in codes.most_common():
            error = error_of(code)
            # Only some of very many are looked at: one kind stands for all of them then.
            shown = total if len(codes) == 1 else n
            what = count_text(tr, shown, "{n} picture was not sent.", "{n} pictures were not sent.")
            lines.append(f"{what} {tr(error.text)} {tr(error.remedy)}")
        return "\n".join(lines)

    def _owed_text(
        self, counts: Mapping[UploadState, int], owed: Sequence[Upload], now: datetime
    ) -> str:
        total, tr = counts.get(UploadState.OWED, 0), self._tr
        if not total:
            return ""
        text = tr(
            "{n} object still to be deleted at {name}"
            if total == 1
            else "{n} objects still to be deleted at {name}"
        ).format(n=number_text(total), name=self.destination.name)
        moments = [one.not_before for one in owed if one.not_before is not None]
        ahead = [moment for moment in moments if moment > now]
        if ahead and len(moments) == len(owed):
            span = span_text(tr, (min(ahead) - now).total_seconds())
            text = tr("{what}, next try in {span}").format(what=text, span=span)
        code = next((one.error_code for one in owed if one.error_code), None)
        if code is None:
            return f"{text}."
        error = error_of(code)
        return f"{text}. {tr(error.text)} {tr(error.remedy)}"
