DROP TABLE site_settings;
DROP TABLE statistics;
