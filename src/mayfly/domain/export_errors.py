"""What can be wrong with a result for one form of file; places to write to are domain.errors'."""

from __future__ import annotations

from mayfly.domain.errors import ExportError


class NoTables(ExportError):
    """Tables were asked for, and no chosen page has one."""

    code = "no_tables"
    text = "No table was found in this document, so there is nothing to write as CSV."
    remedy = "Choose other pages, or another format: words writes every word with its place as CSV."
