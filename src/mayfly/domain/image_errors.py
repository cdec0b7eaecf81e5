"""What can go wrong with the pictures of a document."""

from __future__ import annotations

from mayfly.domain.errors import JobError


class NoSuchImage(JobError):
    """No picture of that id was found in the document."""

    code = "no_such_image"
    text = "The document has no picture of that number."
    remedy = "“mayfly images JOB” shows the pictures there are."
    exit_status = 4
