SELECT
    id, span_id, root_span_id, name, type, project_name, epoch_us(start_ts), epoch_us(end_ts), duration_secs, is_error,
    created
FROM spans
WHERE {heads}
    AND start_ts >= $not_before
    AND ($before_ts IS NULL OR start_ts <= $before_ts)  -- says no more than the next, but passes over what is newer
    AND ($before_ts IS NULL OR (start_ts, root_span_id) < ($before_ts, $before_id))
    AND ({predicate})
ORDER BY start_ts DESC, root_span_id DESC
LIMIT $limit
