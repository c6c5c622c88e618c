WITH heads AS (
    SELECT * FROM spans WHERE is_root
    UNION ALL
    SELECT * FROM spans WHERE NOT is_root AND id IN (
        SELECT arg_min(id, (start_ts, id)) FROM spans
        WHERE root_span_id IN (SELECT root_span_id FROM rootless_traces)
        GROUP BY root_span_id
    )
)
SELECT
    id, span_id, root_span_id, name, type, project_name, epoch_us(start_ts), epoch_us(end_ts), duration_secs, is_error,
    created
FROM heads
WHERE ($before_ts IS NULL OR (start_ts, root_span_id) < ($before_ts, $before_id))
    {filters}
ORDER BY start_ts DESC, root_span_id DESC
LIMIT $limit
