-- What other tools get as a table: the columns of `spans` but those that only a merge reads.
SELECT * EXCLUDE (process, stamps)
FROM spans
WHERE $roots IS NULL OR root_span_id IN (SELECT unnest($roots))
ORDER BY created, span_id, id
