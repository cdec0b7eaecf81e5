-- Own storage: buckets of the user's, and what is to be written or deleted there.

-- sealed: name and place under the vault key of the epoch. What stands beside it is what a purge
-- must know without any key, and what says nothing of whose storage it is.
CREATE TABLE destination (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    delete_with_job INTEGER NOT NULL CHECK (delete_with_job IN (0, 1)),
    added_at INTEGER NOT NULL,
    verified_at INTEGER,
    error_code TEXT,
    epoch INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

-- One picture on its way, or there. A row may outlive its job's parts, never its destination.
CREATE TABLE upload (
    seq INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job (seq),
    destination BLOB NOT NULL REFERENCES destination (id),
    page INTEGER NOT NULL,
    number INTEGER NOT NULL,
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER,
    error_code TEXT,
    -- Bytes may have reached the bucket.
    begun INTEGER NOT NULL DEFAULT 0 CHECK (begun IN (0, 1)),
    -- The vault's change number when somebody else than who carries it last changed what is to
    -- be done: no two rows ever have the same place and the same turn.
    turn INTEGER NOT NULL,
    -- Wanted once more while it is still to be deleted there.
    again INTEGER NOT NULL DEFAULT 0 CHECK (again IN (0, 1)),
    -- The audit log says already that it was exported.
    told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)),
    UNIQUE (job, destination, page, number)
) STRICT;
CREATE INDEX upload_by_state ON upload (state, seq);
CREATE INDEX upload_by_destination ON upload (destination, state, job);

-- All pictures of a job are to be written as soon as it is read.
CREATE TABLE upload_wish (
    job INTEGER NOT NULL REFERENCES job (seq),
    destination BLOB NOT NULL REFERENCES destination (id),
    PRIMARY KEY (job, destination)
) STRICT, WITHOUT ROWID;

ALTER TABLE meta ADD COLUMN uploads_paused INTEGER NOT NULL DEFAULT 0
    CHECK (uploads_paused IN (0, 1));
