"""Puts the use cases of own storage together. Every thread that may connect is begun here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mayfly.domain.network_port import Network
from mayfly.domain.object_store import ObjectStores
from mayfly.domain.ports import Lane, SecretStore
from mayfly.services.bus import EventBus
from mayfly.services.connections import Connections
from mayfly.services.credentials import CredentialBox
from mayfly.services.destinations import Destinations
from mayfly.services.lane import ThreadLane
from mayfly.services.sending import Sending
from mayfly.services.timekeeper import Timekeeper
from mayfly.services.upload_work import UploadWork
from mayfly.services.uploader import Uploader
from mayfly.services.uploads import Uploads
from mayfly.system.seat import FileSeat
from mayfly.vault.vault import SqliteVault


@dataclass(frozen=True, slots=True)
class StorageAdapters:
    """What bootstrap has for own storage. Nothing of it connects or asks a keyring by itself."""

    stores: ObjectStores
    open_secrets: Callable[[], SecretStore]
    """Opens the keyring that holds the access keys; may block."""
    network: Network
    seat: Path
    """Held by the one process that uploads."""


@dataclass(frozen=True, slots=True)
class OwnStorage:
    """The use cases, and what ends them."""

    destinations: Destinations
    uploads: Uploads
    sending: Sending
    close: Callable[[], None]


def own_storage(
    adapters: StorageAdapters, vault: SqliteVault, lane: Lane, bus: EventBus, clock: Timekeeper
) -> OwnStorage:
    """Put them together."""
    # Keyring and network apart: a prompt that nobody answers must not hold up a verification.
    keyring_lane = ThreadLane("destinations")
    network_lane = ThreadLane("network", adapters.network.start_thread)
    box = CredentialBox(adapters.open_secrets)
    connections = Connections(adapters.stores, box)
    uploader = Uploader(
        vault,
        lane,
        work=UploadWork(vault, lane, connections=connections, clock=clock),
        connections=connections,
        seat=FileSeat(adapters.seat),
        is_locked=vault.lock.is_locked,
        is_time_doubtful=lambda: clock.claimed() is not None,
        start_thread=adapters.network.start_thread,
        bus=bus,
        clock=clock,
    )
    destinations = Destinations(
        vault.destinations,
        lane,
        keyring_lane=keyring_lane,
        network_lane=network_lane,
        box=box,
        connections=connections,
        bus=bus,
        clock=clock,
        on_usable=lambda _: uploader.try_all(),
    )
    sending = Sending(vault, clock=clock)
    uploads = Uploads(
        vault,
        vault,
        lane,
        network_lane=network_lane,
        sending=sending,
        uploader=uploader,
        connections=connections,
        bus=bus,
        clock=clock,
        wall=clock.wall,
    )

    def close() -> None:
        # Without waiting for them: one may be asking a user, the other a server.
        keyring_lane.leave()
        network_lane.leave()
        uploader.stop()

    return OwnStorage(destinations, uploads, sending, close)
