-- Few among many clients are found without a look at all of them: those of a type, disabled ones, those with an address
-- over http.
CREATE INDEX clients_of_kind ON clients (kind, name_key, id);
CREATE INDEX clients_of_kind_by_creation ON clients (kind, created_at, id);
CREATE INDEX clients_disabled ON clients (name_key, id) WHERE disabled_at IS NOT NULL;
CREATE INDEX clients_disabled_by_creation ON clients (created_at, id) WHERE disabled_at IS NOT NULL;
CREATE INDEX clients_with_http ON clients (id) WHERE disabled_at IS NULL AND metadata LIKE '%"http://%';
