"""Own storage without a vault or a network, at the faces of the services."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from mayfly.domain.destination_port import Unbound
from mayfly.domain.destinations import (
    Destination,
    DestinationId,
    Place,
    Provider,
    StepNews,
    StepState,
    Traits,
    Upload,
    UploadState,
    Verification,
    VerifyStep,
    new_destination_id,
)
from mayfly.domain.events import UploadsChanged
from mayfly.domain.exports import ImageLink
from mayfly.domain.images import ImageId, ImageType
from mayfly.domain.storage_errors import DestinationExists
from mayfly.services.uploads import UploadOverview
from mayfly.ui.storage_watch import StorageServices

SINCE = datetime(2026, 3, 1, 12, tzinfo=UTC)
R2 = Place(
    Provider.CLOUDFLARE_R2,
    f"https://{'a1' * 16}.r2.cloudflarestorage.com",
    "auto",
    "holiday-pictures",
    "mayfly/",
)
MINIO = Place(Provider.MINIO, "http://192.168.1.20:9000", "us-east-1", "scans")


def destination(name: str = "Archive", place: Place = R2, **more) -> Destination:
    """Return one that is not verified unless told."""
    given = {"delete_with_job": True, "added_at": SINCE, **more}
    return Destination(new_destination_id(), name, place, **given)


class FakeDestinations:
    """Keeps what it is given; verifying goes as the test has set it."""

    def __init__(self, lane, bus, now) -> None:
        self._lane = lane
        self._bus = bus
        self._now = now
        self.kept: dict[DestinationId, Destination] = {}
        self.keys: dict[DestinationId, tuple[str, str]] = {}
        self.threads: set[str] = set()
        self.fails_at: VerifyStep | None = None
        self.error_code = ""
        self.traits = Traits()
        self.gate = threading.Event()
        self.gate.set()

    def put(self, *destinations: Destination) -> None:
        for one in destinations:
            self.kept[one.destination_id] = one
        self._bus.publish(UploadsChanged())

    def all(self):
        return self._answer(
            lambda: tuple(sorted(self.kept.values(), key=lambda one: one.name.casefold()))
        )

    def add(self, name, place, credentials, *, delete_with_job):
        def work():
            if any(one.name.casefold() == name.casefold() for one in self.kept.values()):
                raise DestinationExists
            one = destination(name, place, delete_with_job=delete_with_job)
            self.keys[one.destination_id] = (credentials.key_id, credentials.secret)
            self.put(one)
            return one

        return self._answer(work)

    def edit(self, destination_id, *, name, place, credentials, delete_with_job):
        def work():
            before = self.kept[destination_id]
            after = replace(before, name=name, place=place, delete_with_job=delete_with_job)
            if place != before.place or credentials is not None:
                after = replace(after, verified_at=None)
            if credentials is not None:
                self.keys[destination_id] = (credentials.key_id, credentials.secret)
            self.put(after)
            return after

        return self._answer(work)

    def verify(self, destination_id, tell):
        return self._lane.submit(lambda: self._verify(destination_id, tell))

    def remove(self, destination_id):
        def work():
            del self.kept[destination_id]
            self.keys.pop(destination_id, None)
            self._bus.publish(UploadsChanged())
            return Unbound(objects_left=3, owed=1)

        return self._answer(work)

    def _verify(self, destination_id, tell) -> Verification:
        steps = []
        for step in VerifyStep:
            tell(StepNews(step, StepState.RUNNING))
            self.gate.wait(10)
            if step is self.fails_at:
                steps.append(StepNews(step, StepState.FAILED, self.error_code))
            elif step is VerifyStep.TLS and self.kept[destination_id].place.is_insecure:
                steps.append(StepNews(step, StepState.SKIPPED))
            else:
                steps.append(StepNews(step, StepState.DONE))
            tell(steps[-1])
            if step is self.fails_at:
                break
        code = self.error_code if self.fails_at else None
        at = None if code else self._now()
        known = replace(
            self.kept[destination_id], verified_at=at, error_code=code, traits=self.traits
        )
        self.put(known)
        return Verification(tuple(steps), self.traits)

    def _answer(self, work):
        def answer():
            self.threads.add(threading.current_thread().name)
            return work()

        return self._lane.submit(answer)


@dataclass
class FakeUploads:
    """Rows that the test puts there; sends nothing by itself."""

    lane: object
    bus: object
    now: object
    rows: list[Upload] = field(default_factory=list)
    paused: bool = False
    asked: list[tuple] = field(default_factory=list)
    links: int = 0

    def put(self, *rows: Upload) -> None:
        keys = {(row.job_id, row.destination_id, row.image_id) for row in rows}
        kept = [r for r in self.rows if (r.job_id, r.destination_id, r.image_id) not in keys]
        self.rows = [*kept, *rows]
        self.bus.publish(UploadsChanged())

    def send_jobs(self, job_ids, destination_id):
        self.asked.append(("send_jobs", tuple(job_ids), destination_id))
        return self.lane.submit(lambda: tuple(job_ids))

    def send(self, images, destination_id):
        self.asked.append(("send", tuple(images), destination_id))
        known = {(row.job_id, row.image_id, row.destination_id) for row in self.rows}
        new = [one for one in images if (one.job_id, one.image_id, destination_id) not in known]
        return self.lane.submit(lambda: len(new))

    def of_job(self, job_id):
        return self.lane.submit(lambda: tuple(r for r in self.rows if r.job_id == job_id))

    def overview(self):
        def work():
            counts = Counter((row.destination_id, row.state) for row in self.rows)
            return UploadOverview(counts, self.paused, at_work=0)

        return self.lane.submit(work)

    def in_state(self, state, most):
        return self.lane.submit(lambda: tuple(r for r in self.rows if r.state is state)[:most])

    def by_job(self):
        def work():
            found: dict = {}
            for row in self.rows:
                found.setdefault(row.job_id, Counter())[row.destination_id, row.state] += 1
            return found

        return self.lane.submit(work)

    def pause(self):
        return self._set_paused(True)

    def resume(self):
        return self._set_paused(False)

    def cancel(self, job_ids):
        self.asked.append(("cancel", job_ids and tuple(job_ids)))
        return self._turn((UploadState.WAITING, UploadState.FAILED), UploadState.STOPPED)

    def retry(self, job_ids):
        self.asked.append(("retry", job_ids and tuple(job_ids)))
        return self._turn((UploadState.FAILED,), UploadState.WAITING)

    def dismiss(self, job_ids):
        def work():
            left = [row for row in self.rows if row.state is UploadState.LEFT]
            self.rows = [row for row in self.rows if row not in left]
            self.bus.publish(UploadsChanged())
            return len(left)

        return self.lane.submit(work)

    def link(self, ref, destination_id, lifetime):
        def work():
            self.links += 1
            url = f"https://bucket.example.org/{ref.image_id.stem}?signature={self.links}"
            return ImageLink(url, self.now() + lifetime)

        return self.lane.submit(work)

    def _turn(self, states, state):
        def work():
            turned = [
                replace(r, state=state, error_code=None) for r in self.rows if r.state in states
            ]
            self.put(*turned)
            return len(turned)

        return self.lane.submit(work)

    def _set_paused(self, paused):
        def work():
            self.paused = paused
            self.bus.publish(UploadsChanged())

        return self.lane.submit(work)


def upload(job_id, destination_id, page: int, state: UploadState, **more) -> Upload:
    """Return the row of a page's first picture."""
    return Upload(job_id, destination_id, ImageId(page, 1), ImageType.PNG, state, **more)


class FakeStorage:
    """Both services on a lane of the test's."""

    def __init__(self, lane, bus, now=lambda: SINCE + timedelta(hours=1)) -> None:
        self.destinations = FakeDestinations(lane, bus, now)
        self.uploads = FakeUploads(lane, bus, now)

    @property
    def services(self) -> StorageServices:
        return StorageServices(self.destinations, self.uploads)
