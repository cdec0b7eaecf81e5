"""The promise of deletion in words: short for the chip, in full for the page. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mayfly.domain.inspection import Finding, Grade, Inspection, Promise
from mayfly.ui.wording import Tr


@dataclass(frozen=True, slots=True)
class Look:
    """An icon and the tone it is drawn in."""

    icon: str
    tone: str


PROMISE_LOOKS = {
    Promise.FULL: Look("shield", "good"),
    Promise.LIMITED: Look("shield-limits", "warn"),
    Promise.UNKNOWN: Look("shield-unknown", "warn"),
    Promise.WEAK: Look("shield-weak", "bad"),
}

GRADE_LOOKS = {
    Grade.GOOD: Look("done", "good"),
    Grade.NOTICE: Look("notice", "warn"),
    Grade.PROBLEM: Look("failed", "bad"),
}


def promise_word(tr: Tr, promise: Promise) -> str:
    """Return how far the promise holds here, in a few words."""
    return {
        Promise.FULL: tr("Promise: full"),
        Promise.LIMITED: tr("Promise: limited"),
        Promise.UNKNOWN: tr("Promise: not known"),
        Promise.WEAK: tr("Promise: weak"),
    }[promise]


def promise_heading(tr: Tr, promise: Promise) -> str:
    """Return the same as a heading."""
    return {
        Promise.FULL: tr("On this machine the promise holds in full"),
        Promise.LIMITED: tr("On this machine the promise holds, with limits"),
        Promise.UNKNOWN: tr("How far the promise holds here is not known"),
        Promise.WEAK: tr("On this machine the promise is weak"),
    }[promise]


def grade_word(tr: Tr, grade: Grade) -> str:
    """Return a grade as a screen reader says it."""
    return {
        Grade.GOOD: tr("Good"),
        Grade.NOTICE: tr("Notice"),
        Grade.PROBLEM: tr("Problem"),
    }[grade]


def finding_title(tr: Tr, finding: Finding) -> str:
    """Return what was looked at and what was found."""
    name = tr(finding.key)
    return f"{name[:1].upper()}{name[1:]}: {tr(finding.value)}"


def inspection_text(tr: Tr, inspection: Inspection) -> str:
    """Return all of it as plain text, to be copied."""
    lines = [promise_heading(tr, inspection.promise), tr(inspection.sentence), ""]
    for one in inspection.findings:
        lines.append(f"[{grade_word(tr, one.grade)}] {finding_title(tr, one)}")
        lines.extend(f"    {tr(text)}" for text in (one.meaning, one.remedy) if text)
    return "\n".join(lines) + "\n"
