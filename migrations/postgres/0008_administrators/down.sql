DROP INDEX users_who_administer;
DROP TABLE administration;
DROP TABLE setup_links;
DROP TABLE admin_sessions;
