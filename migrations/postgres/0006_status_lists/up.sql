-- The end of the last access token that a grant can have given, in milliseconds. A row of the release before has none:
-- then it is the longest that any token may live.
ALTER TABLE grants ADD COLUMN access_until BIGINT;
-- Its places in status lists: a JSON list, the newest first.
ALTER TABLE grants ADD COLUMN status TEXT NOT NULL DEFAULT '[]';

-- Token Status Lists. Nodes take counters in blocks; which bit a counter is, the seed says. Of nodes that make a list at
-- the same time one gets the number.
CREATE TABLE status_lists (
    id TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    seed BYTEA NOT NULL,
    issuer_epoch BIGINT NOT NULL,
    leased BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX status_lists_by_expiry ON status_lists (expires_at);
