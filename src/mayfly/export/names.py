"""File names that every file system takes, from names that users and cameras gave."""

from __future__ import annotations

import unicodedata

_REFUSED = frozenset('/\\:*?"<>|')
# Marks that turn the direction of writing can make "exe.txt" look like "txt.exe".
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NO_TEXT = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10)}
)
MOST_BYTES = 130
"""A name may have 255 bytes, and 143 in a home folder under eCryptfs; " (999)" and the suffix
must fit behind."""
_NAMELESS = "document"


def clean_stem(stem: str) -> str:
    """Return the name without its suffix as every file system takes it; never empty."""
    kept = "".join(
        " " if one in _REFUSED else one
        for one in unicodedata.normalize("NFC", stem)
        if one not in _TURNS and unicodedata.category(one) not in _NO_TEXT
    )
    short = " ".join(kept.split()).encode()[:MOST_BYTES].decode(errors="ignore")
    # A leading dot hides a file, a leading dash is an option to many commands, and Windows
    # drops what stands at the end.
    bare = short.lstrip(" .-").rstrip(" .")
    # To Windows “com¹” and “con .txt” are devices, too.
    if unicodedata.normalize("NFKC", bare.split(".")[0]).strip().lower() in _DEVICES:
        return f"_{bare}"
    return bare or _NAMELESS


def numbered(stem: str, suffix: str, number: int) -> str:
    """Return the file name: "stem.txt" for 1, "stem (2).txt" for 2 and so on."""
    return f"{stem}{suffix}" if number == 1 else f"{stem} ({number}){suffix}"
