"""Verifying a destination: step by step, with one probe object that is deleted again.

Only calls that a key limited to one bucket and prefix may do: nothing is listed, no bucket asked
for. What is asked of the bucket at the end may be refused.
"""

from __future__ import annotations

import hashlib
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from mayfly.domain.destinations import (
    StepNews,
    StepState,
    Traits,
    Verification,
    VerifyStep,
    VersionNews,
)
from mayfly.domain.storage_errors import (
    ClockWrong,
    MayNotRead,
    ObjectDiffers,
    ObjectStays,
    StorageError,
    StorageUnreachable,
)
from mayfly.export.s3_errors import MOST_SKEW
from mayfly.export.s3_pool import Pool
from mayfly.export.s3_store import Bucket, S3Store

_NOTE = "Mayfly wrote this to see whether it may, and meant to delete it again. "
_TYPE = "text/plain"


class Verifier:
    """One run through all steps."""

    def __init__(
        self, pool: Pool, bucket: Bucket, prefix: str, tell: Callable[[StepNews], None]
    ) -> None:
        self._pool = pool
        self._bucket = bucket
        self._tell = tell
        self._key = f"{prefix}mayfly-probe-{secrets.token_hex(16)}"
        self._note = (_NOTE + secrets.token_hex(16)).encode("ascii")
        self._sha256 = hashlib.sha256(self._note).digest()
        self._traits = Traits()
        self._socket: socket.socket | None = None
        self._seen = b""
        self._may_be_there = False

    def run(self) -> Verification:
        """Do every step until one fails; then take the probe object away, if that works."""
        steps: list[StepNews] = []
        for step, do in self._steps():
            self._tell(StepNews(step, StepState.RUNNING))
            news = self._done(step, do)
            self._tell(news)
            steps.append(news)
            if news.state is StepState.FAILED:
                break
        if self._may_be_there:
            with suppress(StorageError):
                S3Store(self._bucket, self._traits).delete(self._key)
        return Verification(tuple(steps), self._traits)

    def _steps(self) -> tuple[tuple[VerifyStep, Callable[[], bool]], ...]:
        return (
            (VerifyStep.CONNECT, self._connect),
            (VerifyStep.TLS, self._shake_hands),
            (VerifyStep.CLOCK, self._compare_clocks),
            (VerifyStep.WRITE, self._write),
            (VerifyStep.READ, self._read),
            (VerifyStep.COMPARE, self._compare),
            (VerifyStep.DELETE, self._delete),
            (VerifyStep.GONE, self._look_again),
            (VerifyStep.VERSIONS, self._ask_for_versions),
        )

    def _done(self, step: VerifyStep, do: Callable[[], bool]) -> StepNews:
        code = ""
        try:
            return StepNews(step, StepState.DONE if do() else StepState.SKIPPED)
        except StorageError as error:
            code = error.code
        except OSError:
            code = StorageUnreachable.code
        return StepNews(step, StepState.FAILED, code)

    # --- the steps: False skips one --------------------------------------------------------

    def _connect(self) -> bool:
        self._socket = self._pool.connect(self._pool.server.hosts[0])
        return True

    def _shake_hands(self) -> bool:
        sock, self._socket = self._socket, None
        if sock is not None:
            self._pool.keep(self._pool.shake_hands(sock, self._pool.server.hosts[0]))
        return self._pool.server.has_tls

    def _compare_clocks(self) -> bool:
        """Ask for the probe object before it is there; also shows how “not there” looks."""
        try:
            if self._bucket.is_there(self._key):
                raise ObjectDiffers
        except MayNotRead:
            # Or it may not read at all, which the step for it will tell.
            self._traits = replace(self._traits, hides_missing=True)
        except StorageError as error:
            # Wrong keys and buckets are for the next step, whose business they are.
            if error.is_passing or isinstance(error, ClockWrong):
                raise
        off = self._bucket.clock_off
        if off is not None and abs(off) > MOST_SKEW:
            raise ClockWrong
        return off is not None

    def _write(self) -> bool:
        # From here bytes may be there, whatever the answer is.
        self._may_be_there = True
        written = self._bucket.write(self._key, self._note, _TYPE, self._sha256)
        if written.keeps_versions:
            self._note_versions(VersionNews.KEEPS_VERSIONS)
        return True

    def _read(self) -> bool:
        self._seen = self._bucket.read(self._key)
        return True

    def _compare(self) -> bool:
        if self._seen != self._note:
            raise ObjectDiffers
        if self._bucket.kept_sha256(self._key) == self._sha256 and self._refuses_wrong_sha256():
            self._traits = replace(self._traits, answers_sha256=True)
        return True

    def _refuses_wrong_sha256(self) -> bool:
        """Tell whether the server checks what it keeps, or only says again what it was told."""
        try:
            self._bucket.write(self._key, self._note, _TYPE, hashlib.sha256(b"another").digest())
        except StorageError as error:
            if error.is_passing:
                raise
            return True
        return False

    def _delete(self) -> bool:
        deleted = self._bucket.delete(self._key)
        if deleted.keeps_versions:
            self._note_versions(VersionNews.KEEPS_VERSIONS)
        return True

    def _look_again(self) -> bool:
        if not S3Store(self._bucket, self._traits).is_gone(self._key):
            raise ObjectStays
        self._may_be_there = False
        return True

    def _ask_for_versions(self) -> bool:
        """Never fails: what the bucket does not say stays unknown."""
        self._note_versions(self._bucket.settings_of_versions())
        if self._traits.versions in {VersionNews.KEEPS_VERSIONS, VersionNews.LOCKS_OBJECTS}:
            with suppress(StorageError):
                S3Store(self._bucket, self._traits).delete_versions(self._key)
        return self._traits.versions is not VersionNews.UNKNOWN

    def _note_versions(self, news: VersionNews) -> None:
        """Keep the worst that was heard: some keys may not ask, but answers to writing tell."""
        order = list(VersionNews)
        if order.index(news) > order.index(self._traits.versions):
            self._traits = replace(self._traits, versions=news)
