"""PDFs written byte by byte, for what libraries do not offer: odd boxes, units and rotations."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page that shows one gray picture over its whole crop box.

    picture is as it is seen; it is stored turned back by rotate, as /Rotate wants it.
    """

    picture: Image.Image
    width_pt: int
    height_pt: int
    rotate: int = 0
    origin: tuple[int, int] = (0, 0)
    """Where the lower left corner of what is seen lies in the page's own coordinates."""
    margin_pt: int = 0
    """How much larger the media box is than the crop box, on each side."""
    user_unit: float = 1

    def stored(self) -> Image.Image:
        """Return the picture as it lies in the file; Pillow turns anticlockwise."""
        return self.picture.rotate(self.rotate, expand=True)


def raw_pdf(pages: Sequence[RawPage]) -> bytes:
    """Return the PDF."""
    kids = " ".join(f"{3 + 3 * index} 0 R" for index in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
    ]
    for index, page in enumerate(pages):
        objects += _page_objects(page, 3 + 3 * index)
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)


def _page_objects(page: RawPage, number: int) -> list[bytes]:
    image = page.stored()
    turned = page.rotate % 180 != 0
    width, height = (page.height_pt, page.width_pt) if turned else (page.width_pt, page.height_pt)
    left, bottom = page.origin
    crop = f"[{left} {bottom} {left + width} {bottom + height}]"
    more = page.margin_pt
    media = f"[{left - more} {bottom - more} {left + width + more} {bottom + height + more}]"
    unit = f" /UserUnit {page.user_unit}" if page.user_unit != 1 else ""
    head = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox {media} /CropBox {crop}"
        f" /Rotate {page.rotate}{unit}"
        f" /Contents {number + 1} 0 R /Resources << /XObject << /Im {number + 2} 0 R >> >> >>"
    )
    content = f"q {width} 0 0 {height} {left} {bottom} cm /Im Do Q".encode()
    samples = zlib.compress(image.convert("L").tobytes())
    return [
        head.encode(),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray"
        b" /BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream"
        % (image.width, image.height, len(samples), samples),
    ]
