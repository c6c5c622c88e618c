-- The spans with an error, newest first.
CREATE OR REPLACE VIEW v_errors AS
SELECT start_ts, name, type, error_type, error_message, project_name, model, duration_secs, root_span_id, span_id, id, error
FROM spans
WHERE is_error
ORDER BY start_ts DESC;
