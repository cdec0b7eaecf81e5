"""What can go wrong with exported files; folders to write to are domain.errors'."""

from __future__ import annotations

from mayfly.domain.errors import ExportError, NoSuchPage, TargetNotWritable


class ExportCancelled(ExportError):
    """The user, or the end of Mayfly, stopped the export before this file was whole."""

    code = "export_cancelled"
    text = "The export was stopped before this file was written."
    remedy = "Nothing of the file was left behind; export it again if you need it."


class TargetFull(TargetNotWritable):
    """No space is left where the file was to go."""

    code = "target_full"
    text = "The disk to write to is full."
    remedy = "Nothing of the file was left behind. Free some space there, or choose another folder."


class NamePatternWrong(ExportError):
    """A pattern, or the name of a zip, that gives no name which every file system takes."""

    code = "name_pattern_wrong"
    text = "Files cannot be named like that."
    remedy = (
        "Write text and {name}, {job}, {batch}, {date}, {number}, {format} or {pages}; no slash"
        " and no other sign that file names cannot have."
    )
    exit_status = 2


class PageNotRead(NoSuchPage):
    """A page that was chosen is there, but could not be read."""

    code = "page_not_read"
    text = "One of the chosen pages could not be read."
    remedy = "Choose other pages, or have the document read again with “mayfly retry”."


class NoTables(ExportError):
    """Tables were asked for, and no chosen page has one."""

    code = "no_tables"
    text = "No table was found in this document, so there is nothing to write as CSV."
    remedy = "Choose other pages, or another format: words writes every word with its place as CSV."
