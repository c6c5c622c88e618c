-- In a table of this connection its order is fixed: `rowid` is the row that edges and errors speak of.
-- `source` leads back to the span, as long as nothing is written: sorting by `id` would cost 0.2 s at 1M spans.
-- `span_key`: an id of 16 hex digits is a number; other ids are read as texts.
CREATE OR REPLACE TEMP TABLE skeleton AS
SELECT
    spans.rowid AS source, span_id, span_parents,
    CASE WHEN regexp_full_match(span_id, '[0-9a-f]{16}') THEN ('0x' || span_id)::UBIGINT END AS span_key,
    name, coalesce(type, '') AS type, coalesce(model, '') AS model,
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
ORDER BY start_ts, span_id, spans.rowid
