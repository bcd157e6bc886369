DROP TABLE client_refusals;
ALTER TABLE client_secrets DROP COLUMN last_used_at;
ALTER TABLE clients DROP COLUMN last_used_at;
