"""The fields of a destination: the provider first, which fills in what it can."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from mayfly.domain.destinations import Addressing, Credentials, Destination, Place, Provider
from mayfly.ui.checked_rows import CheckedRow, CheckedRows
from mayfly.ui.file_dialogs import FileDialogs, Wanted
from mayfly.ui.paragraph import WrappedLabel
from mayfly.ui.place_rules import (
    Typed,
    account_fault,
    account_of,
    bucket_fault,
    endpoint_fault,
    has_own_address,
    key_fault,
    name_fault,
    prefix_fault,
    region_fault,
)
from mayfly.ui.secret_field import SecretField
from mayfly.ui.storage_texts import provider_name
from mayfly.ui.wording import Tr

_FIELD_PX = 32


class DestinationForm(CheckedRows):
    """Says of each field what is wrong as soon as something is typed in it, and not before."""

    changed = Signal()

    def __init__(self, *, before: Destination | None, tr: Tr, parent: QWidget) -> None:
        """before: the destination that is changed; None: a new one."""
        super().__init__(parent)
        self._tr = tr
        self._before = before
        self._touched: set[QWidget] = set()
        self._named_by_hand = before is not None
        self.provider = QComboBox(self)
        for one in Provider:
            self.provider.addItem(provider_name(tr, one), one.value)
        self.provider.setMinimumHeight(_FIELD_PX)
        self.name = self._line()
        self.account, self.endpoint, self.region = self._line(), self._line(), self._line()
        self.bucket, self.prefix, self.ca_file = self._line(), self._line(), self._line()
        self.key_id = SecretField("", self)
        self.key_id.show_typed(True)
        self.secret = SecretField("", self)
        self.shown = QCheckBox(tr("Show the secret"), self)
        self.addressing = QComboBox(self)
        self.choose_ca = QPushButton(tr("Choose…"), self)
        self.delete_with_job = QCheckBox(
            tr("Delete objects there when the document is deleted here"), self
        )
        self._add_rows()
        if before is not None:
            self._fill(before)
        self._connect()
        self._follow_provider()

    # --- what is typed ---------------------------------------------------------------

    @property
    def title(self) -> str:
        """The name that the user gives it."""
        return self.name.text().strip()

    @property
    def place(self) -> Place:
        """Where it is, as typed; to be asked only when all is complete."""
        return self._typed().place()

    @property
    def is_complete(self) -> bool:
        """Whether nothing is wrong and nothing is missing."""
        return not any(self._faults().values())

    def credentials(self) -> Credentials | None:
        """Return the access key that was typed; None: it stays as it is."""
        key_id, secret = self.key_id.text(), self.secret.text()
        return Credentials(key_id, secret) if key_id and secret else None

    def drop_secrets(self) -> None:
        """Forget the access key that was typed."""
        self.key_id.drop()
        self.secret.drop()

    def _typed(self) -> Typed:
        return Typed(
            provider=Provider(self.provider.currentData()),
            endpoint=self.endpoint.text().strip(),
            account=self.account.text().strip().lower(),
            region=self.region.text().strip(),
            bucket=self.bucket.text().strip(),
            prefix=self.prefix.text().strip(),
            addressing=Addressing(self.addressing.currentData()),
            ca_file=self.ca_file.text().strip(),
            has_own_address=self._keeps_own_address(),
        )

    def _keeps_own_address(self) -> bool:
        """Whether it is at an address that is none of its provider's usual ones, and stays."""
        place = self._before.place if self._before is not None else None
        is_same = place is not None and place.provider.value == self.provider.currentData()
        return place is not None and is_same and has_own_address(place)

    # --- what is wrong ---------------------------------------------------------------

    def _faults(self) -> dict[CheckedRow, str]:
        typed, tr = self._typed(), self._tr
        asks_account = typed.pattern.needs_account
        id_fault, secret_fault = key_fault(
            tr, self.key_id.text(), self.secret.text(), may_stay=self._before is not None
        )
        return {
            self.name_row: name_fault(tr, self.title),
            self.account_row: account_fault(tr, typed.account) if asks_account else "",
            self.region_row: region_fault(tr, typed.region) if typed.asks_region else "",
            self.endpoint_row: endpoint_fault(tr, typed.endpoint) if typed.asks_endpoint else "",
            self.bucket_row: bucket_fault(tr, typed.bucket),
            self.prefix_row: prefix_fault(tr, typed.prefix),
            self.key_row: id_fault,
            self.secret_row: secret_fault,
            self.ca_row: self._ca_fault(typed.ca_file),
        }

    def _ca_fault(self, text: str) -> str:
        if text and not Path(text).is_absolute():
            return self._tr("The whole path of a file, from / on.")
        return ""

    def _check(self) -> None:
        for row, fault in self._faults().items():
            row.say(fault if self._fields[row] in self._touched else "")
        if self._is_insecure():
            text = self._tr("Insecure, without TLS: whoever is on the way can read along.")
            self.endpoint_row.say(text, warns=True)
        self.changed.emit()

    def _is_insecure(self) -> bool:
        endpoint = self._typed().endpoint.lower()
        return endpoint.startswith("http://") and not endpoint_fault(self._tr, endpoint)

    def _touch(self, field: QWidget) -> None:
        self._touched.add(field)
        self._check()

    # --- following the provider ------------------------------------------------------

    def _follow_provider(self) -> None:
        """Ask for what this provider needs, and show what it fills in."""
        typed = self._typed()
        provider, own = typed.provider, typed.asks_endpoint
        self.account_row.show_row(typed.pattern.needs_account)
        self.region_row.show_row(typed.asks_region)
        self.addressing_row.show_row(own)
        self.ca_row.show_row(own)
        self.endpoint.setReadOnly(not own)
        self.endpoint.setPlaceholderText("https://s3.example.org" if own else "")
        self.region.setPlaceholderText("eu-central-1")
        self.region.setText(typed.pattern.region)
        if not own:
            self.ca_file.clear()
        elif self._before is None or self._before.place.provider is not provider:
            self.endpoint.clear()
        if self._before is not None and self._before.place.provider is provider:
            self._fill_place(self._before.place)
        if not self._named_by_hand:
            self.name.setText("" if own else provider_name(self._tr, provider))
        self._touched -= {self.account, self.region, self.endpoint, self.ca_file}
        self._show_endpoint()

    def _show_endpoint(self) -> None:
        """Show the address that region or account make."""
        typed = self._typed()
        if not typed.asks_endpoint:
            self.endpoint.setText(typed.address)
        self._check()

    def _fill(self, before: Destination) -> None:
        self.name.setText(before.name)
        self.provider.setCurrentIndex(self.provider.findData(before.place.provider.value))
        self.delete_with_job.setChecked(before.delete_with_job)
        self._fill_place(before.place)

    def _fill_place(self, place: Place) -> None:
        self.endpoint.setText(place.endpoint)
        self.account.setText(account_of(place))
        self.region.setText(place.region)
        self.bucket.setText(place.bucket)
        self.prefix.setText(place.prefix)
        self.ca_file.setText(place.ca_file or "")
        self.addressing.setCurrentIndex(self.addressing.findData(place.addressing.value))

    # --- putting together ------------------------------------------------------------

    def _line(self) -> QLineEdit:
        line = QLineEdit(self)
        line.setMinimumHeight(_FIELD_PX)
        line.setMaxLength(1_000)
        return line

    def _add_rows(self) -> None:
        tr = self._tr
        self.provider_row = self.add(tr("Provider"), self.provider)
        self.provider.view().setAccessibleName(tr("Provider"))
        self.name_row = self.add(tr("Name"), self.name)
        self.account_row = self.add(tr("Account id"), self.account)
        self.region_row = self.add(tr("Region"), self.region)
        self.endpoint_row = self.add(tr("Address (endpoint)"), self.endpoint)
        self.addressing.addItem(tr("In the path"), Addressing.PATH.value)
        self.addressing.addItem(tr("In the host's name"), Addressing.VIRTUAL.value)
        self.addressing.setMinimumHeight(_FIELD_PX)
        self.addressing_row = self.add(tr("Bucket stands"), self.addressing)
        self.addressing.view().setAccessibleName(tr("Bucket stands"))
        self.bucket_row = self.add(tr("Bucket"), self.bucket)
        self.prefix_row = self.add(tr("Prefix (optional)"), self.prefix)
        self.key_row = self.add(tr("Access key id"), self.key_id)
        self.secret_row = self.add(tr("Secret access key"), self.secret)
        if self._before is not None:
            for field in (self.key_id, self.secret):
                field.setPlaceholderText(tr("unchanged"))
        self.add_wide(self.shown)
        note = tr("Both go into your keyring, never into a file or a log.")
        self.add_wide(WrappedLabel(note, self, style="quiet"))
        line = QHBoxLayout()
        line.addWidget(self.ca_file, 1)
        line.addWidget(self.choose_ca)
        self.choose_ca.setAutoDefault(False)
        self.choose_ca.setAccessibleName(tr("Choose the certificate file"))
        self.ca_row = self.add(tr("Own certificate authority (optional)"), self.ca_file, line)
        self.add_wide(self.delete_with_job)
        going_down = (
            *(self.provider, self.name, self.account, self.region, self.endpoint),
            *(self.addressing, self.bucket, self.prefix, self.key_id, self.secret, self.shown),
            *(self.ca_file, self.choose_ca, self.delete_with_job),
        )
        for above, below in pairwise(going_down):
            QWidget.setTabOrder(above, below)

    def _connect(self) -> None:
        self._fields: dict[CheckedRow, QLineEdit] = {
            self.name_row: self.name,
            self.account_row: self.account,
            self.region_row: self.region,
            self.endpoint_row: self.endpoint,
            self.bucket_row: self.bucket,
            self.prefix_row: self.prefix,
            self.key_row: self.key_id,
            self.secret_row: self.secret,
            self.ca_row: self.ca_file,
        }
        for field in self._fields.values():
            field.textEdited.connect(lambda _, field=field: self._touch(field))
        self.name.textEdited.connect(self._name_by_hand)
        for field in (self.account, self.region):
            field.textEdited.connect(lambda _: self._show_endpoint())
        self.provider.currentIndexChanged.connect(lambda _: self._follow_provider())
        self.shown.toggled.connect(self.secret.show_typed)
        self.choose_ca.clicked.connect(self._ask_ca)

    def _name_by_hand(self) -> None:
        self._named_by_hand = True

    def _ask_ca(self) -> None:
        FileDialogs(self, tr=self._tr).ask(Wanted.CERTIFICATE, self._take_ca)

    def _take_ca(self, paths: list[Path]) -> None:
        self.ca_file.setText(str(paths[0]))
        self._touch(self.ca_file)
