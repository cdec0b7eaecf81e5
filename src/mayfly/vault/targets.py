"""Where results go that are not kept, sealed with the result: the name of a folder tells a lot."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

from mayfly.domain.errors import VaultDamaged
from mayfly.domain.handover import ResultTarget
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part
from mayfly.domain.states import JobState
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.moments import micros_of
from mayfly.vault.rows import find_row, has_target
from mayfly.vault.sealing import Kind
from mayfly.vault.streams import JobRef, SealedStreams

_WAITING = """
    SELECT id FROM job WHERE deleted_at IS NULL AND purging_at IS NULL AND state = 'done'
        AND error_code IS NULL AND EXISTS (
            SELECT 1 FROM stream WHERE job = job.seq AND part = 'result' AND kind = ?
        )
    ORDER BY seq
"""


class Targets:
    """Reads targets, and notes what failed; see domain.vault_port.Vault."""

    def __init__(self, database: Database, streams: SealedStreams) -> None:
        self._database = database
        self._streams = streams

    def target(self, job_id: JobId, now: datetime) -> ResultTarget | None:
        """Open where the result goes; None when it is kept as its rule says."""
        with self._streams.reading() as tx:
            row = find_row(tx, job_id)
            row.require_part(Part.RESULT, micros_of(now))
            data = self._streams.read(tx, row.ref, Kind.TARGET)
        return None if data is None else _decoded(data)

    def waiting(self) -> tuple[JobId, ...]:
        """Return the jobs that are read and whose results nobody has tried to hand over."""
        with self._database.read() as tx:
            return tuple(JobId(raw.hex()) for (raw,) in tx.rows(_WAITING, Kind.TARGET.value))

    def fail(self, job_id: JobId, error_code: str) -> None:
        """Note why a result could not be handed over; a job without a target is left alone."""
        with self._database.write() as tx:
            row = find_row(tx, job_id)
            row.require_state(JobState.DONE)
            if has_target(tx, row.seq):
                tx.run(
                    "UPDATE job SET error_code = ?, changed = ? WHERE seq = ?",
                    error_code,
                    tx.stamp(),
                    row.seq,
                )


def put_target(tx: Transaction, streams: SealedStreams, job: JobRef, target: ResultTarget) -> None:
    """Seal where the result is to go with the result."""
    folder = None if target.folder is None else os.fspath(target.folder)
    shape = {"formats": list(target.formats), "folder": folder}
    streams.put(tx, job, Kind.TARGET, [json.dumps(shape, separators=(",", ":")).encode()])


def _decoded(data: bytes) -> ResultTarget:
    try:
        shape = json.loads(data)
        folder = shape["folder"]
        formats = tuple(str(one) for one in shape["formats"])
        return ResultTarget(formats, None if folder is None else Path(str(folder)))
    except (ValueError, KeyError, TypeError) as error:
        raise VaultDamaged from error
