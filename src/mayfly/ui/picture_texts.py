"""What is said of a picture of a document: where it is, how large, what it shows."""

from __future__ import annotations

from mayfly.domain.images import ImageBlock, ImageKind
from mayfly.services.picture_list import PictureView
from mayfly.ui.wording import Tr, bytes_text, number_text


def title_text(tr: Tr, block: ImageBlock) -> str:
    """Return which picture it is: “Page 3, picture 1”."""
    page, number = number_text(block.image_id.page), number_text(block.image_id.number)
    return tr("Page {page}, picture {number}").format(page=page, number=number)


def size_text(tr: Tr, block: ImageBlock) -> str:
    """Return its pixels, and what it shows where that is known."""
    # Without the grouping of numbers: 1,200 × 800 is not how sizes of pictures are written.
    pixels = tr("{width} × {height} px").format(width=block.width_px, height=block.height_px)
    kind = kind_text(tr, block.kind)
    return f"{pixels} · {kind}" if kind else pixels


def whole_text(tr: Tr, view: PictureView) -> str:
    """Return everything that is known of it in one line."""
    block = view.block
    parts = [title_text(tr, block), size_text(tr, block), block.image_type.name]
    parts.append(bytes_text(block.size_bytes))
    return " · ".join(parts)


def kind_text(tr: Tr, kind: ImageKind) -> str:
    """Return what it shows; nothing where that could not be told."""
    return {
        ImageKind.PHOTO: tr("photo"),
        ImageKind.DIAGRAM: tr("diagram"),
        ImageKind.LOGO: tr("logo"),
        ImageKind.SIGNATURE: tr("signature"),
        ImageKind.STAMP: tr("stamp"),
        ImageKind.CHART: tr("chart"),
        ImageKind.UNKNOWN: "",
    }[kind]
