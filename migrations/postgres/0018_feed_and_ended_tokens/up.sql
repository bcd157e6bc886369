-- Where the revocation feed begins: found from the end, however many old entries there are.
CREATE INDEX events_of_feed_by_expiry ON events (expires_at, seq) WHERE feed_before IS NOT NULL;

-- Of requests that end one access token at the same time, one tells of it.
DROP INDEX events_of_ended_tokens;
CREATE UNIQUE INDEX events_of_ended_tokens ON events (target) WHERE kind = 'token.ended';
