-- Clients are found by what they use of APIs: the scopes that they have, and those whose tokens they may introspect.
INSERT INTO search_terms (kind, term, id)
    SELECT 'uses', substr(scope, 1, 200), clients.id
        FROM clients, jsonb_array_elements_text(clients.metadata::jsonb -> 'scopes') AS scope
    UNION SELECT 'uses', substr(audience, 1, 200), clients.id
        FROM clients, jsonb_array_elements_text(clients.metadata::jsonb -> 'introspects') AS audience
    ON CONFLICT DO NOTHING;
