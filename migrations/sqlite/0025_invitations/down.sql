DROP INDEX users_invited;
DROP INDEX users_by_invitation;
ALTER TABLE users DROP COLUMN invited_until;
ALTER TABLE users DROP COLUMN invitation_digest;
