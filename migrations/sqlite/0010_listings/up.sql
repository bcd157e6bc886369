-- By what people and clients are found: the beginnings of folded names. One row for each beginning that is looked for.
CREATE TABLE search_terms (
    kind TEXT NOT NULL,
    term TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (kind, term, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_terms_of_row ON search_terms (kind, id, term);

INSERT OR IGNORE INTO search_terms (kind, term, id)
    SELECT 'user', substr(username_key, 1, 200), id FROM users
    UNION SELECT 'user', substr(email_key, 1, 200), id FROM users
    UNION SELECT 'user', lower(id), id FROM users
    UNION SELECT 'user', substr(lower(json_extract(claims, '$.name')), 1, 200), id FROM users
        WHERE json_extract(claims, '$.name') IS NOT NULL
    UNION SELECT 'role', json_each.value, users.id FROM users, json_each(users.roles)
    UNION SELECT 'client', lower(id), id FROM clients
    UNION SELECT 'client', substr(lower(json_extract(metadata, '$.client_name')), 1, 200), id FROM clients
    UNION SELECT 'client', substr(lower(json_each.value), 1, 200), clients.id
        FROM clients, json_each(clients.metadata, '$.redirect_uris');

-- What lists of clients are filtered and sorted by.
ALTER TABLE clients ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE clients SET
    kind = json_extract(metadata, '$.kind'),
    name_key = substr(lower(json_extract(metadata, '$.client_name')), 1, 200);
CREATE INDEX clients_by_name ON clients (name_key, id);
CREATE INDEX clients_by_creation ON clients (created_at, id);

CREATE INDEX users_by_creation ON users (created_at, id);
CREATE INDEX users_disabled ON users (username_key) WHERE disabled_at IS NOT NULL;
CREATE INDEX users_disabled_by_email ON users (email_key) WHERE disabled_at IS NOT NULL;
CREATE INDEX users_disabled_by_creation ON users (created_at, id) WHERE disabled_at IS NOT NULL;
CREATE INDEX users_banned ON users (username_key) WHERE banned_at IS NOT NULL;
CREATE INDEX users_banned_by_email ON users (email_key) WHERE banned_at IS NOT NULL;
CREATE INDEX users_banned_by_creation ON users (created_at, id) WHERE banned_at IS NOT NULL;
CREATE INDEX users_administrators ON users (username_key) WHERE is_admin;
CREATE INDEX users_administrators_by_email ON users (email_key) WHERE is_admin;
CREATE INDEX users_administrators_by_creation ON users (created_at, id) WHERE is_admin;

CREATE INDEX sessions_of_user_by_id ON sessions (user_id, id);
DROP INDEX sessions_of_user;
CREATE INDEX grants_of_client_by_id ON grants (client_id, id);
DROP INDEX grants_of_client;
CREATE INDEX grants_of_user_by_id ON grants (user_id, id);
DROP INDEX grants_of_user;

CREATE INDEX events_of_kind ON events (kind, at, id);
CREATE INDEX events_of_actor ON events (actor, at, id);
CREATE INDEX events_of_subject ON events (subject, at, id) WHERE subject IS NOT NULL;
CREATE INDEX events_of_client ON events (client_id, at, id) WHERE client_id IS NOT NULL;
CREATE INDEX events_of_request ON events (request_id, at, id) WHERE request_id IS NOT NULL;
