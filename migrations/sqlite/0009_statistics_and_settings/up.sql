-- What happened, counted by the hour. Nodes add to the same rows.
CREATE TABLE statistics (
    hour INTEGER NOT NULL,
    measure TEXT NOT NULL,
    label TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (hour, measure, label)
) STRICT;

-- The few settings that people change while the server runs: JSON, and a version so that nobody overwrites unseen.
CREATE TABLE site_settings (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;
INSERT INTO site_settings (id, version, document) VALUES (1, 1, '{}');
