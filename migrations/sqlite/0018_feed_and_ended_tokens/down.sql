DROP INDEX events_of_ended_tokens;
CREATE INDEX events_of_ended_tokens ON events (target) WHERE kind = 'token.ended';
DROP INDEX events_of_feed_by_expiry;
