-- One row: the format of the tables, and the number of the last change set.
CREATE TABLE meta (
    format INTEGER NOT NULL,
    sequence BIGINT NOT NULL
);
