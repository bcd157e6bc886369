-- A large installation, for `cargo xtask bench admin`: every row follows from its number, so that each run has the same.
-- The numbers in braces are put in before it runs; the rows of people, clients and APIs that are there already stay.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -400000;
PRAGMA temp_store = MEMORY;
BEGIN;

CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY);
WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < max({users}, {clients}, {events}, {sessions}, {grants}, 2000))
    INSERT INTO numbers SELECT n FROM up;

CREATE TEMP TABLE first_names (n INTEGER PRIMARY KEY, name TEXT);
INSERT INTO first_names SELECT key + 1, value FROM json_each('["Ada","Alan","Amina","Anna","Barbara","Ben","Carla","Chen",
    "Dagmar","David","Elena","Emil","Fatima","Felix","Grace","Hugo","Ines","Ivan","Jana","Jonas","Katja","Kofi","Lena",
    "Luca","Maria","Mehmet","Nadia","Noah","Olga","Oscar","Paula","Priya","Rosa","Samir","Tara","Uwe","Vera","Wei","Yuki","Zoe"]');
CREATE TEMP TABLE last_names (n INTEGER PRIMARY KEY, name TEXT);
INSERT INTO last_names SELECT key + 1, value FROM json_each('["Abel","Adams","Ahmed","Bauer","Becker","Berg","Brown","Costa",
    "Cruz","Diaz","Dietrich","Engel","Evans","Fischer","Fontana","Garcia","Greco","Haas","Hopper","Ito","Jansen","Jones",
    "Keller","Khan","Kim","Lang","Lovelace","Meyer","Moreau","Nagy","Novak","Okafor","Olsen","Park","Patel","Perez","Quinn",
    "Rossi","Sato","Schmidt","Silva","Tanaka","Turing","Ueda","Vogel","Wagner","Weber","Xu","Yilmaz","Young","Zeller"]');

-- People: one in fifty disabled, one in 250 banned, one in fifty banned once, a dozen administrators.
CREATE TEMP TABLE people (n INTEGER PRIMARY KEY, id TEXT, full_name TEXT, username TEXT, email TEXT);
INSERT INTO people
    SELECT numbers.n, substr(lower(hex(sha3('user' || numbers.n, 224))), 1, 22), f.name || ' ' || l.name,
        lower(f.name) || '.' || lower(l.name) || '.' || numbers.n,
        lower(l.name) || numbers.n || '@' || CASE numbers.n % 3 WHEN 0 THEN 'example.test' WHEN 1 THEN 'mail.example.test' ELSE 'shop.example' END
    FROM numbers
    JOIN first_names AS f ON f.n = 1 + (numbers.n * 7919) % 40
    JOIN last_names AS l ON l.n = 1 + (numbers.n * 104729) % 51
    WHERE numbers.n <= {users};
INSERT INTO users (id, username, username_key, email, email_key, email_verified, claims, password_hash, is_admin, roles,
        "groups", disabled_at, banned_at, banned_until, ban_reason, created_at, updated_at)
    SELECT id, username, username, email, email, n % 4 <> 0,
        json_object('name', full_name, 'locale', CASE n % 2 WHEN 0 THEN 'de' ELSE 'en' END),
        '$argon2id$v=19$m=47104,t=1,p=1$3ZYeKjXEo2RbZEb7ZNYz2A$c4PPxhcf8Yfmbh9pCDVO+pR9cbDEH8pH46J9hAcG90s',
        n % 9000 = 7,
        CASE WHEN n % 500 = 1 THEN '["auditor"]' WHEN n % 10 = 2 THEN '["editor","staff"]' WHEN n % 10 < 5 THEN '["staff"]' ELSE '[]' END,
        CASE WHEN n % 7 = 0 THEN '["Berlin"]' ELSE '[]' END,
        CASE WHEN n % 50 = 3 THEN {now} - n * 1000 END,
        CASE WHEN n % 250 = 4 OR n % 50 = 9 THEN {now} - 90 * 86400000 END,
        CASE WHEN n % 50 = 9 THEN {now} - 60 * 86400000 WHEN n % 500 = 4 THEN {now} + 30 * 86400000 END,
        CASE WHEN n % 250 = 4 OR n % 50 = 9 THEN 'Payments came back' END,
        {now} - (n * 7907) % 94608000 * 1000, {now} - (n * 7907) % 94608000 * 1000
    FROM people;
