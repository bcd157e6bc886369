DROP INDEX events_of_feed;
ALTER TABLE publisher_lease DROP COLUMN feed_hash;
ALTER TABLE events DROP COLUMN feed_before;
