-- A second level of keys: the vault key wraps the keys of buckets, and a bucket's key the data
-- keys of some hundred jobs. A new vault key then wraps a few hundred buckets anew, and only
-- those from which something was destroyed get a new key of their own.
CREATE TABLE key_bucket (
    id INTEGER PRIMARY KEY,
    -- The epoch in which this key was made: bound to every data key that it wraps.
    born INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    -- Set in the transaction that destroys a data key of this bucket: it needs a new key.
    stale INTEGER NOT NULL DEFAULT 0 CHECK (stale IN (0, 1))
) STRICT;

-- NULL: wrapped under the vault key itself, as before; the next change of the key moves it.
ALTER TABLE data_key ADD COLUMN bucket INTEGER REFERENCES key_bucket (id);
CREATE INDEX data_key_by_bucket ON data_key (bucket);

-- The stream's own key under its part's data key, where that was renewed to destroy another
-- stream of the part. NULL: derived from the data key.
ALTER TABLE stream ADD COLUMN wrapped BLOB;

-- When the page's picture was destroyed alone.
ALTER TABLE page ADD COLUMN picture_gone_at INTEGER;

UPDATE meta SET rotation_owed = 1;
