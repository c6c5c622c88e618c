CREATE TABLE comments (
    id VARCHAR NOT NULL,
    origin_id VARCHAR NOT NULL,          -- spans.id
    created TIMESTAMP NOT NULL,
    text VARCHAR,
    source VARCHAR,
    raw VARCHAR NOT NULL                 -- the row as it was logged
);
