"""What comes back from reading: a page's words, its picture, and the pictures found on it."""

from __future__ import annotations

from dataclasses import dataclass

from mayfly.domain.images import FoundImage
from mayfly.domain.pages import PageImage, PageResult


@dataclass(frozen=True, slots=True)
class PageReading:
    """What a reader hands back for one page; images are the pictures that were found on it."""

    result: PageResult
    image: PageImage
    images: tuple[FoundImage, ...] = ()
