SELECT DISTINCT root_span_id, span_id
FROM spans
WHERE starts_with(span_id, $text) OR starts_with(id, $text)
LIMIT 2
