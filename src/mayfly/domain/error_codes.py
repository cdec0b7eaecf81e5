"""Errors by their codes, which is how the vault and the command line keep them."""

from __future__ import annotations

from mayfly.domain.document_errors import DocumentError, IntakeError, RecognitionError
from mayfly.domain.errors import UserError
from mayfly.domain.export_errors import NoTables
from mayfly.domain.handover import NotHandedOver
from mayfly.domain.image_errors import NoSuchImage
from mayfly.domain.storage_errors import StorageError

_BRANCHES: tuple[type[UserError], ...] = (
    UserError,
    IntakeError,
    DocumentError,
    RecognitionError,
    NotHandedOver,
    NoSuchImage,
    NoTables,
    StorageError,
)
"""The root, and the branches whose module must have been imported to be found below it."""


def _all_below(kind: type[UserError]) -> list[type[UserError]]:
    found = [kind]
    for child in kind.__subclasses__():
        found.extend(_all_below(child))
    return found


BY_CODE: dict[str, type[UserError]] = {
    kind.code: kind for branch in _BRANCHES for kind in _all_below(branch) if "code" in vars(kind)
}
"""Every error that can be stored by its code and shown again later."""


def error_of(code: str) -> UserError:
    """Return the error that a stored code stands for; an unknown code gives a plain UserError."""
    return BY_CODE.get(code, UserError)()
