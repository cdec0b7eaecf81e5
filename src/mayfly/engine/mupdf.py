"""MuPDF's Python face as one untyped name: it brings no types, so nothing is pretended."""

from __future__ import annotations

from typing import Any

import pymupdf as _pymupdf

pymupdf: Any = _pymupdf
