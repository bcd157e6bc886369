-- The last record of the audit log that was removed because it was old: a log whose beginning was taken away by anything
-- else is noticed. What is there now is taken as it is.
ALTER TABLE publisher_lease ADD COLUMN removed_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE publisher_lease ADD COLUMN removed_hash BLOB NOT NULL DEFAULT x'';
UPDATE publisher_lease SET
    removed_seq = COALESCE((SELECT min(seq) - 1 FROM events), last_seq),
    removed_hash = COALESCE((SELECT previous FROM events WHERE seq IS NOT NULL ORDER BY seq LIMIT 1), last_hash);
