-- One row a span, all rows of the journal folded into it. No key and no index: a bound on `created` finds as fast,
-- and costs nothing on the way in. Values are the JSON text as it was logged.
CREATE TABLE spans (
    id VARCHAR NOT NULL,
    container VARCHAR NOT NULL,          -- the experiment, playground, dataset or project that `id` is unique in
    span_id VARCHAR NOT NULL,
    root_span_id VARCHAR NOT NULL,
    span_parents VARCHAR[] NOT NULL,     -- no foreign key: a parent may come later, or never
    name VARCHAR NOT NULL,
    type VARCHAR,
    project_id VARCHAR,
    project_name VARCHAR,
    experiment_id VARCHAR,
    experiment_name VARCHAR,
    created TIMESTAMP NOT NULL,          -- UTC, as all times; bound every look-up and delete by it
    start_ts TIMESTAMP NOT NULL,
    end_ts TIMESTAMP,
    duration_secs DOUBLE,
    is_root BOOLEAN NOT NULL,
    is_error BOOLEAN NOT NULL,
    error_type VARCHAR,
    error_message VARCHAR,               -- the headline, at most 500 characters
    is_interrupted BOOLEAN NOT NULL,     -- no end, and the process that wrote it is gone
    model VARCHAR,
    tokens BIGINT,
    prompt_tokens BIGINT,
    completion_tokens BIGINT,
    cached_tokens BIGINT,
    reasoning_tokens BIGINT,
    cost DOUBLE,                         -- US dollars, only where it was logged
    ttft_secs DOUBLE,                    -- time to the first token
    attachment_count INTEGER NOT NULL,
    score_count INTEGER NOT NULL,
    tags VARCHAR[] NOT NULL,
    input_preview VARCHAR,               -- at most 200 characters
    output_preview VARCHAR,
    input VARCHAR,
    output VARCHAR,
    expected VARCHAR,
    error VARCHAR,
    scores VARCHAR,
    metadata VARCHAR,
    metrics VARCHAR,
    span_attributes VARCHAR,
    context VARCHAR,
    extra VARCHAR,                       -- all other keys, as one object
    process VARCHAR,                     -- processes.process: who wrote the span's first row
    stamps VARCHAR NOT NULL              -- what a row that comes late needs to know; see stamps.py
);
