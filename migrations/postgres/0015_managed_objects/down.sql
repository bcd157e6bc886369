DROP INDEX users_managed;
DROP INDEX clients_managed;
DROP INDEX apis_managed;
ALTER TABLE users DROP COLUMN managed_by;
ALTER TABLE clients DROP COLUMN managed_by;
ALTER TABLE apis DROP COLUMN managed_by;
