-- Set when a batch is deleted as a whole: what is still on its way into it is then refused.
ALTER TABLE batch ADD COLUMN closed_at INTEGER;
