-- What an initial access token is for, in the words of whoever made it.
ALTER TABLE initial_access_tokens ADD COLUMN name TEXT NOT NULL DEFAULT '';
CREATE INDEX initial_access_tokens_by_age ON initial_access_tokens (created_at, id);
