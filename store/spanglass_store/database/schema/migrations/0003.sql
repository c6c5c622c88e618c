-- What was deleted is remembered.
CREATE TABLE deleted_spans (
    id VARCHAR NOT NULL,
    container VARCHAR NOT NULL,
    span_id VARCHAR,
    root_span_id VARCHAR,
    span_parents VARCHAR[],
    created TIMESTAMP NOT NULL,
    process VARCHAR,
    stamps VARCHAR NOT NULL
);
