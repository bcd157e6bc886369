-- Times are milliseconds since 1970; JSON is text; identifiers are random text.
-- Every constraint has the name that SQLite would give it in an error: table and columns.

CREATE TABLE users (
    id TEXT NOT NULL CONSTRAINT users_id PRIMARY KEY,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL CONSTRAINT users_username_key UNIQUE,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL CONSTRAINT users_email_key UNIQUE,
    email_verified BOOLEAN NOT NULL,
    claims TEXT NOT NULL,
    password_hash TEXT,
    is_admin BOOLEAN NOT NULL,
    roles TEXT NOT NULL,
    disabled_at BIGINT,
    banned_at BIGINT,
    banned_until BIGINT,
    ban_reason TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE clients (
    id TEXT NOT NULL CONSTRAINT clients_id PRIMARY KEY,
    epoch BIGINT NOT NULL,
    disabled_at BIGINT,
    created_at BIGINT NOT NULL,
    metadata TEXT NOT NULL
);

CREATE TABLE client_secrets (
    client_id TEXT NOT NULL REFERENCES clients (id),
    digest BYTEA NOT NULL,
    pepper_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    CONSTRAINT client_secrets_client_id_digest PRIMARY KEY (client_id, digest)
);

CREATE TABLE apis (
    identifier TEXT NOT NULL CONSTRAINT apis_identifier PRIMARY KEY,
    name TEXT NOT NULL,
    token_typ TEXT NOT NULL,
    access_token_lifetime BIGINT,
    created_at BIGINT NOT NULL
);

-- A scope belongs to one API: its name is the key.
CREATE TABLE api_scopes (
    name TEXT NOT NULL CONSTRAINT api_scopes_name PRIMARY KEY,
    api TEXT NOT NULL REFERENCES apis (identifier),
    position BIGINT NOT NULL,
    description TEXT NOT NULL
);

CREATE TABLE sessions (
    id TEXT NOT NULL CONSTRAINT sessions_id PRIMARY KEY,
    cookie_digest BYTEA NOT NULL CONSTRAINT sessions_cookie_digest UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id),
    auth_time BIGINT NOT NULL,
    acr TEXT NOT NULL,
    amr TEXT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    remember BOOLEAN NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE interactions (
    handle_digest BYTEA NOT NULL CONSTRAINT interactions_handle_digest PRIMARY KEY,
    browser_digest BYTEA NOT NULL,
    request TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    signed_in TEXT,
    account_chosen BOOLEAN NOT NULL,
    consented TEXT,
    declined TEXT,
    completed_at BIGINT
);
CREATE INDEX interactions_of_browser ON interactions (browser_digest, created_at);
CREATE INDEX interactions_by_expiry ON interactions (expires_at);

CREATE TABLE consents (
    user_id TEXT NOT NULL REFERENCES users (id),
    client_id TEXT NOT NULL REFERENCES clients (id),
    scopes TEXT NOT NULL,
    shown TEXT NOT NULL,
    session_id TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    CONSTRAINT consents_user_id_client_id PRIMARY KEY (user_id, client_id)
);

-- One authorization, one code, one row. No foreign keys: the person's row is locked when a grant is made, and a
-- key check of the client's row by every code of that client would make that row a point of contention.
CREATE TABLE grants (
    id TEXT NOT NULL CONSTRAINT grants_id PRIMARY KEY,
    code_digest BYTEA NOT NULL CONSTRAINT grants_code_digest UNIQUE,
    user_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    scopes TEXT NOT NULL,
    resources TEXT NOT NULL,
    offline BOOLEAN NOT NULL,
    auth_time BIGINT NOT NULL,
    acr TEXT NOT NULL,
    amr TEXT NOT NULL,
    nonce TEXT,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT,
    code_expires_at BIGINT NOT NULL,
    code_used_at BIGINT,
    refreshable BOOLEAN NOT NULL,
    generation BIGINT NOT NULL,
    parent BIGINT,
    rotated_at BIGINT,
    parent_at BIGINT,
    recovered BIGINT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    gver BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    end_reason TEXT,
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
) WITH (fillfactor = 75);
-- No index has a column that a refresh changes, and pages keep room: a refresh rewrites its row in place (HOT).
CREATE INDEX grants_of_user ON grants (user_id);
CREATE INDEX grants_of_session ON grants (session_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);
CREATE INDEX grants_never_redeemed ON grants (code_expires_at) WHERE code_used_at IS NULL;
CREATE INDEX grants_ended ON grants (ended_at) WHERE ended_at IS NOT NULL;

-- Numbered (seq) and chained (previous, hash) by the publisher after the commit.
CREATE TABLE events (
    id TEXT NOT NULL CONSTRAINT events_id PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT,
    client_id TEXT,
    target TEXT,
    value BIGINT,
    request_id TEXT,
    detail TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    seq BIGINT CONSTRAINT events_seq UNIQUE,
    previous BYTEA,
    hash BYTEA
);
CREATE INDEX events_by_time ON events (at, id);
CREATE INDEX events_unnumbered ON events (at, id) WHERE seq IS NULL;

CREATE TABLE issuer_state (
    id BIGINT NOT NULL CONSTRAINT issuer_state_id PRIMARY KEY CHECK (id = 1),
    epoch BIGINT NOT NULL,
    timeline TEXT NOT NULL,
    config_version BIGINT NOT NULL
);
INSERT INTO issuer_state (id, epoch, timeline, config_version) VALUES (1, 1, '', 1);

CREATE TABLE server_secrets (
    purpose TEXT NOT NULL,
    version BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    kek_id TEXT NOT NULL,
    CONSTRAINT server_secrets_purpose_version PRIMARY KEY (purpose, version)
);

CREATE TABLE keks (
    id TEXT NOT NULL CONSTRAINT keks_id PRIMARY KEY,
    check_value BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

-- A timetable: what a key may do follows from its row and the time.
CREATE TABLE signing_keys (
    kid TEXT NOT NULL CONSTRAINT signing_keys_kid PRIMARY KEY,
    alg TEXT NOT NULL,
    key_use TEXT NOT NULL,
    seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    activate_at BIGINT NOT NULL,
    revoked_at BIGINT,
    public_jwk TEXT NOT NULL,
    sealed BYTEA,
    kek_id TEXT NOT NULL,
    CONSTRAINT signing_keys_alg_key_use_seq UNIQUE (alg, key_use, seq)
);

CREATE TABLE publisher_lease (
    id BIGINT NOT NULL CONSTRAINT publisher_lease_id PRIMARY KEY CHECK (id = 1),
    owner TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    published_to BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    last_hash BYTEA NOT NULL
);

CREATE TABLE throttles (
    key TEXT NOT NULL CONSTRAINT throttles_key PRIMARY KEY,
    count BIGINT NOT NULL,
    window_started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX throttles_by_expiry ON throttles (expires_at);
