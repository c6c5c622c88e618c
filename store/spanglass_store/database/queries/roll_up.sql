-- `since` bounds the scan; the minutes before it are for children whose clock was behind their root's.
-- What spans log again of what others logged is in these sums; `repeated_amounts` tells how much that is.
SELECT
    root_span_id,
    count(*) FILTER (is_root),
    count(*),
    count(*) FILTER (is_error),
    count(*) FILTER (tokens > 0 OR cost > 0 OR prompt_tokens > 0 OR completion_tokens > 0),
    (sum(tokens) FILTER (tokens >= 0))::BIGINT,
    (sum(prompt_tokens) FILTER (prompt_tokens >= 0))::BIGINT,
    (sum(completion_tokens) FILTER (completion_tokens >= 0))::BIGINT,
    (sum(cached_tokens) FILTER (cached_tokens >= 0))::BIGINT,
    sum(cost) FILTER (cost >= 0),
    bool_or(end_ts IS NULL AND NOT is_interrupted),
    bool_or(is_interrupted)
FROM spans
WHERE created >= $since::TIMESTAMP - INTERVAL 5 MINUTE AND root_span_id IN (SELECT unnest($roots))
GROUP BY root_span_id
