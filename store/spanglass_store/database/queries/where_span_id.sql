WHERE span_id = $span_id
LIMIT 1
