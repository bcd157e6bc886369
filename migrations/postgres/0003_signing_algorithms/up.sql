-- What the access tokens of an API are signed with. A client's ID tokens: in its metadata.
ALTER TABLE apis ADD COLUMN signing_alg TEXT NOT NULL DEFAULT 'RS256';
