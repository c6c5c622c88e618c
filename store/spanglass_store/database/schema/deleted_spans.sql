-- Spans that a row has deleted and nothing was logged to since: a row that is older and comes late must not bring one
-- back. What `columns.read_state` needs of them, and nothing that was logged.
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
