-- What every process and every start of the machine knows of time (docs/adr/0016): at this
-- reading of the wall clock and of the seconds since the machine's start it was at least at.
-- Times and spans in microseconds.
CREATE TABLE time_mark (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at INTEGER NOT NULL,
    wall INTEGER NOT NULL,
    -- A digest: which start of the machine, told by nothing outside.
    boot BLOB NOT NULL CHECK (length(boot) = 16),
    boot_at INTEGER NOT NULL,
    -- It may be so much later; a wall clock so far ahead was said to be wrong; so long has the
    -- machine run since time came into doubt.
    ahead INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    doubted INTEGER NOT NULL
) STRICT;
