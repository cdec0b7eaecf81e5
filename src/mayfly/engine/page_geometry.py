"""From a PDF page's own coordinates to what is seen, where PyMuPDF's matrices fall short.

WORKAROUND: PyMuPDF 1.28.2. The rotation matrix of a turned page leaves its UserUnit out, and
the transformation matrix of one leaves out where its crop box begins, too: words of such pages
were as far off as the box or the unit is.
"""

from __future__ import annotations

from typing import Any

from mayfly.engine.mupdf import pymupdf


def turned_matrix(page: Any) -> Any:  # noqa: ANN401 - MuPDF is untyped
    """Return the matrix from the page as if it were not turned to the page as it is seen."""
    width, height = page.rect.width, page.rect.height
    return {
        90: pymupdf.Matrix(0, 1, -1, 0, width, 0),
        180: pymupdf.Matrix(-1, 0, 0, -1, width, height),
        270: pymupdf.Matrix(0, -1, 1, 0, 0, height),
    }.get(page.rotation, pymupdf.Matrix(1, 1))


def seen_to_user_space(page: Any) -> Any:  # noqa: ANN401
    """Return the matrix from the page as it is seen to the coordinates its content is in."""
    back = ~turned_matrix(page)
    rotation = page.rotation
    if rotation:
        page.set_rotation(0)
    flip = ~page.transformation_matrix
    if rotation:
        page.set_rotation(rotation)
    return back * flip
