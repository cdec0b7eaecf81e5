-- What happened, without a word of any document: each entry is chained to the one before.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    record BLOB NOT NULL,
    chain BLOB NOT NULL CHECK (length(chain) = 32),
    -- NULL: written while the vault was locked; the next signature covers it through the chain.
    signature BLOB
) STRICT;

-- The key that signs the chain, wrapped under the vault key of its epoch.
CREATE TABLE audit_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    public BLOB NOT NULL CHECK (length(public) = 32),
    epoch INTEGER NOT NULL,
    wrapped BLOB NOT NULL
) STRICT;
