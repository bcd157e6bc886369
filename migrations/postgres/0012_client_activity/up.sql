-- When a client was last given something, and when a secret last proved right: written once an hour at most.
ALTER TABLE clients ADD COLUMN last_used_at BIGINT;
ALTER TABLE client_secrets ADD COLUMN last_used_at BIGINT;

-- The latest requests of a client that were refused: fifty of each client, for thirty days.
CREATE TABLE client_refusals (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    endpoint TEXT NOT NULL,
    reason TEXT NOT NULL,
    request_id TEXT NOT NULL,
    detail TEXT,
    count BIGINT NOT NULL
);
CREATE INDEX client_refusals_of_client ON client_refusals (client_id, at);
CREATE INDEX client_refusals_by_time ON client_refusals (at);
