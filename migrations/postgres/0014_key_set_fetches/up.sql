-- Who fetched the key set: one row for each network address and family of programs there, a few hundred at most.
CREATE TABLE key_set_fetches (
    network TEXT NOT NULL,
    agent TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    etag TEXT NOT NULL,
    PRIMARY KEY (network, agent)
);
CREATE INDEX key_set_fetches_by_age ON key_set_fetches (last_at);
