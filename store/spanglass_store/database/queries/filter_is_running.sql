AND root_span_id IN (SELECT root_span_id FROM spans WHERE end_ts IS NULL AND NOT is_interrupted)
