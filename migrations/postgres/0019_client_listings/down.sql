DROP INDEX clients_with_http;
DROP INDEX clients_disabled_by_creation;
DROP INDEX clients_disabled;
DROP INDEX clients_of_kind_by_creation;
DROP INDEX clients_of_kind;
