"""What a look at this machine found, and how far the promise of deletion holds on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How a finding stands."""

    GOOD = "good"
    NOTICE = "notice"
    PROBLEM = "problem"


class Promise(StrEnum):
    """How far “deleted” holds on this machine, from best to worst."""

    FULL = "full"
    LIMITED = "limited"
    UNKNOWN = "unknown"
    WEAK = "weak"


PROMISES = {
    Promise.FULL: "When something is deleted its key is destroyed; what is left on the disk cannot "
    "be decrypted, not even by someone who has this disk and your login password.",
    Promise.LIMITED: "When something is deleted its key is destroyed, and a copy of the vault does "
    "not bring it back; but what is marked here can help someone who has this machine or its disk.",
    Promise.UNKNOWN: "When something is deleted its key is destroyed; but whether this machine "
    "keeps an old part of the key on its disk is not known.",
    Promise.WEAK: "When something is deleted its key is destroyed in the vault; but this machine "
    "may keep the old key on its disk, and someone with your login password may use it.",
}
"""What each means, in one sentence."""

_FROM_BEST = tuple(Promise)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact: a stable key, its value in words, its grade.

    meaning is what follows for the promise that the key is destroyed and that what is left on
    the disk cannot be decrypted; remedy what to do, "" where there is nothing. bound is the
    best promise that this fact allows. Key, value, meaning and remedy are texts to translate;
    a value that holds a path or a number is the same in every language.
    """

    key: str
    value: str
    grade: Grade
    meaning: str = ""
    remedy: str = ""
    bound: Promise = Promise.FULL


@dataclass(frozen=True, slots=True)
class Inspection:
    """All findings, in the order to show them."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is a problem."""
        return all(one.grade is not Grade.PROBLEM for one in self.findings)

    @property
    def promise(self) -> Promise:
        """Return how far deletion holds here: no further than the worst finding allows."""
        bounds = [one.bound for one in self.findings]
        return max(bounds, key=_FROM_BEST.index, default=Promise.UNKNOWN)

    @property
    def sentence(self) -> str:
        """Return what the promise means; a text to translate."""
        return PROMISES[self.promise]

    def find(self, key: str) -> Finding | None:
        """Return the finding of this key, if there is one."""
        return next((one for one in self.findings if one.key == key), None)
