-- Set in the transaction that destroys a data key, cleared in the one that begins the next epoch.
ALTER TABLE meta ADD COLUMN rotation_owed INTEGER NOT NULL DEFAULT 0
    CHECK (rotation_owed IN (0, 1));

-- What version 1 purged, an old copy still opens with today's key. A new vault has no row yet.
UPDATE meta SET rotation_owed = 1;
