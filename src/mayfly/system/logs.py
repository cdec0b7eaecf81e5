"""A log that can be shown to anybody: types, places, counts and codes, never content.

Messages of exceptions and of other libraries can carry names, paths and words, so none is
ever written; of our own messages only the fixed part and values that cannot tell anything.
"""

from __future__ import annotations

import _thread
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from mayfly.domain.error_codes import BY_CODE
from mayfly.domain.errors import VaultNotWritable
from mayfly.domain.ids import is_id
from mayfly.system.paths import make_private_folder

_log = logging.getLogger(__name__)

_OURS = "mayfly"
_FILE_BYTES = 512 << 10
_OLD_FILES = 1
_MOST_FRAMES = 40
_AGAIN_S = 0.05
_HIDDEN = "<…>"
_OUR_LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [A-Z]+ [\w.]+ [\w.<>-]+:\d+( .*)?|  [\w.<>]+ at .*"
)


def start_logging(path: Path | None, level: int = logging.INFO) -> None:
    """Log into the file, made at the first line, and nowhere else; None logs nothing.

    Nothing reaches standard error: of a desktop program it ends in the system's journal.
    Uncaught exceptions of any thread are logged by type and place.
    """
    # Otherwise a failing handler prints the message and its values to standard error.
    logging.raiseExceptions = False
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    handler: logging.Handler = logging.NullHandler() if path is None else _PrivateFile(path)
    handler.setFormatter(ContentFree())
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(level)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread
    sys.unraisablehook = _log_unraisable


def is_our_line(line: str) -> bool:
    """Tell whether a line of a log has the form in which ContentFree writes."""
    return bool(_OUR_LINE.fullmatch(line))


class ContentFree(logging.Formatter):
    """Formats a record without anything that could come from a document."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, and one more for each exception in the chain."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        where = f"{record.filename}:{record.lineno}"
        head = f"{moment} {record.levelname} {record.name} {where}"
        if record.name.split(".")[0] == _OURS:
            head = f"{head} {_fixed_part(record)}"
        error = record.exc_info[1] if record.exc_info else None
        return "\n".join([head, *(f"  {line}" for line in describe_error(error))])


def describe_error(error: BaseException | None) -> Iterator[str]:
    """Yield a line for the error and each one behind it: type, code and places, no message."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        kind = type(error)
        places = " < ".join(_places(error.__traceback__))
        yield f"{kind.__module__}.{kind.__qualname__} at {places or 'no place'}"
        error = error.__cause__ or error.__context__


class _PrivateFile(RotatingFileHandler):
    """A log file that only its owner may read, made with its folder when it is needed."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, maxBytes=_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8", delay=True
        )

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        try:
            make_private_folder(path.parent)
        except VaultNotWritable:
            # Without a log Mayfly still works.
            return open(os.devnull, "a", encoding="utf-8")  # noqa: PTH123
        fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return open(fd, "a", encoding="utf-8")  # noqa: PTH123


def _fixed_part(record: logging.LogRecord) -> str:
    """Return our own message with the values that tell nothing; others are left out."""
    if not isinstance(record.msg, str):
        return _HIDDEN
    if not record.args:
        return record.msg.replace("%%", "%")
    values = record.args if isinstance(record.args, tuple) else (_HIDDEN,)
    try:
        return record.msg % tuple(_harmless(value) for value in values)
    except (TypeError, ValueError):
        return record.msg


def _harmless(value: Any) -> Any:  # noqa: ANN401 - whatever was given to a log call
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str) and (value in BY_CODE or is_id(value)):
        return value
    if isinstance(value, type):
        return value.__qualname__
    return _HIDDEN


def _places(traceback: TracebackType | None) -> list[str]:
    """Return file:line of each frame, innermost first, with no more path than tells the module."""
    places: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{'/'.join(Path(code.co_filename).parts[-2:])}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return places[::-1][:_MOST_FRAMES]


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.critical("uncaught", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_value is not None and not issubclass(failure.exc_type, SystemExit):
        _log.critical("uncaught in a thread", exc_info=failure.exc_value)


def _log_unraisable(failure: sys.UnraisableHookArgs) -> None:
    if isinstance(failure.exc_value, KeyboardInterrupt):
        # Ctrl-C came while an object was being taken down, where nothing can be raised: said
        # again a moment later, outside of this hook, or it would be lost.
        threading.Timer(_AGAIN_S, _thread.interrupt_main).start()
    elif failure.exc_value is not None:
        _log.error("failed where nobody could be told", exc_info=failure.exc_value)
