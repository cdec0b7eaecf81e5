"""Own storage on a House: the real vault, servers and a keyring in memory."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import timedelta

from mayfly.domain.destinations import Destination, DestinationId, Upload, UploadState
from mayfly.domain.events import UploadsChanged
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageId, ImageRef
from mayfly.domain.object_store import ObjectStores
from mayfly.services.connections import Connections
from mayfly.services.credentials import CredentialBox
from mayfly.services.destinations import Destinations
from mayfly.services.lane import ThreadLane, start_daemon
from mayfly.services.sending import Sending
from mayfly.services.upload_work import UploadWork
from mayfly.services.uploader import Uploader
from mayfly.services.uploads import Uploads
from mayfly.system.seat import FileSeat
from tests.conftest import FakeClock
from tests.fakes import MemorySecrets
from tests.fakes_engine import ScriptPage
from tests.fakes_storage import KEY, MemoryServer, MemoryStores, place
from tests.services.conftest import RULE, House
from tests.waiting import eventually

LONG = replace(RULE, source_hours=100, result_hours=100)


class RunningClock(FakeClock):
    """The wall stands still until a test moves it; spans are measured as they are."""

    def monotonic_s(self) -> float:
        return super().monotonic_s() + time.monotonic()


@dataclass
class Storage:
    """One process's own storage, and what tests ask of it most."""

    house: House
    server: MemoryServer = field(default_factory=MemoryServer)
    secrets: MemorySecrets = field(default_factory=MemorySecrets)
    doubtful: bool = False
    ahead: timedelta = timedelta()
    """By how much the machine's clock is ahead of the time that counts."""
    most: int = 4
    stores: ObjectStores | None = None
    """Of real servers; None: the one in memory."""

    def __post_init__(self) -> None:
        house = self.house
        self.box = CredentialBox(self._open_secrets)
        self.connections = Connections(self.stores or MemoryStores(self.server), self.box)
        self.keyring_lane, self.network_lane = ThreadLane("keyring"), ThreadLane("network")
        self.uploader = Uploader(
            house.vault,
            house.lane,
            work=UploadWork(
                house.vault, house.lane, connections=self.connections, clock=house.clock
            ),
            connections=self.connections,
            seat=FileSeat(house.state / "uploads.lock"),
            is_locked=house.vault.lock.is_locked,
            is_time_doubtful=lambda: self.doubtful,
            start_thread=start_daemon,
            bus=house.bus,
            clock=house.clock,
            most=self.most,
        )
        self.destinations = Destinations(
            house.vault.destinations,
            house.lane,
            keyring_lane=self.keyring_lane,
            network_lane=self.network_lane,
            box=self.box,
            connections=self.connections,
            bus=house.bus,
            clock=house.clock,
            on_usable=lambda _: self.uploader.try_all(),
        )
        sending = Sending(house.vault, clock=house.clock)
        self.uploads = Uploads(
            house.vault,
            house.vault,
            house.lane,
            network_lane=self.network_lane,
            sending=sending,
            uploader=self.uploader,
            connections=self.connections,
            bus=house.bus,
            clock=house.clock,
            wall=lambda: house.clock.now() + self.ahead,
        )
        house.endings += [self.uploader.stop, self.keyring_lane.close, self.network_lane.close]

    def _open_secrets(self) -> MemorySecrets:
        return self.secrets

    # --- shortcuts -------------------------------------------------------------------

    def add(
        self, name: str = "Attic", *, verify: bool = True, delete_with_job: bool = False, **where
    ) -> Destination:
        """Register a destination, verified unless told otherwise."""
        added = self.destinations.add(
            name, place(**where), KEY, delete_with_job=delete_with_job
        ).result()
        if verify:
            assert self.verify(added.destination_id) is None
        return self.destinations.find(added.destination_id).result()

    def verify(self, destination_id: DestinationId) -> str | None:
        """Verify; return the code of what failed."""
        return self.destinations.verify(destination_id, lambda _: None).result().error_code

    def read(self, *images: int, **rule) -> JobId:
        """Have a document read that has so many pictures on each page."""
        pages = [ScriptPage(f"page {number}", images=count) for number, count in enumerate(images)]
        job_id = self.house.admit(*pages, **rule)
        if not self.house.queues:
            self.house.queue()
        self.house.wait_until_read(job_id)
        return job_id

    def send(self, job_id: JobId, destination: Destination) -> None:
        """Have all pictures of a job sent, and begin."""
        self.uploads.send(self.refs(job_id), destination.destination_id).result()
        self.uploads.start()

    def refs(self, job_id: JobId) -> list[ImageRef]:
        blocks = self.house.on_vault(
            lambda: self.house.vault.images(job_id, self.house.clock.now())
        )
        return [ImageRef(job_id, one.image_id) for one in blocks]

    def data(self, job_id: JobId, image_id: ImageId) -> bytes:
        now = self.house.clock.now()
        return self.house.on_vault(lambda: self.house.vault.image(job_id, image_id, now)).data

    def expected(self, destination: Destination, *job_ids: JobId) -> dict[str, bytes]:
        """Return what a bucket has when all pictures of these jobs lie there."""
        found = {}
        for job_id in job_ids:
            for ref in self.refs(job_id):
                suffix = "png" if self._is_png(ref) else "jpg"
                key = f"{destination.place.prefix}{job_id}/{ref.image_id.stem}.{suffix}"
                found[key] = self.data(job_id, ref.image_id)
        return found

    def _is_png(self, ref: ImageRef) -> bool:
        return self.data(ref.job_id, ref.image_id).startswith(b"\x89PNG")

    def rows(self, job_id: JobId) -> tuple[Upload, ...]:
        return self.uploads.of_job(job_id).result()

    def states(self, job_id: JobId) -> set[UploadState]:
        return {one.state for one in self.rows(job_id)}

    def wait_for(self, job_id: JobId, *states: UploadState) -> None:
        """Wait until all uploads of the job are in one of these states."""
        eventually(lambda: (found := self.states(job_id)) and found <= set(states))

    def changes(self) -> int:
        return sum(isinstance(one, UploadsChanged) for one in list(self.house.events))


def tried(storage: Storage, job_id: JobId) -> int:
    """Return how often the job's first upload was tried; 0 while something is in hand."""
    return 0 if storage.uploader.at_work else storage.rows(job_id)[0].attempts
