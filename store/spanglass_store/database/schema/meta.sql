-- One row: the format of the tables, and the number of the last change set, unless a segment has a higher one.
CREATE TABLE meta (
    format INTEGER NOT NULL,
    sequence BIGINT NOT NULL
);
