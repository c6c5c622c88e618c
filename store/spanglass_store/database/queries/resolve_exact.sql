SELECT DISTINCT root_span_id
FROM spans
WHERE root_span_id = $text OR span_id = $text OR id = $text
LIMIT 2
