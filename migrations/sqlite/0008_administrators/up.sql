-- Sessions of administrators in the administration pages: apart from those that applications share.
CREATE TABLE admin_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    cookie_digest BLOB NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id),
    started_at INTEGER NOT NULL,
    proven_at INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX admin_sessions_of_user ON admin_sessions (user_id);
CREATE INDEX admin_sessions_by_expiry ON admin_sessions (expires_at);

-- Links by which somebody becomes an administrator, once.
CREATE TABLE setup_links (
    digest BLOB NOT NULL PRIMARY KEY,
    for_first INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at INTEGER
) STRICT;
CREATE INDEX setup_links_by_expiry ON setup_links (expires_at);

-- Locked by whoever changes who administers the server, so that two such changes see one another.
CREATE TABLE administration (id INTEGER NOT NULL PRIMARY KEY) STRICT;
INSERT INTO administration (id) VALUES (1);
CREATE INDEX users_who_administer ON users (id) WHERE is_admin;
