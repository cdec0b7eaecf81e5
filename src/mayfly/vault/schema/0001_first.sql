-- The first tables. Times are microseconds since 1970, UTC. Every column here is readable to
-- whoever has the file: nothing that tells about a document may stand in one unsealed.

CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    vault_id BLOB NOT NULL CHECK (length(vault_id) = 16),
    key_home TEXT NOT NULL CHECK (key_home IN ('keyring', 'passphrase')),
    epoch INTEGER NOT NULL CHECK (epoch > 0),
    change_seq INTEGER NOT NULL DEFAULT 0,
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1))
) STRICT;

-- Only in a vault with a passphrase: the share that otherwise lies in the keyring.
CREATE TABLE passphrase_share (
    epoch INTEGER PRIMARY KEY,
    salt BLOB NOT NULL,
    memory_kib INTEGER NOT NULL,
    iterations INTEGER NOT NULL,
    lanes INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE batch (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A job's row stays after deletion as its tombstone.
CREATE TABLE job (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    batch BLOB NOT NULL REFERENCES batch (id),
    position INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    state TEXT NOT NULL,
    error_code TEXT,
    pages INTEGER,
    pages_read INTEGER NOT NULL DEFAULT 0,
    pages_failed INTEGER NOT NULL DEFAULT 0,
    added_at INTEGER NOT NULL,
    finished_at INTEGER,
    source_hours INTEGER NOT NULL,
    result_hours INTEGER NOT NULL,
    source_delete_at INTEGER NOT NULL,
    result_delete_at INTEGER NOT NULL,
    backstop_at INTEGER NOT NULL,
    source_gone_at INTEGER,
    result_gone_at INTEGER,
    purging_at INTEGER,
    purging_reason TEXT,
    deleted_at INTEGER,
    delete_reason TEXT
) STRICT;

CREATE INDEX job_by_change ON job (changed);
CREATE INDEX job_by_batch ON job (batch, position);
CREATE INDEX job_by_state ON job (state, seq);
CREATE INDEX job_purging ON job (purging_at) WHERE purging_at IS NOT NULL;
CREATE INDEX job_alive ON job (added_at) WHERE deleted_at IS NULL;

-- The only copies of the data keys, wrapped under the vault key of their epoch.
CREATE TABLE data_key (
    job INTEGER NOT NULL REFERENCES job (seq),
    part TEXT NOT NULL CHECK (part IN ('source', 'result')),
    epoch INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (job, part)
) STRICT, WITHOUT ROWID;

-- page is 0 for what belongs to the whole document.
CREATE TABLE stream (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL,
    part TEXT NOT NULL,
    kind INTEGER NOT NULL,
    page INTEGER NOT NULL,
    salt BLOB NOT NULL,
    chunk_count INTEGER NOT NULL,
    UNIQUE (job, part, kind, page),
    -- A stream without its key is unreadable; the tables say so too.
    FOREIGN KEY (job, part) REFERENCES data_key (job, part)
) STRICT;

-- With a rowid: rows of a mebibyte would ruin the tree of a table without one.
CREATE TABLE chunk (
    stream INTEGER NOT NULL REFERENCES stream (id),
    number INTEGER NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (stream, number)
) STRICT;

CREATE TABLE page (
    job INTEGER NOT NULL REFERENCES job (seq),
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    error_code TEXT,
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

-- Worker processes that hold a job's document.
CREATE TABLE reader (
    job INTEGER NOT NULL REFERENCES job (seq),
    pid INTEGER NOT NULL,
    started REAL NOT NULL,
    PRIMARY KEY (job, pid)
) STRICT, WITHOUT ROWID;
