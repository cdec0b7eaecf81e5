"""Files that come with Mayfly: icons, schemas, translations."""

from __future__ import annotations

from pathlib import Path

from mayfly.domain.errors import InternalError


def resource(name: str) -> Path:
    """Return the path of a packaged file or folder, such as icons/mayfly.svg.

    Raises InternalError when it is not there or lies outside: the installation is broken.
    """
    folder = resource_folder()
    path = folder / name
    if ".." in path.parts or not path.is_relative_to(folder) or not path.exists():
        raise InternalError("a resource is missing from the installation")
    return path


def resource_folder() -> Path:
    """Return the folder of an installed package, or of the checkout that this runs from."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent.parent / "resources"
