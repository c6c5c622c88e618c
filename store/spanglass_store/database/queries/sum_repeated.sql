SELECT
    root_span_id,
    sum(tokens)::BIGINT,
    sum(prompt_tokens)::BIGINT,
    sum(completion_tokens)::BIGINT,
    sum(cached_tokens)::BIGINT,
    sum(cost),
    bool_or(tokens > 0 OR is_costed_above)
FROM ({repeated})
GROUP BY root_span_id
