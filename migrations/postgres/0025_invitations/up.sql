-- The link by which somebody sets the first password of their account: the digest of its code, and until when it works.
ALTER TABLE users ADD COLUMN invitation_digest BYTEA;
ALTER TABLE users ADD COLUMN invited_until BIGINT;
CREATE UNIQUE INDEX users_by_invitation ON users (invitation_digest) WHERE invitation_digest IS NOT NULL;
CREATE INDEX users_invited ON users (invited_until) WHERE invited_until IS NOT NULL;
