"""0 hours: what is to be gone as soon as a document was read goes with the end of its reading."""

from __future__ import annotations

import logging

from mayfly.domain.errors import UserError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Job, Part
from mayfly.domain.ports import Clock
from mayfly.domain.states import DeleteReason
from mayfly.domain.vault_port import Vault
from mayfly.services.deletion import Deletions

_log = logging.getLogger(__name__)


class AtOnce:
    """Destroys what a job keeps for 0 hours, without waiting for an alarm or a sweep."""

    def __init__(self, vault: Vault, deletions: Deletions, *, clock: Clock) -> None:
        self._vault = vault
        self._deletions = deletions
        self._clock = clock

    def ended(self, job_id: JobId) -> None:
        """Destroy it now. Only on the vault lane, in the breath in which reading was ended.

        What cannot be destroyed now is past its end all the same: nothing shows it, and every
        sweep tries again.
        """
        try:
            parts = self._over(self._vault.job(job_id, self._clock.now()))
            if parts:
                self._deletions.destroy([job_id], parts, DeleteReason.ZERO_RETENTION)
        except UserError as error:
            _log.warning("0 hours are left to the sweep: %s", error.code)

    def _over(self, job: Job) -> frozenset[Part]:
        now = self._clock.now()
        ends = {
            Part.SOURCE: (job.source_present, job.rule.source_hours, job.source_delete_at),
            Part.RESULT: (job.result_present, job.rule.result_hours, job.result_delete_at),
        }
        return frozenset(
            part for part, (there, hours, end) in ends.items() if there and not hours and end <= now
        )
