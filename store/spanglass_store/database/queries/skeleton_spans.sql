-- Numbers alone, and in the order of the file: texts take three times as long on their way into Python, and a sort
-- here would hold the whole trace once more. `source` leads back to the span, as long as nothing is written.
-- `parent_kind`: 0 none, 1 one that `parent_key` is the number of, 2 what `skeleton_edges` reads as text.
SELECT
    source,
    coalesce(id_number(span_id), 0)::UBIGINT AS span_key,
    coalesce(first_parent, 0)::UBIGINT AS parent_key,
    CASE
        WHEN len(span_parents) = 0 THEN 0
        WHEN len(span_parents) = 1 AND first_parent IS NOT NULL THEN 1
        ELSE 2
    END::UTINYINT AS parent_kind,
    hash(name) AS name, hash(coalesce(type, '')) AS type, hash(coalesce(model, '')) AS model,
    epoch_us(start_ts) AS start_us,
    coalesce(epoch_us(end_ts), -1) AS end_us,
    epoch_us(created) AS created_us
FROM (
    SELECT *, rowid AS source, id_number(span_parents[1]) AS first_parent
    FROM spans
    WHERE root_span_id = $root_span_id
)
