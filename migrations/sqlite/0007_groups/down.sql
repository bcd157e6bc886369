ALTER TABLE users DROP COLUMN "groups";
