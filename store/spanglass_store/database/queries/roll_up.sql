-- `since` bounds the scan; the minutes before it are for children whose clock was behind their root's.
SELECT
    root_span_id,
    count(*) FILTER (is_root),
    count(*),
    count(*) FILTER (is_error),
    sum(tokens)::BIGINT,
    sum(prompt_tokens)::BIGINT,
    sum(completion_tokens)::BIGINT,
    sum(cached_tokens)::BIGINT,
    sum(cost),
    bool_or(end_ts IS NULL AND NOT is_interrupted),
    bool_or(is_interrupted)
FROM spans
WHERE created >= $since::TIMESTAMP - INTERVAL 5 MINUTE AND root_span_id IN (SELECT unnest($roots))
GROUP BY root_span_id
