-- People are listed by their groups, as by their roles.
INSERT OR IGNORE INTO search_terms (kind, term, id)
    SELECT 'group', json_each.value, users.id FROM users, json_each(users."groups");
