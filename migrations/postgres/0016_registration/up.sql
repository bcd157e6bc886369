-- What a client says about itself (JSON), who registered it (none: an administrator), until when it stays unused, the
-- digest of its registration access token, and when its metadata document is to be read again.
ALTER TABLE clients ADD COLUMN declared TEXT;
ALTER TABLE clients ADD COLUMN registrar TEXT;
ALTER TABLE clients ADD COLUMN unused_until BIGINT;
ALTER TABLE clients ADD COLUMN registration_token BYTEA;
ALTER TABLE clients ADD COLUMN read_again_at BIGINT;
CREATE INDEX clients_unused ON clients (unused_until) WHERE unused_until IS NOT NULL;

-- Logos as we drew them again, one a client.
CREATE TABLE client_logos (
    client_id TEXT NOT NULL PRIMARY KEY REFERENCES clients (id),
    digest TEXT NOT NULL,
    png BYTEA NOT NULL
);
CREATE INDEX client_logos_by_digest ON client_logos (digest);

-- The right to register so many clients.
CREATE TABLE initial_access_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    digest BYTEA NOT NULL,
    uses_left BIGINT NOT NULL,
    scopes TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX initial_access_tokens_digest ON initial_access_tokens (digest);
CREATE INDEX initial_access_tokens_expiry ON initial_access_tokens (expires_at);
