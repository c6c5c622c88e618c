SELECT count(DISTINCT root_span_id), count(*)
FROM spans
WHERE $roots IS NULL OR root_span_id IN (SELECT unnest($roots))
