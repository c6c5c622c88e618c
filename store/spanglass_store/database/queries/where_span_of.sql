WHERE root_span_id = $root_span_id AND span_id = $span_id
ORDER BY id
LIMIT 1
