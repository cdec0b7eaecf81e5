"""The reference: the same rows in plain SQLite without keys, deleted with the same settings."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

_SETTINGS = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY")
_OF_JOBS = "(SELECT seq FROM job WHERE id IN (SELECT unhex_id(value) FROM json_each(?)))"


class PlainTwin:
    """A copy of a vault's file that is used as a plain database of documents."""

    def __init__(self, vault: Path, twin: Path) -> None:
        """The vault must be closed."""
        shutil.copyfile(vault, twin)
        self._connection = sqlite3.connect(twin, isolation_level=None)
        self._connection.create_function("unhex_id", 1, bytes.fromhex, deterministic=True)
        # No keys here: rows of documents must not hang on theirs.
        for setting in (*_SETTINGS, "foreign_keys=OFF"):
            self._connection.execute(f"PRAGMA {setting}").fetchall()
        for table in ("data_key", "key_bucket"):
            self._connection.execute(f"DROP TABLE {table}")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def delete(self, job_ids: Sequence[str]) -> None:
        """Delete these documents in one transaction, and empty the log."""
        ids, run = json.dumps(list(job_ids)), self._connection.execute
        run("BEGIN IMMEDIATE")
        streams = f"(SELECT id FROM stream WHERE job IN {_OF_JOBS})"
        run(f"DELETE FROM chunk WHERE stream IN {streams}", (ids,))
        for table in ("stream", "page", "reader"):
            run(f"DELETE FROM {table} WHERE job IN {_OF_JOBS}", (ids,))
        run(f"UPDATE job SET state = 'deleted' WHERE seq IN {_OF_JOBS}", (ids,))
        run("COMMIT")
        run("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
