"""Whether a window can be seen on this machine."""

from __future__ import annotations

from collections.abc import Mapping

_NEED_NO_DISPLAY = frozenset({"offscreen", "minimal", "minimalegl", "vnc", "linuxfb", "eglfs"})


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Tell whether Qt would find something to draw on; only Linux can be without."""
    if not platform.startswith("linux"):
        return True
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return True
    return environment.get("QT_QPA_PLATFORM", "").split(":")[0] in _NEED_NO_DISPLAY
