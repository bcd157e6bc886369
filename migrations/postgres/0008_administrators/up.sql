-- Sessions of administrators in the administration pages: apart from those that applications share.
CREATE TABLE admin_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    cookie_digest BYTEA NOT NULL CONSTRAINT admin_sessions_cookie_digest UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id),
    started_at BIGINT NOT NULL,
    proven_at BIGINT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX admin_sessions_of_user ON admin_sessions (user_id);
CREATE INDEX admin_sessions_by_expiry ON admin_sessions (expires_at);

-- Links by which somebody becomes an administrator, once.
CREATE TABLE setup_links (
    digest BYTEA NOT NULL PRIMARY KEY,
    for_first BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at BIGINT
);
CREATE INDEX setup_links_by_expiry ON setup_links (expires_at);

-- Locked by whoever changes who administers the server, so that two such changes see one another.
CREATE TABLE administration (id BIGINT NOT NULL PRIMARY KEY);
INSERT INTO administration (id) VALUES (1);
CREATE INDEX users_who_administer ON users (id) WHERE is_admin;
