SELECT span_id FROM spans WHERE root_span_id = $root_span_id AND ({predicate}) ORDER BY created, id LIMIT $limit
