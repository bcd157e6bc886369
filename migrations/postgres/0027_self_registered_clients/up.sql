-- Clients that an administrator did not register are found, counted and cleared without a look at all the others.
CREATE INDEX clients_self_registered ON clients (registrar, name_key, id) WHERE registrar IS NOT NULL;
CREATE INDEX clients_self_registered_by_creation ON clients (registrar, created_at, id) WHERE registrar IS NOT NULL;
