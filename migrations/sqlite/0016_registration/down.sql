DROP TABLE initial_access_tokens;
DROP TABLE client_logos;
DROP INDEX clients_unused;
ALTER TABLE clients DROP COLUMN read_again_at;
ALTER TABLE clients DROP COLUMN registration_token;
ALTER TABLE clients DROP COLUMN unused_until;
ALTER TABLE clients DROP COLUMN registrar;
ALTER TABLE clients DROP COLUMN declared;
