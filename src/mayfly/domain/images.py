"""Pictures that were found in a document: artifacts, so they live and die with the source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mayfly.domain.ids import JobId
from mayfly.domain.pages import Box

MOST_IMAGES_PER_PAGE = 256
"""More pictures of one page are not kept; its largest ones are."""


class ImageKind(StrEnum):
    """What a picture shows, where that can be told apart; UNKNOWN where it cannot."""

    PHOTO = "photo"
    DIAGRAM = "diagram"
    LOGO = "logo"
    SIGNATURE = "signature"
    STAMP = "stamp"
    CHART = "chart"
    UNKNOWN = "unknown"


class ImageType(StrEnum):
    """How a picture is encoded: the very bytes of a JPEG in the document, or a PNG."""

    PNG = "image/png"
    JPEG = "image/jpeg"

    @property
    def extension(self) -> str:
        """The suffix of its files, without the dot."""
        return "jpg" if self is ImageType.JPEG else "png"


@dataclass(frozen=True, slots=True, order=True)
class ImageId:
    """A picture of a job: page and number on the page, both counted from 1."""

    page: int
    number: int

    def __str__(self) -> str:
        return f"{self.page}-{self.number}"

    @property
    def stem(self) -> str:
        """The name of its file without the suffix; says nothing of what the picture shows."""
        return f"page-{self.page}-image-{self.number}"


def parse_image_id(text: str) -> ImageId:
    """Return the id that was printed as “3-1”; ValueError for anything else."""
    page, dash, number = text.partition("-")
    if not (dash and page.isascii() and page.isdigit() and number.isascii() and number.isdigit()):
        raise ValueError("no id of a picture")
    if not (int(page) and int(number)):
        raise ValueError("no id of a picture")
    return ImageId(int(page), int(number))


@dataclass(frozen=True, slots=True)
class ImageBlock:
    """One picture. box is where it stands on the page, in the page's pixels (PageResult).

    width_px and height_px are the picture's own size, size_bytes that of its encoded form.
    """

    image_id: ImageId
    box: Box
    width_px: int
    height_px: int
    kind: ImageKind
    image_type: ImageType
    size_bytes: int


@dataclass(frozen=True, slots=True)
class FoundImage:
    """A picture as a reader hands it over: the block and its encoded bytes."""

    block: ImageBlock
    data: bytes


@dataclass(frozen=True, slots=True)
class ImageRef:
    """A picture of a certain job."""

    job_id: JobId
    image_id: ImageId
