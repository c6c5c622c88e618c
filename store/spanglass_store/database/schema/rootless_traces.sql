-- Traces of which no root span has come yet: the list shows their first span instead, so that none is hidden.
CREATE TABLE rootless_traces (
    root_span_id VARCHAR NOT NULL
);
