-- In a table of this connection its order is fixed: `rowid` is the row that edges and errors speak of.
CREATE OR REPLACE TEMP TABLE skeleton AS
SELECT
    span_id, id, span_parents, name, coalesce(type, '') AS type, coalesce(model, '') AS model,
    epoch_us(start_ts) AS start_us,
    coalesce(epoch_us(end_ts), -1) AS end_us,
    epoch_us(created) AS created_us,
    is_error, is_interrupted,
    coalesce(tokens, -1) AS tokens,
    greatest(least(coalesce(prompt_tokens, -1), 2147483647), -1)::INTEGER AS prompt_tokens,
    greatest(least(coalesce(completion_tokens, -1), 2147483647), -1)::INTEGER AS completion_tokens,
    greatest(least(coalesce(cached_tokens, -1), 2147483647), -1)::INTEGER AS cached_tokens,
    greatest(least(coalesce(reasoning_tokens, -1), 2147483647), -1)::INTEGER AS reasoning_tokens,
    coalesce(cost, 'nan'::DOUBLE) AS cost,
    coalesce((ttft_secs * 1e6)::BIGINT, -1) AS ttft_us,
    attachment_count, score_count
FROM spans
WHERE root_span_id = $root_span_id
ORDER BY start_ts, span_id, id
