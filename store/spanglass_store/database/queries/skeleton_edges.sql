-- The edges of the spans asked for; a parent that is not there is -1. In no order, and a parent whose id two spans
-- have comes twice. Only what is somebody's parent is put into the table to look in.
WITH edges AS MATERIALIZED (
    SELECT rowid AS child, unnest(span_parents) AS parent_id, generate_subscripts(span_parents, 1) AS place
    FROM spans
    WHERE rowid IN (SELECT unnest($sources))
),
parents AS NOT MATERIALIZED (
    SELECT rowid AS source, span_id
    FROM spans
    WHERE root_span_id = $root_span_id AND created BETWEEN make_timestamp($first_us) AND make_timestamp($last_us)
        AND span_id IN (SELECT parent_id FROM edges)
)
SELECT edges.child, coalesce(parents.source, -1)::BIGINT AS parent, edges.place::INTEGER AS place
FROM edges
LEFT JOIN parents ON parents.span_id = edges.parent_id
