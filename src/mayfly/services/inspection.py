"""What this machine gives Mayfly, for “mayfly doctor”: facts with a grade, nothing promised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How a finding stands."""

    GOOD = "good"
    NOTICE = "notice"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact: a stable key, its value in words, its grade, and a remedy when it needs one."""

    key: str
    value: str
    grade: Grade
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """All findings, in the order to show them."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is a problem."""
        return all(one.grade is not Grade.PROBLEM for one in self.findings)
