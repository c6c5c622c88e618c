-- The lengths of prompts fall into steps of 4,000 tokens: every tier of the price lists begins at one.
SELECT
    root_span_id,
    model,
    count(*),
    sum(coalesce(prompt_tokens, 0))::BIGINT,
    sum(coalesce(completion_tokens, 0))::BIGINT,
    sum(coalesce(cached_tokens, 0))::BIGINT,
    epoch_us(min(start_ts))
FROM spans
WHERE
    created >= $since::TIMESTAMP - INTERVAL 5 MINUTE
    AND ($roots IS NULL OR root_span_id IN (SELECT unnest($roots)))
    AND cost IS NULL
    AND model IS NOT NULL
    AND (prompt_tokens > 0 OR completion_tokens > 0)
GROUP BY root_span_id, model, coalesce(prompt_tokens, 0) // 4000
