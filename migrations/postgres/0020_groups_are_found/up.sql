-- People are listed by their groups, as by their roles.
INSERT INTO search_terms (kind, term, id)
    SELECT 'group', name, users.id FROM users, jsonb_array_elements_text(users."groups"::jsonb) AS name
    ON CONFLICT DO NOTHING;
