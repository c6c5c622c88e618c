WHERE root_span_id = $root_span_id
ORDER BY start_ts, span_id
