-- `since` bounds the scan; the hour before it is for children whose host's clock is behind.
SELECT
    root_span_id,
    coalesce(arg_min(id, (start_ts, id)) FILTER (is_root), arg_min(id, (start_ts, id))) AS head,
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
WHERE created >= $since::TIMESTAMP - INTERVAL 1 HOUR AND root_span_id IN (SELECT unnest($roots))
GROUP BY root_span_id
