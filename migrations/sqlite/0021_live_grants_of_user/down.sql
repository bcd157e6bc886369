CREATE INDEX grants_of_user_by_id ON grants (user_id, id);
DROP INDEX live_grants_of_user;
