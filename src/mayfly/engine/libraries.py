"""Imports everything that opens documents, quietly and once, before a worker forks."""

from __future__ import annotations

import tempfile
import warnings

import cv2
import numpy as np
import pillow_heif
import pytesseract
from PIL import Image, ImageFile

from mayfly.engine.mupdf import pymupdf
from mayfly.engine.protocol import Setup


def load_libraries(setup: Setup) -> None:
    """Set the libraries' own limits and places; nothing of a document is there yet."""
    tempfile.tempdir = str(setup.scratch)
    pytesseract.pytesseract.tesseract_cmd = str(setup.program)
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    # Children are forked: no library may keep threads.
    cv2.setNumThreads(1)
    Image.init()
    pillow_heif.register_heif_opener(thumbnails=False)
    warnings.simplefilter("ignore")
    # Pillow warns above this and fails only above twice as much: the warning must fail too.
    Image.MAX_IMAGE_PIXELS = setup.limits.page_pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    _warm_up()


def _warm_up() -> None:
    """Run each library once, so that what it loads late is loaded before the lock-down."""
    document = pymupdf.open()
    page = document.new_page(width=72, height=72)
    page.insert_text((10, 30), "warm", fontname="helv")
    page.get_pixmap(colorspace=pymupdf.csGRAY)
    page.get_text("words")
    document.close()
    cv2.GaussianBlur(np.zeros((8, 8), np.uint8), (0, 0), 1.0)
