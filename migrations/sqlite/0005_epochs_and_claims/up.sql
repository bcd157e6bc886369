-- A grant remembers the epochs that it was made in. A row of the release before has none: it was made in the first.
ALTER TABLE grants ADD COLUMN issuer_epoch INTEGER;
ALTER TABLE grants ADD COLUMN client_epoch INTEGER;
CREATE INDEX grants_of_client ON grants (client_id);
CREATE INDEX consents_of_client ON consents (client_id);

-- The claims about a person that access tokens for an API carry: a JSON list of names.
ALTER TABLE apis ADD COLUMN claims TEXT NOT NULL DEFAULT '[]';

-- Whether an access token without a grant was ended.
CREATE INDEX events_of_ended_tokens ON events (target) WHERE kind = 'token.ended';
