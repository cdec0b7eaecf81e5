"""What users may write behind an option, and how a wrong one is refused."""

from __future__ import annotations

import argparse
import difflib
from datetime import timedelta

from mayfly.domain.exports import ExportFormat, PageChoice, parse_page_choice
from mayfly.domain.images import ImageId, parse_image_id
from mayfly.domain.retention import MOST_HOURS
from mayfly.domain.states import JobState

FORMATS = ", ".join(ExportFormat)
"""What a result can be exported as."""

_PUBLIC_KEY_BYTES = 32

_HOURS_IN = {"h": 1, "d": 24}

_AGE_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_AGE_DIGITS = 5
"""A moment so long ago has a date: 9,999 weeks are 191 years."""


def retention_hours(text: str) -> int:
    """Return whole hours from “24h”, “7d” or “24”; 0 to 168."""
    unit = _HOURS_IN.get(text[-1:].lower())
    count = text[:-1] if unit else text
    if not (count.isascii() and count.isdigit()):
        raise argparse.ArgumentTypeError(f"“{text}” is not a time: write hours or days, 24h or 7d")
    hours = int(count) * (unit or 1)
    if hours > MOST_HOURS:
        raise argparse.ArgumentTypeError(f"“{text}” is more than 7 days ({MOST_HOURS}h), the most")
    return hours


def languages(text: str) -> tuple[str, ...]:
    """Return the codes of “eng+deu”; each once, in the order given."""
    codes = tuple(dict.fromkeys(text.replace(",", "+").split("+")))
    if not all(codes):
        raise argparse.ArgumentTypeError(f"“{text}” names no language: write eng or eng+deu")
    return codes


def export_formats(text: str) -> tuple[ExportFormat, ...]:
    """Return the formats of “txt,pdf”; each once, in the order given."""
    chosen = []
    for one in dict.fromkeys(text.lower().split(",")):
        try:
            chosen.append(ExportFormat(one))
        except ValueError:
            message = f"“{one}” is not a format; there are {FORMATS}"
            raise argparse.ArgumentTypeError(message) from None
    return tuple(chosen)


def page_choice(text: str) -> PageChoice:
    """Return the pages of “1-3,7,9-”."""
    try:
        return parse_page_choice(text)
    except ValueError:
        message = f"“{text}” names no pages: write 2, 1-3,7 or 9- (from the ninth on)"
        raise argparse.ArgumentTypeError(message) from None


def job_states(text: str) -> frozenset[JobState]:
    """Return the states of “done,failed”."""
    chosen = set()
    for one in text.split(","):
        try:
            chosen.add(JobState(one))
        except ValueError:
            raise argparse.ArgumentTypeError(_not_a_state(one)) from None
    return frozenset(chosen)


def living_states(text: str) -> frozenset[JobState]:
    """Return the states of “done,failed”; a deleted job cannot be deleted again."""
    chosen = job_states(text)
    if JobState.DELETED in chosen:
        raise argparse.ArgumentTypeError("“deleted” cannot be chosen: those jobs are gone already")
    return chosen


def age(text: str) -> timedelta:
    """Return the span of “90m”, “12h”, “7d” or “2w”; the unit must be there."""
    unit = _AGE_UNITS.get(text[-1:].lower())
    count = text[:-1]
    if unit is None or not (count.isascii() and count.isdigit() and len(count) < _AGE_DIGITS):
        raise argparse.ArgumentTypeError(
            f"“{text}” is not an age: write 90m, 12h, 7d or 2w (minutes, hours, days, weeks)"
        )
    return int(count) * unit


def page_number(text: str) -> int:
    """Return a page number, counted from 1."""
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise argparse.ArgumentTypeError(f"“{text}” is not a page number; the first page is 1")
    return int(text[:9])


def image_ids(text: str) -> tuple[ImageId, ...] | None:
    """Return the pictures of “1-2,3-1”, each once; None for “all”."""
    if text == "all":
        return None
    try:
        return tuple(dict.fromkeys(parse_image_id(one.strip()) for one in text.split(",")))
    except ValueError as error:
        told = f"“{text}” names no pictures; write all, or PAGE-NUMBER as 1-2 or 1-2,3-1"
        raise argparse.ArgumentTypeError(told) from error


def link_hours(text: str) -> int:
    """Return whole hours; 1 to 168."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_HOURS):
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of hours; write 1 to 168")
    return int(text)


def count_of(text: str) -> int:
    """Return how many; at least 1."""
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of entries; write 1 or more")
    return int(text[:9])


def public_key(text: str) -> bytes:
    """Return the 32 bytes of a public key."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _PUBLIC_KEY_BYTES:
        message = f"“{text}” is not a public key, which is {2 * _PUBLIC_KEY_BYTES} hex digits"
        raise argparse.ArgumentTypeError(message)
    return key


def descriptor(text: str) -> int:
    """Return the number of an open file."""
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise argparse.ArgumentTypeError(f"“{text}” is not the number of an open file")
    return int(text)


def _not_a_state(text: str) -> str:
    near = difflib.get_close_matches(text.lower(), list(JobState), n=1)
    hint = f"; did you mean “{near[0]}”?" if near else f"; there are {', '.join(JobState)}"
    return f"“{text}” is not a state{hint}"
