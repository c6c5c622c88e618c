-- The processes that logged; `has_ended` once none of their segments has a living writer.
CREATE TABLE processes (
    process VARCHAR NOT NULL,
    pid INTEGER,
    has_ended BOOLEAN NOT NULL,
    note VARCHAR NOT NULL                -- argv, host, python, cwd, git commit: the line as it was logged
);
