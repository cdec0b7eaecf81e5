"""The Engine: starts readers as worker processes and says what they can do.

Stands in the main process. Nothing here may import what opens documents: no MuPDF, Pillow,
OpenCV, NumPy or pytesseract.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from mayfly.domain.document_errors import LanguageMissing
from mayfly.domain.errors import MayflyError
from mayfly.domain.limits import Limits
from mayfly.domain.ports import EngineInfo
from mayfly.engine.channel import Channel
from mayfly.engine.language_data import join_language_data, languages_in
from mayfly.engine.protocol import Setup
from mayfly.engine.reader import WorkerReader
from mayfly.engine.scratch import is_in_memory, make_scratch
from mayfly.engine.tesseract_program import ask_version, data_folders, find_program
from mayfly.engine.worker_process import start_process

_PACKAGE_ROOT = Path(__file__).resolve().parent.parent.parent
_COMMAND = (sys.executable, "-P", "-s", "-B", "-m", "mayfly.engine.worker")


class WorkerEngine:
    """Starts workers. One instance serves many threads: it keeps no state but what it learnt.

    tessdata is a folder of Mayfly's own for joined language data, user_tessdata where the
    user's own .traineddata files lie, fallback_scratch where scratch folders go on a system
    without a memory folder. program is the user's choice of tesseract, if any.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        tessdata: Path,
        user_tessdata: Path,
        fallback_scratch: Path,
        program: Path | None = None,
        worker_command: Sequence[str] | None = None,
    ) -> None:
        self._limits = limits
        # Workers stand in the root folder.
        self._tessdata = tessdata.absolute()
        self._user_tessdata = user_tessdata.absolute()
        self._fallback_scratch = fallback_scratch.absolute()
        self._program = program
        self._command = tuple(worker_command or _COMMAND)
        self._isolation: tuple[str, ...] | None = None

    def start_reader(self) -> WorkerReader:
        """Start a worker process; it is ready to open a document when this returns.

        Raises RecogniserMissing without a tesseract program, ReaderCrashed or ReadingTimedOut
        when the worker does not come up.
        """
        program = find_program(self._program)
        self._join()
        scratch = make_scratch(self._fallback_scratch)
        try:
            process, read_fd, write_fd = start_process(self._command, _environment(), scratch)
        except MayflyError:
            scratch.discard()
            raise
        reader = WorkerReader(process, Channel(read_fd, write_fd), self._limits)
        setup = Setup(
            scratch=scratch.folder,
            wipe=not scratch.in_memory,
            tessdata=self._tessdata,
            user_tessdata=self._user_tessdata,
            program=program,
            limits=self._limits,
        )
        self._isolation = reader.prepare(setup)
        return reader

    def describe(self) -> EngineInfo:
        """Ask the program for its version and languages; RecogniserMissing when none is found.

        What holds workers back is known from the last one; the first call may start one.
        """
        program = find_program(self._program)
        version = ask_version(program)
        self._join()
        if self._isolation is None:
            self.start_reader().kill()
        return EngineInfo(
            engine="Tesseract",
            version=version,
            program=str(program),
            languages=languages_in(self._tessdata),
            scratch="/dev/shm" if is_in_memory() else str(self._fallback_scratch),  # noqa: S108
            scratch_in_memory=is_in_memory(),
            isolation=self._isolation or (),
        )

    def check_languages(self, languages: Sequence[str]) -> None:
        """Raise LanguageMissing or RecogniserMissing before a job starts."""
        find_program(self._program)
        self._join()
        if not languages or not set(languages) <= set(languages_in(self._tessdata)):
            raise LanguageMissing

    def _join(self) -> None:
        # There before any worker is, or none of them could read what is added later.
        self._user_tessdata.mkdir(mode=0o700, parents=True, exist_ok=True)
        join_language_data(self._tessdata, data_folders(self._user_tessdata))


def _environment() -> dict[str, str]:
    """Return all that a worker inherits: nothing of the user's session, nothing of a document.

    OMP_THREAD_LIMIT: with OpenMP's default, 31 pages on 2 cores took 280 s instead of 27.
    """
    environment = {
        # Else Python asks the system's name service for one, over a socket.
        "HOME": "/",
        "LANG": "C.UTF-8",
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ORT_DISABLE_TELEMETRY": "1",
        "PATH": os.defpath,
        "PYTHONPATH": str(_PACKAGE_ROOT),
    }
    if "LD_LIBRARY_PATH" in os.environ:
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return environment
