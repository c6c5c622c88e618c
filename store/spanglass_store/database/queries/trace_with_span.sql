root_span_id IN (SELECT root_span_id FROM spans WHERE created >= $scan_since AND coalesce({predicate}, FALSE))
