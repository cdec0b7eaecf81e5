-- What a tombstone keeps is its ids, times, page count and reason. What versions before left in
-- one besides is blanked; secure_delete overwrites it where it lay.
UPDATE job SET error_code = NULL, pages_read = 0, pages_failed = 0, source_hours = 0,
    result_hours = 0, source_delete_at = 0, result_delete_at = 0, backstop_at = 0,
    source_gone_at = NULL, result_gone_at = NULL, purging_at = NULL, purging_reason = NULL
    WHERE deleted_at IS NOT NULL;

-- The place within the batch: the order of the rows says the same.
DROP INDEX job_by_batch;
ALTER TABLE job DROP COLUMN position;
CREATE INDEX job_by_batch ON job (batch, seq);
