DROP INDEX initial_access_tokens_by_age;
ALTER TABLE initial_access_tokens DROP COLUMN name;
