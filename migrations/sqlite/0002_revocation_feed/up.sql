-- The revocation feed has a hash chain of its own, over those events alone that verifiers are told of: what it was
-- before an entry stands beside the entry, what it is now in the publisher's row.
ALTER TABLE events ADD COLUMN feed_before BLOB;
ALTER TABLE publisher_lease ADD COLUMN feed_hash BLOB NOT NULL DEFAULT x'';
CREATE INDEX events_of_feed ON events (seq) WHERE feed_before IS NOT NULL;
