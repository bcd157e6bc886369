ALTER TABLE publisher_lease DROP COLUMN removed_hash;
ALTER TABLE publisher_lease DROP COLUMN removed_seq;
