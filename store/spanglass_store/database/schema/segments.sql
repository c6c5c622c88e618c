-- How far each segment of the journal has been merged; committed together with what was read from it, and with the
-- number of the change set: one statement for both is a twentieth of a small batch's time.
CREATE TABLE segments (
    name VARCHAR NOT NULL,
    merged_bytes BIGINT NOT NULL,
    process VARCHAR,
    sequence BIGINT                      -- of the last change set that it gave something to
);
