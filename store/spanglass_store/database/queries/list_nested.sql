-- The traces in which a span that logs tokens or a cost is the parent of another: what it logs may repeat others'.
WITH logged AS MATERIALIZED (
    SELECT root_span_id, hash(root_span_id, span_id) AS own, span_parents, tokens > 0 OR cost > 0 AS logs
    FROM spans
    WHERE created >= $since::TIMESTAMP - INTERVAL 5 MINUTE AND root_span_id IN (SELECT unnest($roots))
)
SELECT DISTINCT root_span_id
FROM logged
WHERE logs AND own IN (SELECT hash(root_span_id, unnest(span_parents)) FROM logged)
