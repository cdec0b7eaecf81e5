"""Which version of Mayfly this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def own_version() -> str:
    """Return the installed version, such as 1.0.0; "unknown" where nothing is installed."""
    try:
        return version("mayfly-ocr")
    except PackageNotFoundError:
        return "unknown"
