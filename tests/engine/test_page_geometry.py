"""Words of a file's own text have their boxes where they are seen, whatever the page is like."""

from __future__ import annotations

import numpy as np
import pymupdf
import pytest

from mayfly.engine.text_layer import words_of

DPI = 100


@pytest.mark.parametrize("unit", ["1", "0.5", "3"])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_every_word_is_boxed_where_it_is_drawn(rotation, unit):
    document = pymupdf.open()
    page = document.new_page(width=300, height=200)
    page.insert_text((40, 60), "Harbour wall", fontsize=20)
    document.xref_set_key(page.xref, "MediaBox", "[-20 -10 280 190]")
    document.xref_set_key(page.xref, "UserUnit", unit)
    page.set_rotation(rotation)
    page = document.reload_page(page)

    words = words_of(page, DPI)

    pixmap = page.get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY)
    ink = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride) < 128
    assert [word.text for word in words] == ["Harbour", "wall"]
    for word in words:
        box = word.box
        area = (slice(box.top, box.top + box.height), slice(box.left, box.left + box.width))
        assert ink[area].any(), word
        ink[area] = False
    assert not ink.any()
