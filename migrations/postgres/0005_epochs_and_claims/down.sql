DROP INDEX events_of_ended_tokens;
ALTER TABLE apis DROP COLUMN claims;
DROP INDEX consents_of_client;
DROP INDEX grants_of_client;
ALTER TABLE grants DROP COLUMN client_epoch;
ALTER TABLE grants DROP COLUMN issuer_epoch;
