-- In no order. A parent that is not there has the row -2.
WITH edges AS (
    SELECT rowid AS child, unnest(span_parents) AS parent_id, generate_subscripts(span_parents, 1) AS place
    FROM skeleton
),
known AS (
    SELECT span_id, min(rowid) AS parent FROM skeleton GROUP BY span_id
)
SELECT edges.child::INTEGER AS child, coalesce(known.parent, -2)::INTEGER AS parent, edges.place::INTEGER AS place
FROM edges
LEFT JOIN known ON known.span_id = edges.parent_id
