"""What one document may cost. Each limit is a clear message when it is met."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one document and its worker; the defaults are the product's."""

    source_bytes: int = 1 << 30
    pages: int = 5_000
    page_pixels: int = 180_000_000
    """An image that decodes to more is refused (Pillow warns from 89 Mpx, errors at 179)."""
    render_pixels: int = 40_000_000
    """A PDF page is rendered at the highest resolution up to 300 dpi that stays below."""
    side_pixels: int = 32_000
    """Tesseract refuses images of more than 32,767 pixels a side."""
    open_timeout_s: float = 30.0
    page_timeout_s: float = 120.0
    cpu_s: int = 180
    """CPU seconds for opening and for each page, of the worker itself and of its child."""
    worker_bytes: int = 4 << 30
    """Address space of a worker and of each child."""
    words_per_page: int = 200_000
    image_pixels: int = 40_000_000
    """A picture on a page that has more is left out."""
    images_bytes_per_page: int = 64 << 20
    """What all the pictures of one page may have, encoded; what is beyond is left out."""
