-- Times are milliseconds since 1970; JSON is text; identifiers are random text.
-- STRICT: a value of another type is refused instead of stored. Bool is an INTEGER of 0 or 1.

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    email_verified INTEGER NOT NULL,
    claims TEXT NOT NULL,
    password_hash TEXT,
    is_admin INTEGER NOT NULL,
    roles TEXT NOT NULL,
    disabled_at INTEGER,
    banned_at INTEGER,
    banned_until INTEGER,
    ban_reason TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    epoch INTEGER NOT NULL,
    disabled_at INTEGER,
    created_at INTEGER NOT NULL,
    metadata TEXT NOT NULL
) STRICT;

CREATE TABLE client_secrets (
    client_id TEXT NOT NULL REFERENCES clients (id),
    digest BLOB NOT NULL,
    pepper_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (client_id, digest)
) STRICT;

CREATE TABLE apis (
    identifier TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    token_typ TEXT NOT NULL,
    access_token_lifetime INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

-- A scope belongs to one API: its name is the key.
CREATE TABLE api_scopes (
    name TEXT NOT NULL PRIMARY KEY,
    api TEXT NOT NULL REFERENCES apis (identifier),
    position INTEGER NOT NULL,
    description TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    cookie_digest BLOB NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id),
    auth_time INTEGER NOT NULL,
    acr TEXT NOT NULL,
    amr TEXT NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    remember INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE interactions (
    handle_digest BLOB NOT NULL PRIMARY KEY,
    browser_digest BLOB NOT NULL,
    request TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    signed_in TEXT,
    account_chosen INTEGER NOT NULL,
    consented TEXT,
    declined TEXT,
    completed_at INTEGER
) STRICT;
CREATE INDEX interactions_of_browser ON interactions (browser_digest, created_at);
CREATE INDEX interactions_by_expiry ON interactions (expires_at);

CREATE TABLE consents (
    user_id TEXT NOT NULL REFERENCES users (id),
    client_id TEXT NOT NULL REFERENCES clients (id),
    scopes TEXT NOT NULL,
    shown TEXT NOT NULL,
    session_id TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, client_id)
) STRICT;

-- One authorization, one code, one row. No foreign keys: the person's row is locked when a grant is made, and a
-- key check of the client's row by every code of that client would make that row a point of contention.
CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    code_digest BLOB NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    scopes TEXT NOT NULL,
    resources TEXT NOT NULL,
    offline INTEGER NOT NULL,
    auth_time INTEGER NOT NULL,
    acr TEXT NOT NULL,
    amr TEXT NOT NULL,
    nonce TEXT,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT,
    code_expires_at INTEGER NOT NULL,
    code_used_at INTEGER,
    refreshable INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    parent INTEGER,
    rotated_at INTEGER,
    parent_at INTEGER,
    recovered INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    gver INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    end_reason TEXT,
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
) STRICT;
-- No index has a column that a refresh changes.
CREATE INDEX grants_of_user ON grants (user_id);
CREATE INDEX grants_of_session ON grants (session_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);
CREATE INDEX grants_never_redeemed ON grants (code_expires_at) WHERE code_used_at IS NULL;
CREATE INDEX grants_ended ON grants (ended_at) WHERE ended_at IS NOT NULL;

-- Numbered (seq) and chained (previous, hash) by the publisher after the commit.
CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT,
    client_id TEXT,
    target TEXT,
    value INTEGER,
    request_id TEXT,
    detail TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    seq INTEGER UNIQUE,
    previous BLOB,
    hash BLOB
) STRICT;
CREATE INDEX events_by_time ON events (at, id);
CREATE INDEX events_unnumbered ON events (at, id) WHERE seq IS NULL;

CREATE TABLE issuer_state (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL,
    timeline TEXT NOT NULL,
    config_version INTEGER NOT NULL
) STRICT;
INSERT INTO issuer_state (id, epoch, timeline, config_version) VALUES (1, 1, '', 1);

CREATE TABLE server_secrets (
    purpose TEXT NOT NULL,
    version INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    kek_id TEXT NOT NULL,
    PRIMARY KEY (purpose, version)
) STRICT;

CREATE TABLE keks (
    id TEXT NOT NULL PRIMARY KEY,
    check_value BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- A timetable: what a key may do follows from its row and the time.
CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    alg TEXT NOT NULL,
    key_use TEXT NOT NULL,
    seq INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    activate_at INTEGER NOT NULL,
    revoked_at INTEGER,
    public_jwk TEXT NOT NULL,
    sealed BLOB,
    kek_id TEXT NOT NULL,
    UNIQUE (alg, key_use, seq)
) STRICT;

CREATE TABLE publisher_lease (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    owner TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    published_to INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    last_hash BLOB NOT NULL
) STRICT;

CREATE TABLE throttles (
    key TEXT NOT NULL PRIMARY KEY,
    count INTEGER NOT NULL,
    window_started_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX throttles_by_expiry ON throttles (expires_at);
