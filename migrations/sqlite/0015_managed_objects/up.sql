-- What `vouchsafe apply` made, and under the name of which set of documents: only that may `--prune` delete.
ALTER TABLE apis ADD COLUMN managed_by TEXT;
ALTER TABLE clients ADD COLUMN managed_by TEXT;
ALTER TABLE users ADD COLUMN managed_by TEXT;
CREATE INDEX apis_managed ON apis (managed_by, identifier) WHERE managed_by IS NOT NULL;
CREATE INDEX clients_managed ON clients (managed_by, id) WHERE managed_by IS NOT NULL;
CREATE INDEX users_managed ON users (managed_by, id) WHERE managed_by IS NOT NULL;
