"""Every colour of the window, by its task, once for light and once for dark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tones:
    """Colours by their task. Text on its ground has a contrast of at least 4.5 to 1."""

    dark: bool
    window: str
    ground: str
    raised: str
    hover: str
    chosen: str
    line: str
    text: str
    dim: str
    faint: str
    accent: str
    accent_hover: str
    on_accent: str
    handle: str
    """Of a scroll bar."""
    good: str
    warn: str
    bad: str
    bad_hover: str
    on_bad: str
    warn_ground: str
    desk: str
    """Behind the page."""
    word: str
    """Outline of a word's box on the page, which is paper in both themes."""
    doubt: str
    """Fill of a doubtful word's box."""


LIGHT_TONES = Tones(
    dark=False,
    window="#f3f5f4",
    ground="#ffffff",
    raised="#ffffff",
    hover="#eff3f2",
    chosen="#d9ece9",
    line="#d9dfdd",
    text="#1b2321",
    dim="#5a6764",
    faint="#737f7c",
    accent="#0e6f67",
    accent_hover="#0b5c55",
    on_accent="#ffffff",
    handle="#c2cbc8",
    good="#1a7048",
    warn="#8a5200",
    bad="#b3261e",
    bad_hover="#991f18",
    on_bad="#ffffff",
    warn_ground="#fff4dd",
    desk="#e3e8e6",
    word="#0e6f67",
    doubt="#f0a020",
)

DARK_TONES = Tones(
    dark=True,
    window="#171b1a",
    ground="#1e2322",
    raised="#252b2a",
    hover="#262d2b",
    chosen="#1f4641",
    line="#333c3a",
    text="#e6ecea",
    dim="#a3b0ac",
    faint="#8a9793",
    accent="#62c7bb",
    accent_hover="#7dd5ca",
    on_accent="#06211e",
    handle="#434d4a",
    good="#7ccf9f",
    warn="#eab963",
    bad="#f4938a",
    bad_hover="#f8aaa3",
    on_bad="#2b0c09",
    warn_ground="#3a2f18",
    desk="#111413",
    word="#0e6f67",
    doubt="#f0a020",
)
