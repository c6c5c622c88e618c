-- The lengths of prompts fall into steps of 4,000 tokens: every tier of the price lists begins at one.
-- What counts less than it says is joined: a part of its tokens is logged again, or a span above logged the cost.
SELECT
    spans.root_span_id,
    model,
    count(*),
    sum(coalesce(spans.prompt_tokens, 0) - coalesce(repeated.prompt_tokens, 0))::BIGINT,
    sum(coalesce(spans.completion_tokens, 0) - coalesce(repeated.completion_tokens, 0))::BIGINT,
    sum(coalesce(spans.cached_tokens, 0) - coalesce(repeated.cached_tokens, 0))::BIGINT,
    epoch_us(min(start_ts))
FROM spans
LEFT JOIN ({repeated}) AS repeated ON repeated.source = spans.rowid
WHERE
    created >= $since::TIMESTAMP - INTERVAL 5 MINUTE
    AND ($roots IS NULL OR spans.root_span_id IN (SELECT unnest($roots)))
    AND spans.cost IS NULL
    AND model IS NOT NULL
    AND (spans.prompt_tokens > 0 OR spans.completion_tokens > 0)
    AND coalesce(NOT is_costed_above AND (repeated.tokens = 0 OR repeated.tokens < spans.tokens), true)
GROUP BY spans.root_span_id, model, coalesce(spans.prompt_tokens, 0) // 4000
