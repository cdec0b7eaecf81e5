"""Texts in the user's language, from catalogues in resources/translations."""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable

from mayfly.system.resources import resource_folder

DOMAIN = "mayfly"
AUTO = "auto"
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def translator(language: str = AUTO) -> Callable[[str], str]:
    """Return a function that gives a text in the language, or as it is where it has none.

    language is a code such as de or de_AT; auto asks the environment, as gettext does.
    Texts are written in English, so en translates nothing.
    """
    catalogue = _catalogue(language)
    if catalogue is None:
        return _unchanged
    # gettext answers an empty text with the catalogue's header.
    return lambda text: catalogue.gettext(text) if text else text


def text_language(language: str = AUTO) -> str:
    """Return the code of the language that translator gives texts in: en where it has none."""
    catalogue = _catalogue(language)
    header = catalogue.gettext("") if catalogue is not None else ""
    lines = (line.partition(": ") for line in header.splitlines())
    return next((value for name, _, value in lines if name == "Language"), "en")


def text_languages() -> tuple[str, ...]:
    """Return the codes of the languages that there are texts in; English is one without a file."""
    folder = resource_folder() / "translations"
    found = {path.parent.parent.name for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return tuple(sorted({"en", *found}))


def _catalogue(language: str) -> gettext.NullTranslations | None:
    wanted = _wanted() if language == AUTO else [language]
    if not wanted or wanted[0].split("_")[0] in ("en", "C", "POSIX"):
        return None
    return gettext.translation(
        DOMAIN, str(resource_folder() / "translations"), wanted, fallback=True
    )


def _wanted() -> list[str]:
    for variable in _VARIABLES:
        if value := os.environ.get(variable):
            return [one.split(".")[0].split("@")[0] for one in value.split(":") if one]
    return []


def _unchanged(text: str) -> str:
    return text
