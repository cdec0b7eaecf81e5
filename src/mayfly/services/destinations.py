"""The user's own buckets: registered, verified, changed and forgotten."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from mayfly.domain.destination_port import DestinationShelf, Unbound
from mayfly.domain.destinations import (
    Credentials,
    Destination,
    DestinationId,
    Place,
    StepNews,
    Verification,
    is_destination_id,
    new_destination_id,
)
from mayfly.domain.errors import MayflyError, UserError
from mayfly.domain.events import UploadsChanged
from mayfly.domain.places import checked_credentials, checked_name, checked_place
from mayfly.domain.ports import Clock, Lane
from mayfly.domain.storage_errors import DestinationExists, DestinationMissing, NotVerified
from mayfly.services.bus import EventBus
from mayfly.services.connections import Connections
from mayfly.services.credentials import CredentialBox

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Destinations:
    """Answers with futures. A keyring that asks its user holds up neither vault nor window.

    A secret is never kept without its destination: the row comes first and goes last, so what a
    crash leaves is a destination without a key, which says so and can be edited or removed.
    """

    def __init__(
        self,
        shelf: DestinationShelf,
        vault_lane: Lane,
        *,
        keyring_lane: Lane,
        network_lane: Lane,
        box: CredentialBox,
        connections: Connections,
        bus: EventBus,
        clock: Clock,
        on_usable: Callable[[DestinationId], None] = lambda _: None,
    ) -> None:
        """on_usable: called when a destination was verified; any thread."""
        self._shelf = shelf
        self._vault_lane = vault_lane
        self._keyring_lane = keyring_lane
        self._network_lane = network_lane
        self._box = box
        self._connections = connections
        self._bus = bus
        self._clock = clock
        self._on_usable = on_usable
        self._new_keys = Counter[DestinationId]()
        """How often each got another key here: one that was not tried must not be verified."""

    def all(self) -> Future[tuple[Destination, ...]]:
        """Return every destination, by name. VaultLocked."""
        return self._vault_lane.submit(self._shelf.all, urgent=True)

    def find(self, reference: str) -> Future[Destination]:
        """Return the destination of that name (letter case aside) or id; DestinationMissing."""
        return self._vault_lane.submit(lambda: self._find(reference), urgent=True)

    def add(
        self, name: str, place: Place, credentials: Credentials, *, delete_with_job: bool
    ) -> Future[Destination]:
        """Register one and keep its access key in the keyring, read back; not verified yet.

        DestinationInvalid, InsecureEndpoint, CredentialsInvalid, DestinationExists,
        NoKeyringForKeys, KeyringLocked, VaultLocked; then nothing of it is kept, but where the
        keyring may hold the key and does not say so: then its row is, to remove it by.
        """
        return self._keyring_lane.submit(
            lambda: self._add(name, place, credentials, delete_with_job=delete_with_job)
        )

    def edit(
        self,
        destination_id: DestinationId,
        *,
        name: str,
        place: Place,
        credentials: Credentials | None,
        delete_with_job: bool,
    ) -> Future[Destination]:
        """Change one; credentials None: its access key stays. Errors as add.

        Not verified any more when the place or the key is another. When it fails nothing is
        changed.
        """
        wanted = (name, place, delete_with_job)
        return self._keyring_lane.submit(lambda: self._edit(destination_id, wanted, credentials))

    def verify(
        self, destination_id: DestinationId, tell: Callable[[StepNews], None]
    ) -> Future[Verification]:
        """Go through every step with a probe object; tell hears of each on another thread.

        What the server does wrong is in the answer. The future fails with CredentialsMissing,
        NoKeyringForKeys, KeyringLocked, DestinationMissing or VaultLocked.
        """
        return self._network_lane.submit(lambda: self._verify(destination_id, tell))

    def remove(self, destination_id: DestinationId) -> Future[Unbound]:
        """Erase its access key, then forget it and what was to be done there.

        Its bucket is left alone; the answer says how much stays in it. KeyringLocked or
        NoKeyringForKeys: nothing was removed.
        """
        return self._keyring_lane.submit(lambda: self._remove(destination_id))

    # --- on the keyring lane ---------------------------------------------------------

    def _add(
        self, name: str, place: Place, credentials: Credentials, *, delete_with_job: bool
    ) -> Destination:
        destination = Destination(
            new_destination_id(),
            checked_name(name),
            checked_place(place),
            delete_with_job,
            added_at=self._clock.now(),
        )
        credentials = checked_credentials(credentials)
        self._box.check()
        self._on_vault(lambda: self._shelf.add(destination))
        try:
            self._box.keep(destination.destination_id, credentials)
        except MayflyError:
            self._take_back(destination.destination_id)
            raise
        self._bus.publish(UploadsChanged())
        return destination

    def _take_back(self, destination_id: DestinationId) -> None:
        """Leave nothing of what was only half added: the key first, so that it is no orphan.

        Where it cannot be seen to be gone, the row stays and names it.
        """
        with suppress(MayflyError):
            self._box.erase(destination_id)
            self._on_vault(lambda: self._shelf.remove(destination_id, self._clock.now()))

    def _edit(
        self,
        destination_id: DestinationId,
        wanted: tuple[str, Place, bool],
        credentials: Credentials | None,
    ) -> Destination:
        name, place, delete_with_job = wanted
        before = self._on_vault(lambda: self._free(destination_id, checked_name(name)))
        after = replace(
            before,
            name=checked_name(name),
            place=checked_place(place),
            delete_with_job=delete_with_job,
        )
        if credentials is None:
            changed = self._on_vault(lambda: self._change(after, has_new_key=False))
        else:
            changed = self._with_new_key(after, checked_credentials(credentials))
        self._connections.forget(destination_id)
        self._bus.publish(UploadsChanged())
        return changed

    def _with_new_key(self, after: Destination, credentials: Credentials) -> Destination:
        """Change the key, and then the row; put the old key back when the row cannot be."""
        destination_id = after.destination_id
        earlier = self._box.find(destination_id)
        try:
            # It may have taken the key and fail as it reads it back.
            self._box.keep(destination_id, credentials)
            self._new_keys[destination_id] += 1
            return self._on_vault(lambda: self._change(after, has_new_key=credentials != earlier))
        except MayflyError:
            self._put_back(destination_id, earlier)
            raise

    def _put_back(self, destination_id: DestinationId, earlier: Credentials | None) -> None:
        """Have the earlier key in the keyring; where that is not seen nothing is verified."""
        try:
            if self._box.find(destination_id) == earlier:
                return
            if earlier is None:
                self._box.erase(destination_id)
            else:
                self._box.keep(destination_id, earlier)
        except UserError:
            with suppress(MayflyError):
                self._on_vault(lambda: self._distrust(destination_id))

    def _remove(self, destination_id: DestinationId) -> Unbound:
        self._on_vault(lambda: self._shelf.get(destination_id))
        # What is in hand there ends now: its key is in that memory.
        self._connections.forget(destination_id)
        self._box.erase(destination_id)
        unbound = self._on_vault(lambda: self._shelf.remove(destination_id, self._clock.now()))
        self._connections.forget(destination_id)
        self._bus.publish(UploadsChanged())
        return unbound

    # --- on the network lane ---------------------------------------------------------

    def _verify(
        self, destination_id: DestinationId, tell: Callable[[StepNews], None]
    ) -> Verification:
        destination = self._on_vault(lambda: self._shelf.get(destination_id))
        tried = self._new_keys[destination_id]
        try:
            verification = self._connections.verify(destination, tell)
        except UserError as error:
            code = error.code
            self._on_vault(lambda: self._shelf.note_failed(destination_id, code))
            self._bus.publish(UploadsChanged())
            raise
        self._on_vault(lambda: self._note(destination, verification, tried))
        self._connections.forget(destination_id)
        if verification.error_code is None:
            self._on_usable(destination_id)
        self._bus.publish(UploadsChanged())
        return verification

    # --- on the vault lane -----------------------------------------------------------

    def _find(self, reference: str) -> Destination:
        wanted = reference.strip()
        if is_destination_id(wanted.lower()):
            return self._shelf.get(DestinationId(wanted.lower()))
        for one in self._shelf.all():
            if one.name.casefold() == wanted.casefold():
                return one
        raise DestinationMissing

    def _free(self, destination_id: DestinationId, name: str) -> Destination:
        """Return the destination when it may have this name; DestinationExists."""
        for one in self._shelf.all():
            if one.name.casefold() == name.casefold() and one.destination_id != destination_id:
                raise DestinationExists
        return self._shelf.get(destination_id)

    def _distrust(self, destination_id: DestinationId) -> None:
        if self._shelf.get(destination_id).verified_at is not None:
            self._shelf.note_failed(destination_id, NotVerified.code)

    def _change(self, after: Destination, *, has_new_key: bool) -> Destination:
        self._shelf.change(after)
        changed = self._shelf.get(after.destination_id)
        # Neither what was verified with the key before nor what failed with it is of this one.
        if has_new_key and (changed.verified_at is not None or changed.error_code is not None):
            self._shelf.note_failed(after.destination_id, NotVerified.code)
            changed = self._shelf.get(after.destination_id)
        return changed

    def _note(self, verified: Destination, verification: Verification, tried: int) -> None:
        """Keep what came out, unless it is of a place or a key that was changed meanwhile."""
        destination_id = verified.destination_id
        if self._shelf.get(destination_id).place != verified.place:
            return
        if self._new_keys[destination_id] != tried:
            return
        code = verification.error_code
        if code is None:
            self._shelf.note_verified(destination_id, verification.traits, self._clock.now())
        else:
            _log.warning("a destination is not verified: %s", code)
            self._shelf.note_failed(destination_id, code)

    def _on_vault(self, work: Callable[[], T]) -> T:
        return self._vault_lane.submit(work, urgent=True).result()