INSERT OR IGNORE INTO search_terms (kind, term, id)
    SELECT 'user', lower(id), id FROM people
    UNION ALL SELECT 'user', username, id FROM people
    UNION ALL SELECT 'user', email, id FROM people
    UNION ALL SELECT 'user', lower(full_name), id FROM people
    UNION ALL SELECT 'user', lower(substr(full_name, instr(full_name, ' ') + 1)), id FROM people
    UNION ALL SELECT 'role', json_each.value, users.id FROM users, json_each(users.roles)
    ORDER BY 1, 2, 3;

-- Applications of every type; one in a hundred disabled, one in five hundred with an address over http, some forgotten.
CREATE TEMP TABLE apps (n INTEGER PRIMARY KEY, id TEXT, name TEXT, kind TEXT, uris TEXT);
INSERT INTO apps
    SELECT n, substr(lower(hex(sha3('client' || n, 224))), 1, 22),
        CASE n % 8 WHEN 0 THEN 'Shop' WHEN 1 THEN 'Intranet' WHEN 2 THEN 'Board' WHEN 3 THEN 'Reports' WHEN 4 THEN 'Wiki'
            WHEN 5 THEN 'Chat' WHEN 6 THEN 'Archive' ELSE 'Tickets' END || ' ' || (SELECT l.name FROM last_names AS l WHERE l.n = 1 + numbers.n % 51) || ' ' || n,
        CASE WHEN n % 10 < 5 THEN 'web' WHEN n % 10 < 7 THEN 'spa' WHEN n % 40 = 7 THEN 'native' ELSE 'service' END,
        CASE WHEN n % 10 < 7 OR n % 40 = 7 THEN (SELECT json_group_array(CASE WHEN numbers.n % 500 = 6 AND few.n = 1 THEN 'http' ELSE 'https' END
            || '://app' || numbers.n || '.example.test/callback/' || few.n) FROM numbers AS few WHERE few.n <= 1 + numbers.n % 5) ELSE '[]' END
    FROM numbers WHERE n <= {clients};
INSERT INTO clients (id, epoch, disabled_at, created_at, metadata, kind, name_key, last_used_at, registrar, unused_until)
    SELECT id, 0, CASE WHEN n % 100 = 5 THEN {now} - n * 1000 END, {now} - (n * 7907) % 47304000 * 1000,
        json_object('client_name', name, 'kind', kind, 'redirect_uris', json(uris), 'post_logout_redirect_uris', json('[]'),
            'scopes', json(CASE kind WHEN 'service' THEN '["scope' || (n % 600) || ':read"]' ELSE '["openid","profile","email","offline_access"]' END),
            'grant_types', json(CASE kind WHEN 'service' THEN '["client_credentials"]' ELSE '["authorization_code","refresh_token"]' END),
            'token_endpoint_auth_method', NULL, 'pkce', 'required', 'jwks', NULL, 'web_origins', json('[]'),
            'introspects', json('[]'), 'online_refresh', json('false'), 'first_party', json(CASE n % 3 WHEN 0 THEN 'true' ELSE 'false' END),
            'require_consent', json('false'), 'id_token_claims', 'userinfo'),
        kind, lower(name),
        CASE WHEN n % 1000 = 8 THEN {now} - 200 * 86400000 WHEN n % 100 <> 9 THEN {now} - (n * 7907) % 2592000 * 1000 END,
        CASE WHEN n % 20 = 6 THEN 'anybody' END,
        CASE WHEN n % 20 = 6 THEN {now} + 60 * 86400000 END
    FROM apps;
