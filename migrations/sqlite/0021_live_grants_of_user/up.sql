-- What one person holds is counted, listed and ended, however much of it has ended before.
CREATE INDEX live_grants_of_user ON grants (user_id, id) WHERE ended_at IS NULL;
DROP INDEX grants_of_user_by_id;
