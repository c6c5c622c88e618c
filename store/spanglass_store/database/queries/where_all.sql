ORDER BY start_ts, root_span_id, span_id
