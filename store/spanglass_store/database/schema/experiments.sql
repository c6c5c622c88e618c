CREATE TABLE experiments (
    id VARCHAR NOT NULL,
    name VARCHAR,
    project_id VARCHAR,                  -- from here on NULL where only rows of spans name the experiment
    description VARCHAR,
    metadata VARCHAR,                    -- JSON text as it was logged
    tags VARCHAR[],
    created TIMESTAMP,                   -- UTC
    said_stamp BIGINT DEFAULT 0          -- when the three above the time were said; 0: they were not
);
