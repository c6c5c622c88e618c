CREATE TABLE projects (
    id VARCHAR NOT NULL,
    name VARCHAR
);
