-- Identifiers of client assertions that were used (RFC 7523 section 3), until the assertion has expired.
CREATE TABLE client_assertions (
    digest BYTEA NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX client_assertions_by_expiry ON client_assertions (expires_at);
