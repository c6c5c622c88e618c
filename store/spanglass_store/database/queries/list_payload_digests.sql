SELECT span_id, hash(input, output)
FROM spans
WHERE root_span_id = $root_span_id
