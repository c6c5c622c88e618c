SELECT root_span_id FROM spans GROUP BY root_span_id ORDER BY min(start_ts) DESC, root_span_id