INSERT INTO client_secrets (client_id, digest, pepper_version, created_at, expires_at, last_used_at)
    SELECT id, sha3('secret' || n, 256), 1, {now} - (n * 7907) % 47304000 * 1000,
        CASE WHEN n % 400 = 1 THEN {now} + 10 * 86400000 WHEN n % 10 = 0 THEN {now} + 200 * 86400000 END, {now} - 3600000
    FROM apps WHERE kind IN ('web', 'service')
    UNION ALL SELECT id, sha3('other secret' || n, 256), 1, {now} - 86400000, {now} + 300 * 86400000, NULL
    FROM apps WHERE kind IN ('web', 'service') AND n % 4 = 0;
INSERT OR IGNORE INTO search_terms (kind, term, id)
    SELECT 'client', lower(id), id FROM apps
    UNION ALL SELECT 'client', lower(name), id FROM apps
    UNION ALL SELECT 'client', lower(substr(name, instr(name, ' ') + 1)), id FROM apps
    UNION ALL SELECT 'client', n || '', id FROM apps
    UNION ALL SELECT 'client', value, apps.id FROM apps, json_each(apps.uris)
    UNION ALL SELECT 'client', substr(value, instr(value, '://') + 3), apps.id FROM apps, json_each(apps.uris)
    UNION ALL SELECT 'uses', value, clients.id FROM clients, json_each(clients.metadata, '$.scopes')
    ORDER BY 1, 2, 3;
INSERT INTO client_refusals (id, client_id, at, endpoint, reason, request_id, detail, count)
    SELECT substr(lower(hex(sha3('refusal' || numbers.n, 224))), 1, 22), id, {now} - numbers.n * 60000, '/token', 'client_secret_wrong',
        printf('01JREFUSED%016d', numbers.n), NULL, 1 + numbers.n % 9
    FROM numbers JOIN apps ON apps.n = 1 + (numbers.n / 50) % 40 WHERE numbers.n <= 2000;

-- Two hundred APIs with three scopes each.
INSERT INTO apis (identifier, name, token_typ, access_token_lifetime, created_at, signing_alg, claims)
    SELECT 'https://api' || n || '.example.test', 'API ' || n, 'at+jwt', CASE n % 3 WHEN 0 THEN 300000 END, {now} - n * 86400000, 'RS256', '[]'
    FROM numbers WHERE n <= 200;
INSERT INTO api_scopes (name, api, position, description)
    SELECT 'scope' || (n - 1) || ':read', 'https://api' || (1 + (n - 1) / 3) || '.example.test', n % 3, 'Read part ' || n
    FROM numbers WHERE n <= 600;

-- Sessions, grants and consents; person 1 and client 1 have many.
INSERT INTO sessions (id, cookie_digest, user_id, auth_time, acr, amr, idle_expires_at, expires_at, remember, ended_at)
    SELECT substr(lower(hex(sha3('session' || numbers.n, 224))), 1, 22), sha3('cookie' || numbers.n, 256), people.id,
        {now} - (numbers.n * 7907) % 600000 * 1000, 'urn:vouchsafe:password', '["pwd"]',
        {now} + 86400000 + numbers.n * 1000, {now} + 30 * 86400000, numbers.n % 3 = 0,
        CASE WHEN numbers.n % 5 = 2 THEN {now} - numbers.n * 100 END
    FROM numbers JOIN people ON people.n = CASE WHEN numbers.n % 100 = 1 THEN 1 ELSE 1 + (numbers.n * 7907) % {users} END
    WHERE numbers.n <= {sessions};
