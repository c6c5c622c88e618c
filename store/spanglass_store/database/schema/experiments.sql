CREATE TABLE experiments (
    id VARCHAR NOT NULL,
    name VARCHAR
);
