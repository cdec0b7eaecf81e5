"""Images as documents: every frame of a file is a page.

Multi-page TIFF, but GIF, WebP, AVIF and animated PNG too: an animation gives one page for
each of its frames (up to the page limit), because showing the first one only would lose
content in silence. A JPEG with several pictures in it (MPO: previews, stereo) gives one.
"""

from __future__ import annotations

import io
import struct

from PIL import Image

from mayfly.domain.document_errors import DamagedDocument, NoPages, PageTooLarge, TooManyPages
from mayfly.domain.limits import Limits
from mayfly.engine.image_pdf import PdfImage, images_to_pdf
from mayfly.engine.loaded_page import RENDER_DPI, VIEW_SIDE_PX, LoadedPage
from mayfly.engine.pixels import crop_of, flatten, shrink, to_gray

_SIGNATURES = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"II*\x00",
    b"MM\x00*",
    b"II+\x00",
    b"MM\x00+",
    b"BM",
    b"GIF87a",
    b"GIF89a",
    b"\x00\x00\x00\x0cjP  \r\n\x87\n",
    b"\xff\x4f\xff\x51",
)
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_AVIF_BRANDS = (b"avif", b"avis")
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "JPEG2000", "PPM", "HEIF", "AVIF")
_LOSSLESS = frozenset({"PNG", "TIFF", "BMP", "GIF", "PPM"})
_A4_LONG_IN = 11.69
_LEAST_DPI = 100
"""Cameras and editors write 72 or 96 when they know nothing."""
_MOST_DPI = 1_200
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def is_image(data: bytes) -> bool:
    """Tell whether the bytes begin like an image of a kind that is read."""
    head = data[:16]
    if head.startswith(_SIGNATURES):
        return True
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return True
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS + _AVIF_BRANDS:
        return True
    return len(head) > 2 and head[:1] == b"P" and head[1:2] in b"1234567" and head[2:3].isspace()


class ImageDocument:
    """An image file. Raises DamagedDocument, NoPages, TooManyPages or PageTooLarge on opening."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data = data
        self._limits = limits
        self._image = self._open()
        frames = 1 if self._image.format == "MPO" else int(getattr(self._image, "n_frames", 1))
        if frames < 1:
            raise NoPages
        if frames > limits.pages:
            raise TooManyPages
        self._frames = frames

    @property
    def page_count(self) -> int:
        """Number of frames."""
        return self._frames

    def load(self, number: int, *, take_text: bool) -> LoadedPage:
        """Return a frame, upright as its EXIF orientation says, alpha on white."""
        upright = self._upright(number)
        page = self._fit(upright)
        dpi = max(1, round(self._dpi(upright) * page.width / upright.width))
        view = shrink(page, VIEW_SIDE_PX)
        return LoadedPage(
            page.width,
            page.height,
            dpi,
            None,
            view,
            gray=lambda: to_gray(page),
            crop=lambda box: crop_of(page, box),
        )

    def to_pdf(self) -> bytes:
        """Return a PDF of the frames, upright, each at its own resolution."""
        return images_to_pdf(self._pdf_image(number + 1) for number in range(self._frames))

    def _open(self) -> Image.Image:
        try:
            image = Image.open(io.BytesIO(self._data), formats=_FORMATS)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise PageTooLarge from error
        if not image.width or not image.height:
            raise DamagedDocument
        return image

    def _upright(self, number: int) -> Image.Image:
        """Return a whole frame as gray or RGB; DamagedDocument when it cannot be decoded."""
        if number > 1:
            self._image.seek(number - 1)
        elif self._image.tell():
            self._image.seek(0)
        if self._image.width * self._image.height > self._limits.page_pixels:
            raise PageTooLarge
        self._image.load()
        turn = _TURNS.get(_orientation(self._image))
        frame = self._image if turn is None else self._image.transpose(turn)
        return flatten(frame)

    def _fit(self, image: Image.Image) -> Image.Image:
        """Reduce an image that Tesseract could not take or that would cost too much."""
        limits = self._limits
        scale = min(
            1.0,
            (limits.render_pixels / (image.width * image.height)) ** 0.5,
            limits.side_pixels / max(image.size),
        )
        if scale == 1.0:
            return image
        size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
        return image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)

    def _dpi(self, upright: Image.Image) -> float:
        """Return what the file says, or what the page would have if it were as long as A4."""
        told = self._image.info.get("dpi")
        if isinstance(told, tuple) and len(told) == 2:
            try:
                dpi = float(min(told))
            except (TypeError, ValueError, ZeroDivisionError):
                dpi = 0.0
            if _LEAST_DPI <= dpi <= _MOST_DPI:
                return dpi
        return max(float(_LEAST_DPI) / 2, min(max(upright.size) / _A4_LONG_IN, float(RENDER_DPI)))

    def _pdf_image(self, number: int) -> PdfImage:
        upright = self._upright(number)
        dpi = self._dpi(upright)
        is_plain = self._image.format == "JPEG" and _orientation(self._image) == 1
        if is_plain and self._image.mode in ("L", "RGB"):
            return PdfImage(self._data, upright.width, upright.height, dpi)
        out = io.BytesIO()
        if self._image.format in _LOSSLESS:
            upright.save(out, "PNG")
        else:
            # The source is lossy: lossless pixels would be many times its size.
            upright.save(out, "JPEG", quality=92)
        return PdfImage(out.getvalue(), upright.width, upright.height, dpi)


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 when there is none or it cannot be read."""
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except (OSError, SyntaxError, ValueError, TypeError, struct.error):
        return 1
    return value if value in _TURNS else 1
