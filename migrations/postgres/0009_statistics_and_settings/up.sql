-- What happened, counted by the hour. Nodes add to the same rows.
CREATE TABLE statistics (
    hour BIGINT NOT NULL,
    measure TEXT NOT NULL,
    label TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (hour, measure, label)
);

-- The few settings that people change while the server runs: JSON, and a version so that nobody overwrites unseen.
CREATE TABLE site_settings (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    document TEXT NOT NULL
);
INSERT INTO site_settings (id, version, document) VALUES (1, 1, '{}');