INSERT INTO grants (id, code_digest, user_id, client_id, session_id, sid, scopes, resources, offline, auth_time, acr, amr, nonce,
        redirect_uri, code_challenge, code_expires_at, code_used_at, refreshable, generation, parent, rotated_at, parent_at,
        recovered, idle_expires_at, expires_at, gver, created_at, ended_at, end_reason, issuer_epoch, client_epoch, access_until)
    SELECT substr(lower(hex(sha3('grant' || numbers.n, 224))), 1, 22), sha3('code' || numbers.n, 256), people.id, apps.id,
        substr(lower(hex(sha3('session' || (1 + numbers.n % {sessions}), 224))), 1, 22), substr(lower(hex(sha3('sid' || numbers.n, 224))), 1, 22),
        '["openid","profile","offline_access"]', '[]', 1, {now} - (numbers.n * 7907) % 600000 * 1000, 'urn:vouchsafe:password', '["pwd"]',
        NULL, 'https://app' || apps.n || '.example.test/callback/1', NULL, {now} - 500000, {now} - 560000, 1, 3, 2, {now} - 50000,
        NULL, 0, {now} + 20 * 86400000, {now} + 80 * 86400000, 1, {now} - (numbers.n * 7907) % 600000 * 1000,
        CASE WHEN numbers.n % 20 = 2 THEN {now} - 60000 END, CASE WHEN numbers.n % 20 = 2 THEN 'revoked' END, 1, 0, {now} + 300000
    FROM numbers
    JOIN people ON people.n = CASE WHEN numbers.n % 100 = 1 THEN 1 ELSE 1 + (numbers.n * 7907) % {users} END
    JOIN apps ON apps.n = CASE WHEN numbers.n % 10 = 3 THEN 1 ELSE 1 + (numbers.n * 104729) % {clients} END
    WHERE numbers.n <= {grants};
INSERT OR IGNORE INTO consents (user_id, client_id, scopes, shown, session_id, granted_at)
    SELECT user_id, client_id, '["openid","profile"]', '["openid","profile"]', session_id, created_at FROM grants;

-- What happened: old events first, of every kind; the numbers and digests of the chain are the server's to make.
CREATE TEMP TABLE kinds (n INTEGER PRIMARY KEY, kind TEXT, of_person INTEGER, of_client INTEGER);
INSERT INTO kinds SELECT key, value, 1, value LIKE 'consent.%' OR value LIKE 'grant.%' FROM json_each('["session.started","session.refused",
    "session.ended","consent.given","consent.refused","consent.withdrawn","grant.ended","grant.claims_raised","user.created",
    "user.updated","user.disabled","user.enabled","user.banned","user.unbanned","user.signed_out","user.deleted","user.touched",
    "user.roles_changed","user.groups_changed","user.password_changed","admin.granted","admin.withdrawn","admin.recovered",
    "admin.signed_in","admin.refused","admin.confirmed","admin.session_ended"]');
INSERT INTO kinds SELECT 100 + key, value, 0, value LIKE 'client.%' OR value LIKE 'token.%' FROM json_each('["token.ended","client.epoch_raised",
    "issuer.epoch_raised","key.revoked","key.created","key.rotated","keys.rewrapped","admin.invited","settings.changed",
    "client.created","client.updated","client.disabled","client.enabled","client.deleted","client.secret_rotated",
    "audit.exported","client.secret_added","client.secret_ended","client.registered","initial_token.created",
    "initial_token.revoked","api.created","api.updated","api.deleted"]');
