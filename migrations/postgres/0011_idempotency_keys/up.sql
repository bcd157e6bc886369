-- Requests of the administration API that made something, by the key that their caller gave them: for a day.
CREATE TABLE idempotency_keys (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    digest BYTEA NOT NULL,
    made TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT idempotency_keys_caller_key PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
