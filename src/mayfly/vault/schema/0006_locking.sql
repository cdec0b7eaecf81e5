-- A vault may need keyring and passphrase both, and may be locked for every process.
CREATE TABLE meta_next (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    vault_id BLOB NOT NULL CHECK (length(vault_id) = 16),
    key_home TEXT NOT NULL CHECK (key_home IN ('keyring', 'passphrase', 'both')),
    epoch INTEGER NOT NULL CHECK (epoch > 0),
    change_seq INTEGER NOT NULL DEFAULT 0,
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    rotation_owed INTEGER NOT NULL DEFAULT 0 CHECK (rotation_owed IN (0, 1)),
    locked_at INTEGER,
    -- The keyring may hold a share although nothing of the key lies there: to be removed.
    keyring_left INTEGER NOT NULL DEFAULT 0 CHECK (keyring_left IN (0, 1))
) STRICT;
INSERT INTO meta_next (one, vault_id, key_home, epoch, change_seq, paused, rotation_owed)
    SELECT one, vault_id, key_home, epoch, change_seq, paused, rotation_owed FROM meta;
DROP TABLE meta;
ALTER TABLE meta_next RENAME TO meta;

-- The keyring's share of the epoch, sealed to the recovery code's public key, which is itself
-- sealed under the vault key: nobody without it can put another one in its place.
CREATE TABLE recovery (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL,
    public BLOB NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
