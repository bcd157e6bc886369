-- Clients are found by what they use of APIs: the scopes that they have, and those whose tokens they may introspect.
INSERT OR IGNORE INTO search_terms (kind, term, id)
    SELECT 'uses', substr(json_each.value, 1, 200), clients.id FROM clients, json_each(clients.metadata, '$.scopes')
    UNION SELECT 'uses', substr(json_each.value, 1, 200), clients.id FROM clients, json_each(clients.metadata, '$.introspects');
