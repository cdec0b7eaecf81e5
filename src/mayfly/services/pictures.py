"""Saving the pictures of a document where the user asked for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path, PurePath

from mayfly.domain.audit import AuditKind
from mayfly.domain.audit_port import AuditLog
from mayfly.domain.errors import InternalError, VaultError
from mayfly.domain.export_port import ExportTarget
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageRef
from mayfly.domain.ports import Clock, Lane
from mayfly.services.library import Library

_log = logging.getLogger(__name__)

FORMAT = "image"
"""What the audit log calls a picture, whichever type it is of."""

_MOST_NAME_BYTES = 90
"""A longer name is cut, so that the target, which cuts at its end, leaves page and number."""


class Pictures:
    """Saves pictures one after the other on a lane of its own."""

    def __init__(
        self,
        library: Library,
        audit: AuditLog,
        vault_lane: Lane,
        *,
        save_lane: Lane,
        target: ExportTarget,
        clock: Clock,
    ) -> None:
        self._library = library
        self._audit = audit
        self._vault_lane = vault_lane
        self._save_lane = save_lane
        self._target = target
        self._clock = clock
        self._closing = threading.Event()

    def save(
        self, refs: Sequence[ImageRef], folder: Path, *, replace: bool = False
    ) -> Future[tuple[Path, ...]]:
        """Write each picture as a new file into the folder: “letter page-1-image-2.png”.

        replace: over a file of that name that was there before, whole or not at all. Fails with
        the first picture that fails: NoSuchImage, another JobError, or an ExportError; those
        before it are written, and no partial file is left.
        """
        wanted = tuple(refs)
        return self._save_lane.submit(lambda: self._save(wanted, folder, replace=replace))

    def close(self) -> None:
        """Finish the picture in hand; what waits is not begun, and its future fails."""
        self._closing.set()
        self._save_lane.close()

    def _save(self, refs: Sequence[ImageRef], folder: Path, *, replace: bool) -> tuple[Path, ...]:
        written: list[Path] = []
        try:
            for ref in refs:
                # Two documents may have one name: neither takes the place of the other.
                taken = {path.name for path in written} if replace else None
                written.append(self._write(ref, folder, taken))
        finally:
            # Once for each job, however many of its pictures were saved at once.
            for job_id in dict.fromkeys(ref.job_id for ref in refs[: len(written)]):
                self._write_down(job_id)
        return tuple(written)

    def _write(self, ref: ImageRef, folder: Path, taken: Collection[str] | None) -> Path:
        """Write one; taken: over what is there, but not over these. None: over nothing."""
        if self._closing.is_set():
            raise InternalError("Mayfly is closing")
        found = self._library.image(ref).result()
        job = self._library.find(ref.job_id).result()
        stem = _short(PurePath(job.name or "").stem) or job.job_id[:8]
        write = self._target.write_new
        if taken is not None:
            write = partial(self._target.replace, spare=lambda name: name in taken)
        return write(
            folder,
            f"{stem} {ref.image_id.stem}",
            f".{found.block.image_type.extension}",
            [found.data],
            # A deletion that came while the file was written takes the file with it.
            check=lambda: self._library.image(ref).result(),
        )

    def _write_down(self, job_id: JobId) -> None:
        """Tell the audit log; what is written is the user's by now, and stays without that."""
        detail = {"target": "file", "format": FORMAT}
        add = partial(self._audit.append, AuditKind.EXPORTED, job_id=job_id, detail=detail)
        try:
            self._vault_lane.submit(lambda: add(self._clock.now())).result()
        except VaultError as error:
            _log.warning("an export could not be written into the audit log: %s", error.code)


def _short(name: str) -> str:
    return name.encode(errors="ignore")[:_MOST_NAME_BYTES].decode(errors="ignore")
