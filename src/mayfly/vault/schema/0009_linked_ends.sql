-- Whether the result's hours follow the source's, until the user parts them. A rule that gave
-- both the same is one whose hours were never parted.
ALTER TABLE job ADD COLUMN linked INTEGER NOT NULL DEFAULT 0 CHECK (linked IN (0, 1));
UPDATE job SET linked = 1 WHERE deleted_at IS NULL AND source_hours = result_hours;