INSERT INTO events (id, at, kind, actor, subject, client_id, target, value, request_id, detail, expires_at)
    SELECT substr(lower(hex(sha3('event' || numbers.n, 224))), 1, 22),
        {now} - ({events} - numbers.n + 1) * (360 * 86400000 / {events}), kinds.kind,
        CASE WHEN kinds.kind IN ('token.ended', 'client.registered') THEN 'client:' || apps.id
            WHEN kinds.kind IN ('key.created', 'keys.rewrapped') OR numbers.n % 100 = 61 THEN 'server'
            WHEN numbers.n % 7 = 5 AND kinds.of_person = 0 THEN 'cli'
            WHEN kinds.n < 7 THEN people.id
            ELSE coalesce((SELECT p.id FROM people AS p WHERE p.n = 7 + 9000 * (numbers.n % 12)), 'cli') END,
        CASE WHEN kinds.of_person THEN people.id END,
        CASE WHEN kinds.of_client THEN apps.id END,
        CASE WHEN kinds.kind IN ('grant.ended', 'grant.claims_raised', 'token.ended', 'key.revoked', 'key.created', 'key.rotated', 'api.created')
            THEN substr(lower(hex(sha3('target' || numbers.n, 224))), 1, 22) WHEN kinds.kind LIKE 'client.%' THEN apps.id END,
        CASE WHEN kinds.kind IN ('grant.claims_raised', 'client.epoch_raised', 'issuer.epoch_raised') THEN 2 END,
        CASE WHEN numbers.n % 50 <> 0 THEN printf('01J%023d', numbers.n / 2) END,
        CASE kinds.kind WHEN 'session.refused' THEN '{"reason":"wrong_password"}' WHEN 'grant.ended' THEN '{"reason":"logout"}' ELSE '{}' END,
        {now} - ({events} - numbers.n + 1) * (360 * 86400000 / {events}) + 600000
    FROM numbers
    JOIN kinds ON kinds.n = CASE WHEN numbers.n % 100 < 45 THEN 0 WHEN numbers.n % 100 < 60 THEN 2 WHEN numbers.n % 100 < 80 THEN 6
        WHEN numbers.n % 100 < 88 THEN 1 WHEN numbers.n % 100 < 92 THEN 3 WHEN numbers.n % 100 < 97 THEN (numbers.n / 100) % 27
        ELSE 100 + (numbers.n / 100) % 24 END
    JOIN people ON people.n = CASE WHEN numbers.n % 60 = 1 THEN 1 ELSE 1 + (numbers.n * 7907) % {users} END
    JOIN apps ON apps.n = CASE WHEN numbers.n % 20 = 3 THEN 1 ELSE 1 + (numbers.n * 104729) % {clients} END
    WHERE numbers.n <= {events} ORDER BY numbers.n;

-- Ninety days of statistics, and two hundred readers of the key set.
INSERT INTO statistics (hour, measure, label, amount)
    SELECT ({now} / 3600000 - numbers.n) * 3600000, value ->> 0, value ->> 1, 1 + (numbers.n * 7907) % 500
    FROM numbers, json_each('[["sign_ins","signed_in"],["sign_ins","refused"],["sign_ins","throttled"],["tokens","authorization_code issued"],
        ["tokens","authorization_code refused"],["tokens","refresh_token issued"],["tokens","refresh_token refused"],["tokens","client_credentials issued"],
        ["token_millis","1"],["token_millis","2"],["token_millis","5"],["token_millis","10"],["token_millis","20"],["password_millis","50"],
        ["password_millis","100"],["password_millis","200"],["sessions",""]]')
    WHERE numbers.n < 90 * 24;
INSERT INTO key_set_fetches (network, agent, first_at, last_at, etag)
    SELECT '10.' || (n / 250) || '.' || (n % 250) || '.0/24', 'reader-' || (n % 17), {now} - 86400000, {now} - n * 1000, 'W/"older"'
    FROM numbers WHERE n <= 200;
COMMIT;

-- What the bench asks for by name.
SELECT 'person', id FROM people WHERE n = 17;
SELECT 'username', username FROM people WHERE n = 17;
SELECT 'email', email FROM people WHERE n = 17;
SELECT 'busy_person', id FROM people WHERE n = 1;
SELECT 'deputy', id FROM people WHERE n = 7;
SELECT 'client', id FROM apps WHERE n = 20;
SELECT 'client_uri', uris ->> 0 FROM apps WHERE n = 20;
SELECT 'busy_client', id FROM apps WHERE n = 1;
SELECT 'api', 'https://api17.example.test';
SELECT 'event', id FROM events WHERE kind = 'session.started' ORDER BY at DESC LIMIT 1;
SELECT 'request', request_id FROM events WHERE request_id IS NOT NULL ORDER BY at DESC LIMIT 1;
SELECT 'session', id FROM sessions WHERE ended_at IS NULL LIMIT 1;
SELECT 'grant', id FROM grants WHERE ended_at IS NULL LIMIT 1;
SELECT 'from', strftime('%Y-%m-%dT%H:%M', {now} / 1000 - 180 * 86400, 'unixepoch');
SELECT 'to', strftime('%Y-%m-%dT%H:%M', {now} / 1000 - 179 * 86400, 'unixepoch');
SELECT 'quarter', strftime('%Y-%m-%dT%H:%M:00Z', {now} / 1000 - 89 * 86400, 'unixepoch');
