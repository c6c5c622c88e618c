-- How far each segment of the journal has been merged; committed together with what was read from it.
CREATE TABLE segments (
    name VARCHAR NOT NULL,
    merged_bytes BIGINT NOT NULL,
    process VARCHAR
);
