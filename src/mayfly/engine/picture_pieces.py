"""Images that programs cut in strips or tiles, put together again as the page shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product

from PIL import Image

from mayfly.engine.drawn_images import Drawn

_TOUCH_PX = 2.0
"""Pieces of one picture meet to a fraction of a pixel; two pictures side by side rarely do."""

Edges = tuple[float, float]


@dataclass(slots=True)
class Whole:
    """One image, or several that leave no gap between them."""

    pieces: list[Drawn] = field(default_factory=list)
    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0

    @property
    def area(self) -> float:
        """How many pixels of the page it covers."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    @property
    def pixels(self) -> int:
        """How many pixels have to be decoded for it."""
        return sum(piece.pixels for piece in self.pieces)


def put_together(drawn: Iterable[Drawn]) -> list[Whole]:
    """Return every image, those that meet edge to edge as one: columns of strips, rows of tiles."""
    wholes = [Whole([one], one.left, one.top, one.right, one.bottom) for one in drawn]
    for along, across in ((_down, _sides), (_rightwards, _ends)):
        wholes = _joined(wholes, along, across)
    return wholes


def paste_together(
    whole: Whole, pixels_of: Callable[[Drawn], Image.Image | None], *, most_pixels: int
) -> Image.Image:
    """Return the pieces in one image, at the resolution of the first; on white where one is clear.

    ValueError when it cannot be done, or would be larger.
    """
    first = whole.pieces[0]
    shown = pixels_of(first)
    if shown is None:
        raise ValueError("a piece without pixels")
    across = shown.width / max(1.0, first.right - first.left)
    down = shown.height / max(1.0, first.bottom - first.top)
    size = (
        max(1, round((whole.right - whole.left) * across)),
        max(1, round((whole.bottom - whole.top) * down)),
    )
    if size[0] * size[1] > most_pixels:
        # The first may be squeezed into a hairline.
        raise ValueError("a picture of too many pixels")
    canvas = Image.new("RGB", size, (255, 255, 255))
    for piece in whole.pieces:
        pixels = shown if piece is first else pixels_of(piece)
        if pixels is None:
            continue
        left, right = (round((x - whole.left) * across) for x in (piece.left, piece.right))
        top, bottom = (round((y - whole.top) * down) for y in (piece.top, piece.bottom))
        part = pixels.convert("RGBA").resize((max(1, right - left), max(1, bottom - top)))
        canvas.paste(part, (left, top), part)
    return canvas


def _joined(
    wholes: Sequence[Whole],
    along: Callable[[Whole], Edges],
    across: Callable[[Whole], Edges],
) -> list[Whole]:
    """Join what ends where the next begins, with the same edges across."""
    open_ends: dict[tuple[int, int], Whole] = {}
    result: list[Whole] = []
    for whole in sorted(wholes, key=along):
        begin, _ = along(whole)
        key = (round(across(whole)[0]), round(across(whole)[1]))
        # A rounding error must not part two strips.
        near = (open_ends.get((key[0] + x, key[1] + y)) for x, y in product((0, -1, 1), repeat=2))
        before = next(
            (one for one in near if one and abs(along(one)[1] - begin) <= _TOUCH_PX), None
        )
        if before is None or before.pieces[0].is_stencil is not whole.pieces[0].is_stencil:
            open_ends[key] = whole
            result.append(whole)
            continue
        before.pieces += whole.pieces
        before.left, before.top = min(before.left, whole.left), min(before.top, whole.top)
        before.right = max(before.right, whole.right)
        before.bottom = max(before.bottom, whole.bottom)
    return result


def _down(whole: Whole) -> Edges:
    return whole.top, whole.bottom


def _sides(whole: Whole) -> Edges:
    return whole.left, whole.right


def _rightwards(whole: Whole) -> Edges:
    return whole.left, whole.right


def _ends(whole: Whole) -> Edges:
    return whole.top, whole.bottom
