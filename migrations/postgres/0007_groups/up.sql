-- The groups of a person: a JSON list, as the roles are.
ALTER TABLE users ADD COLUMN "groups" TEXT NOT NULL DEFAULT '[]';
