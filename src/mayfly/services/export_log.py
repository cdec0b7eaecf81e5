"""Telling the audit log what was exported."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from mayfly.domain.audit import AuditKind
from mayfly.domain.audit_port import AuditLog
from mayfly.domain.errors import VaultError
from mayfly.domain.ids import JobId
from mayfly.domain.ports import Clock, Lane

_log = logging.getLogger(__name__)


class ExportLog:
    """Writes an entry for each file that got its name."""

    def __init__(self, audit: AuditLog, vault_lane: Lane, *, clock: Clock) -> None:
        self._audit = audit
        self._lane = vault_lane
        self._clock = clock

    def write_down(self, written: Sequence[tuple[JobId, str]]) -> None:
        """Tell of files, each by its job and its format.

        They are the user's by now: a log that cannot be written does not undo them.
        """
        for job_id, file_format in written:
            try:
                self._lane.submit(partial(self._append, job_id, file_format)).result()
            except VaultError as error:
                _log.warning("an export could not be written into the audit log: %s", error.code)

    def _append(self, job_id: JobId, file_format: str) -> None:
        detail = {"target": "file", "format": file_format}
        self._audit.append(AuditKind.EXPORTED, self._clock.now(), job_id=job_id, detail=detail)
