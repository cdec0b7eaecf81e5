"""Names of jobs and batches: 128 random bits, never derived from a document."""

from __future__ import annotations

import re
import secrets
from typing import NewType

JobId = NewType("JobId", str)
BatchId = NewType("BatchId", str)

_SHAPE = re.compile(r"[0-9a-f]{32}")


def new_job_id() -> JobId:
    """Return 32 hex digits that nobody can guess and that say nothing."""
    return JobId(secrets.token_hex(16))


def new_batch_id() -> BatchId:
    """Return 32 hex digits that nobody can guess and that say nothing."""
    return BatchId(secrets.token_hex(16))


def is_id(text: str) -> bool:
    """Tell whether the text has the shape of a job or batch id."""
    return _SHAPE.fullmatch(text) is not None
