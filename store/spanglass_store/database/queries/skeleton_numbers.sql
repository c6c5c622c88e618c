-- What `skeleton_spans` leaves out, of the same spans in the same order, as both scan one state of the file. In one query
-- it would be as quick, but what it gives is handed over with the interpreter's lock held, and the window waits.
SELECT
    is_error, is_interrupted,
    coalesce(tokens, -1) AS tokens,
    int_or_none(prompt_tokens) AS prompt_tokens,
    int_or_none(completion_tokens) AS completion_tokens,
    int_or_none(cached_tokens) AS cached_tokens,
    int_or_none(reasoning_tokens) AS reasoning_tokens,
    coalesce(cost, 'nan'::DOUBLE) AS cost,
    coalesce((ttft_secs * 1e6)::BIGINT, -1) AS ttft_us,
    attachment_count, score_count
FROM spans
WHERE root_span_id = $root_span_id
