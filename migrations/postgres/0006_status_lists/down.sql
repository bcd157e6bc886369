DROP TABLE status_lists;
ALTER TABLE grants DROP COLUMN status;
ALTER TABLE grants DROP COLUMN access_until;
